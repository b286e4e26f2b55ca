/* SPDX-License-Identifier: GPL-2.0-only */
/* Encodes, compresses and writes blocks, one after another; and the seek table at the end. */
#ifndef CAPTURE_BLOCK_FILE_H
#define CAPTURE_BLOCK_FILE_H

#include "block.h"

struct block_file;

/* fd: may be a pipe. Stays the caller's. 0, or -ENOMEM. */
int block_file__new(int fd, struct block_file **file);
void block_file__free(struct block_file *file);

/*
 * behind: blocks wait: compresses less, to catch up. 0, or -errno: the file then ends with the
 * last whole block, if ftruncate(2) works there, and nothing more is to be written.
 */
int block_file__write(struct block_file *file, struct block *block, bool behind);
/* Writes the seek table. 0 or -errno. */
int block_file__end(struct block_file *file);

#endif /* CAPTURE_BLOCK_FILE_H */
