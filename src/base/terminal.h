/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be asked of a terminal. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

#define TERMINAL_COLUMNS 80 /* of one that does not tell */

/* How many columns it has; 0: it is no terminal. */
static inline unsigned int terminal_columns(int fd)
{
	struct winsize window = { 0 };

	if (!isatty(fd))
		return 0;
	ioctl(fd, TIOCGWINSZ, &window);
	return window.ws_col ? window.ws_col : TERMINAL_COLUMNS;
}

#endif /* BASE_TERMINAL_H */
