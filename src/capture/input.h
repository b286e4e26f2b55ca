/* SPDX-License-Identifier: GPL-2.0-only */
/* What a capture is read from: a file, a pipe, or several files that are read as one. */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include <stdbool.h>

struct capture_input {
	int fd; /* stays the owner's */
	/*
	 * All bytes there are have been read; is_complete: the last block said that it is the last one
	 * of its file. Returns the file descriptor to read on from. -ENODATA: there is no more. -EINTR:
	 * not now; it is called again. NULL: there is no more.
	 */
	int (*more)(void *ctx, bool is_complete);
	void *ctx;
};

#endif /* CAPTURE_INPUT_H */
