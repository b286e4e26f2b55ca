/* SPDX-License-Identifier: GPL-2.0-only */
/* The width of a terminal, and whether it takes escape sequences. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * Can escape sequences (colours, moves of the cursor) be written to fd? Not if TERM is "dumb", as
 * in an editor's shell window, or not set.
 */
static inline bool terminal_takes_escapes(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

#define TERMINAL_COLUMNS 80 /* assumed if a terminal does not tell */

/* How many columns the terminal has; 0: fd is no terminal. */
static inline unsigned int terminal_columns(int fd)
{
	struct winsize window = { 0 };

	if (!isatty(fd))
		return 0;
	ioctl(fd, TIOCGWINSZ, &window);
	return window.ws_col ? window.ws_col : TERMINAL_COLUMNS;
}

#endif /* BASE_TERMINAL_H */
