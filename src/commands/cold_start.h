/* SPDX-License-Identifier: GPL-2.0-only */
/* map --cold: evicts the files of a command from the page cache before it runs. */
#ifndef COMMANDS_COLD_START_H
#define COMMANDS_COLD_START_H

#include "session.h"

/*
 * Evicts the program that execvp(3) would run, its interpreter (and the program that env would
 * run), and the libraries that the loader lists for them; not files that they open themselves.
 * A note, but no error, tells what stays because other processes have it mapped.
 */
void cold_start(struct session *session);

#endif /* COMMANDS_COLD_START_H */
