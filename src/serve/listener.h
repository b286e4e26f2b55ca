/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket that a server listens on. */
#ifndef SERVE_LISTENER_H
#define SERVE_LISTENER_H

#include "../base/socket_address.h"

/*
 * Binds and listens; a port of 0 becomes the one that the kernel chose. The socket of a server that
 * has ended is replaced. Returns the descriptor, which does not block and is closed by exec, or
 * -errno after saying why.
 */
int listener__open(struct socket_address *address);
/* The address of a socket that somebody else has opened. 0 or -errno. */
int listener__address(int fd, struct socket_address *ret);
/* Removes the path of a socket that has one. */
void listener__remove(const struct socket_address *address);

#endif /* SERVE_LISTENER_H */
