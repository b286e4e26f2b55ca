/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a separate file with symbols or DWARF, such as distributions' debug packages install: by
 * build id, else by the name in .gnu_debuglink.
 */
#ifndef SYMBOLS_DEBUG_FILE_H
#define SYMBOLS_DEBUG_FILE_H

#include <stdbool.h>

#include "elf_image.h"

/* What a program says of its debug file. Untrusted. */
struct debug_file_names {
	struct build_id build_id;
	struct debug_link link;
	const char *path; /* of the program */
};

/* Is it the right one? The descriptor stays the caller's. */
typedef bool (*debug_file_taker)(void *ctx, int fd);

/*
 * Opens what is in the usual places, one after the other, until one is taken; false: none was.
 * Looks below root (a file descriptor; -1: none) first, then in the file system of this process.
 */
bool debug_file__find(const struct debug_file_names *names, int root, debug_file_taker take,
		      void *ctx);

#endif /* SYMBOLS_DEBUG_FILE_H */
