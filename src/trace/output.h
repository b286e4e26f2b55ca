/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the sinks' bytes go: gathered, then written many at a time. A reader that
 * went away ends the run, and is no failure.
 */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include <stdbool.h>

#include "../base/buf.h"

struct output {
	int fd;
	const char *name; /* for messages */
	struct buf buf;
	bool reader_gone;
	int error; /* -errno of a write that failed (already told), or 0 */
};

/* path: NULL for standard output. 0, or -errno after saying why. */
int output__open(struct output *out, const char *path);
/* Closes it. 0, or -errno after saying why: a full disk may show only now. */
int output__close(struct output *out);

void output__flush(struct output *out);
/* Nothing can be written any more. */
bool output__broken(const struct output *out);

/* Of the terminal it is; 0: it is none. */
unsigned int output__columns(const struct output *out);
/* Of the terminal; 0: not one, or not known. */
unsigned int output__lines(const struct output *out);
/* Is it a terminal that understands escape sequences? */
bool output__takes_escapes(const struct output *out);
/* Does it understand escape sequences, and did the user not set NO_COLOR? */
bool output__takes_color(const struct output *out);

#endif /* TRACE_OUTPUT_H */
