/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that formats are written to: bytes are gathered, then written many at a time. When
 * the reader of a pipe is gone the run ends, which is no failure.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>

#include "buf.h"

struct output {
	int fd;
	const char *name; /* for messages */
	struct buf buf;
	bool reader_gone;
	int error; /* -errno of a write that failed (already logged), or 0 */
};

/*
 * path: NULL or "-" for standard output; /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N
 * for a descriptor that we were started with; or a file (see file_place.h). 0, or -errno after
 * saying why.
 */
int output__open(struct output *out, const char *path);
/* Does not flush. 0, or -errno after saying why: a full disk may show only now. */
int output__close(struct output *out);

void output__flush(struct output *out);
/* Is the reader gone, or did a write fail? Then nothing more is written. */
bool output__broken(const struct output *out);

/* The terminal's columns; 0: it is no terminal. */
unsigned int output__columns(const struct output *out);
/* The terminal's lines; 0: it is no terminal, or not known. */
unsigned int output__lines(const struct output *out);
/* Is it a terminal that understands escape sequences? */
bool output__takes_escapes(const struct output *out);
/* Does it understand escape sequences, and did the user not set NO_COLOR? */
bool output__takes_color(const struct output *out);

#endif /* BASE_OUTPUT_H */
