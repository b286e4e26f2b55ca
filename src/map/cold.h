/* SPDX-License-Identifier: GPL-2.0-only */
/* map --cold: what a command is made of, out of the page cache before it runs. */
#ifndef MAP_COLD_H
#define MAP_COLD_H

#include "../trace/session.h"

/*
 * The program that the command's name leads to, its interpreter (and what that runs, if it
 * is env), and the libraries that the loader says they would load; not what they open
 * themselves. What stays, as others have it mapped, is told, and no error.
 */
void cold_start(struct session *session);

#endif /* MAP_COLD_H */
