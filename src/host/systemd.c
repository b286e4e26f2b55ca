/* SPDX-License-Identifier: GPL-2.0-only */
#include "systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/parse.h"

#define FIRST_SOCKET	 3
#define TELL_MAX_SECONDS 1
#define NS_PER_US	 1000ULL
/* A sign of life is sent twice in the time in which one has to come. */
#define SIGNS		 2
#define WATCHDOG_MAX_US	 (UINT64_MAX / NS_PER_US)

/* ---- Sockets -------------------------------------------------------------------- */

/* Is the variable, a process's id, ours? */
static bool is_ours(const char *name)
{
	const char *text = getenv(name);
	uint64_t pid;

	return text && !parse_u64(text, &pid) && pid == (uint64_t)getpid();
}

static int option_of(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value = -1;

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) ? -1 : value;
}

static bool is_usable(int fd)
{
	int domain = option_of(fd, SO_DOMAIN);

	return (domain == AF_UNIX || domain == AF_INET || domain == AF_INET6) &&
	       option_of(fd, SO_TYPE) == SOCK_STREAM && option_of(fd, SO_ACCEPTCONN) == 1;
}

static int take_socket(struct systemd *systemd, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (!is_usable(fd)) {
		log_error("cannot use systemd's socket %d, no stream socket that listens: "
			  "set ListenStream= and Accept=no",
			  fd);
		return -EINVAL;
	}
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC)) {
		log_error("cannot use systemd's socket %d: %s", fd, strerror(errno));
		return -EINVAL;
	}
	systemd->sockets[systemd->nr_sockets++] = fd;
	return 0;
}

static int take_sockets(struct systemd *systemd)
{
	const char *text = getenv("LISTEN_FDS");
	uint64_t nr = 0;
	int err = 0;

	if (!text || !is_ours("LISTEN_PID"))
		return 0;
	if (parse_u64(text, &nr) || nr > SYSTEMD_SOCKETS_MAX) {
		log_error("cannot use LISTEN_FDS: it is to be a number up to %d",
			  SYSTEMD_SOCKETS_MAX);
		return -EINVAL;
	}
	for (int i = 0; !err && i < (int)nr; i++)
		err = take_socket(systemd, FIRST_SOCKET + i);
	return err;
}

/* ---- Messages ------------------------------------------------------------------- */

static void take_watchdog(struct systemd *systemd)
{
	const char *text = getenv("WATCHDOG_USEC");
	uint64_t us;

	if (!text || (getenv("WATCHDOG_PID") && !is_ours("WATCHDOG_PID")))
		return;
	if (!parse_u64(text, &us) && us <= WATCHDOG_MAX_US)
		systemd->watchdog_ns = us * NS_PER_US / SIGNS;
}

/* "/run/systemd/notify", or "@name" for an abstract socket. */
static int connect_to(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || len >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	len += offsetof(struct sockaddr_un, sun_path);
	return connect(fd, (const struct sockaddr *)&address, (socklen_t)len) ? -errno : 0;
}

void systemd__close(struct systemd *systemd)
{
	if (systemd->notify_fd >= 0)
		close(systemd->notify_fd);
	systemd->notify_fd = -1;
}

/* It is connected now: later there may be no privilege for it. */
static void open_notify(struct systemd *systemd)
{
	const struct timeval limit = { .tv_sec = TELL_MAX_SECONDS };
	const char *path = getenv("NOTIFY_SOCKET");
	int err;

	if (!path)
		return;
	systemd->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = systemd->notify_fd < 0 ? -errno : connect_to(systemd->notify_fd, path);
	if (!err && setsockopt(systemd->notify_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		err = -errno;
	if (err) {
		log_note("cannot connect to NOTIFY_SOCKET: %s: nobody is notified", strerror(-err));
		systemd__close(systemd);
	}
}

static void clear_environment(void)
{
	static const char *const names[] = { "LISTEN_PID",    "LISTEN_FDS",    "LISTEN_FDNAMES",
					     "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

int systemd__open(struct systemd *systemd)
{
	int err;

	*systemd = (struct systemd) { .notify_fd = -1 };
	take_watchdog(systemd);
	err = take_sockets(systemd);
	open_notify(systemd);
	clear_environment();
	return err;
}

void systemd__tell(const struct systemd *systemd, const char *lines)
{
	if (systemd->notify_fd >= 0 &&
	    send(systemd->notify_fd, lines, strlen(lines), MSG_NOSIGNAL) < 0)
		log_info("cannot notify systemd: %s", strerror(errno));
}

void systemd__tell_alive(struct systemd *systemd, unsigned long long now_ns)
{
	if (!systemd->watchdog_ns || now_ns < systemd->alive_ns)
		return;
	systemd__tell(systemd, "WATCHDOG=1");
	systemd->alive_ns = now_ns + systemd->watchdog_ns;
}
