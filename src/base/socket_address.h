/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a server listens, as numbers or a path: no name is looked up. */
#ifndef BASE_SOCKET_ADDRESS_H
#define BASE_SOCKET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "buf.h"

struct socket_address {
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	};
};

/* "127.0.0.1:9843", "[::1]:9843" or "unix:/run/x.sock". 0 or -EINVAL. */
int socket_address__parse(const char *text, struct socket_address *ret);
/* Adds it as socket_address__parse() takes it. */
void socket_address__add_text(const struct socket_address *address, struct buf *out);
/* Can only this machine reach it? */
bool socket_address__is_local(const struct socket_address *address);

#endif /* BASE_SOCKET_ADDRESS_H */
