/* SPDX-License-Identifier: GPL-2.0-only */
#include "cpus.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_EVENTS 1 /* the multicast group of the kernel's own events; udev's is another one */
#define EVENT_MAX     2048

static const char online[] = "online@/devices/system/cpu/cpu";

int cpu_watch__open(void)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_EVENTS };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&group, sizeof(group))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int cpu_watch__next(int fd)
{
	char event[EVENT_MAX];
	struct sockaddr_nl from;
	socklen_t size = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(fd, event, sizeof(event) - 1, 0, (struct sockaddr *)&from, &size)) >
	       0) {
		event[n] = '\0';
		/* Only the kernel sends with port id 0. */
		if (!from.nl_pid && !strncmp(event, online, sizeof(online) - 1))
			return atoi(event + sizeof(online) - 1);
		size = sizeof(from);
	}
	return -1;
}
