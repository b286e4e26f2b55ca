/* SPDX-License-Identifier: GPL-2.0-only */
#include "listener.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"

/* Connections that wait to be accepted. */
#define BACKLOG 128

static int new_socket(const struct socket_address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Removes a socket on whose path nobody listens any more. */
static void remove_left_over(const struct socket_address *address)
{
	struct stat st;
	int fd;

	if (address->any.sa_family != AF_UNIX || lstat(address->local.sun_path, &st) ||
	    !S_ISSOCK(st.st_mode))
		return;
	fd = new_socket(address);
	if (fd < 0)
		return;
	if (connect(fd, &address->any, address->len) && errno == ECONNREFUSED)
		unlink(address->local.sun_path);
	close(fd);
}

static int bind_to(int fd, struct socket_address *address)
{
	int on = 1;

	if (address->any.sa_family != AF_UNIX &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		return -errno;
	/* An IPv6 address is not to take IPv4 connections, too. */
	if (address->any.sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return -errno;
	if (bind(fd, &address->any, address->len) || listen(fd, BACKLOG))
		return -errno;
	if (address->any.sa_family != AF_UNIX && getsockname(fd, &address->any, &address->len))
		return -errno;
	return 0;
}

int listener__open(struct socket_address *address)
{
	struct buf text = { 0 };
	int err, fd;

	remove_left_over(address);
	fd = new_socket(address);
	err = fd < 0 ? fd : bind_to(fd, address);
	if (!err)
		return fd;
	socket_address__add_text(address, &text);
	log_error("cannot listen on %.*s: %s", (int)text.len, text.data, strerror(-err));
	buf__free(&text);
	if (fd >= 0)
		close(fd);
	return err;
}

int listener__address(int fd, struct socket_address *ret)
{
	*ret = (struct socket_address) { .len = sizeof(*ret) -
						offsetof(struct socket_address, any) };
	if (getsockname(fd, &ret->any, &ret->len))
		return -errno;
	/* A path may fill all of its room. */
	if (ret->any.sa_family == AF_UNIX)
		ret->local.sun_path[sizeof(ret->local.sun_path) - 1] = '\0';
	return 0;
}

void listener__remove(const struct socket_address *address)
{
	if (address->any.sa_family == AF_UNIX)
		unlink(address->local.sun_path);
}
