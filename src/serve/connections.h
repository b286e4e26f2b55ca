/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections of a server: limits their number and how long each lives. libevent's server (2.1)
 * does neither: a client that sends a byte now and then keeps its connection for ever.
 */
#ifndef SERVE_CONNECTIONS_H
#define SERVE_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONNECTIONS_MAX	   64
/* Each has one request, and its answer. */
#define CONNECTION_LIFE_NS 15000000000ULL

struct event_base;

struct connection {
	int fd;
	ino_t socket; /* tells it from another one that had the descriptor before */
	unsigned long long since_ns;
};

struct connections {
	size_t nr;
	struct connection each[CONNECTIONS_MAX];
};

/* Looks which ones there are, and shuts down those that are too old. now_ns: CLOCK_MONOTONIC. */
void connections__look(struct connections *connections, const struct event_base *base,
		       unsigned long long now_ns);
/* Is there no room for one more? As of the last look. */
bool connections__are_full(const struct connections *connections);

#endif /* SERVE_CONNECTIONS_H */
