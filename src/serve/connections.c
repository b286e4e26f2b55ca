/* SPDX-License-Identifier: GPL-2.0-only */
#include "connections.h"

#include <event2/event.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* One look: the connections of before, and those of now. */
struct look {
	const struct connections *before;
	struct connections now;
	unsigned long long now_ns;
};

static bool has(const struct connections *connections, int fd)
{
	for (size_t i = 0; i < connections->nr; i++)
		if (connections->each[i].fd == fd)
			return true;
	return false;
}

static unsigned long long since(const struct look *look, int fd, ino_t socket)
{
	const struct connections *before = look->before;

	for (size_t i = 0; i < before->nr; i++)
		if (before->each[i].fd == fd && before->each[i].socket == socket)
			return before->each[i].since_ns;
	return look->now_ns;
}

/* Is it a socket, and none that listens? */
static bool is_connection(int fd, ino_t *socket)
{
	socklen_t size = sizeof(int);
	int listens = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISSOCK(st.st_mode))
		return false;
	*socket = st.st_ino;
	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && !listens;
}

/* Each connection has an event for what is read, or for what is written, or both. */
static int see(const struct event_base *base, const struct event *event, void *ctx)
{
	struct look *look = ctx;
	struct connections *now = &look->now;
	int fd = event_get_fd(event);
	ino_t socket;

	(void)base;
	if (now->nr == CONNECTIONS_MAX || has(now, fd) || !is_connection(fd, &socket))
		return 0;
	now->each[now->nr++] = (struct connection) { fd, socket, since(look, fd, socket) };
	return 0;
}

void connections__look(struct connections *connections, const struct event_base *base,
		       unsigned long long now_ns)
{
	struct look look = { .before = connections, .now_ns = now_ns };

	event_base_foreach_event((struct event_base *)base, see, &look);
	*connections = look.now;
	for (size_t i = 0; i < connections->nr; i++)
		if (now_ns - connections->each[i].since_ns >= CONNECTION_LIFE_NS)
			shutdown(connections->each[i].fd, SHUT_RDWR);
}

bool connections__are_full(const struct connections *connections)
{
	return connections->nr == CONNECTIONS_MAX;
}
