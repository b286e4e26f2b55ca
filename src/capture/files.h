/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture in several files, one after another; each can be read without the others. */
#ifndef CAPTURE_FILES_H
#define CAPTURE_FILES_H

#include <stdbool.h>
#include <stdint.h>

struct capture_files {
	/*
	 * A file descriptor of the next file, which is the writer's from then on; or -errno. The
	 * writer's thread calls it.
	 */
	int (*next)(void *ctx);
	void *ctx;
	uint64_t file_bytes; /* no file is larger; 0: there is no limit */
	bool keeps_two;	     /* next() removes the files before the last one */
};

/* What is kept in memory, and written into a file of its own when it is asked for. */
struct capture_keep {
	uint64_t bytes; /* at most, compressed */
	uint64_t ns;	/* at least, if it fits; 0: as much as fits */
};

#endif /* CAPTURE_FILES_H */
