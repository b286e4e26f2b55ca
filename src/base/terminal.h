/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be asked of a terminal. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Can escape sequences (colours, moves of the cursor) be written there? Not to TERM=dumb, as in an
 * editor's shell window, and not where TERM does not tell what the terminal is.
 */
static inline bool terminal_takes_escapes(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

#endif /* BASE_TERMINAL_H */
