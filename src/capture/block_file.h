/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes packed blocks into a file, one after another; and the seek table at the end. */
#ifndef CAPTURE_BLOCK_FILE_H
#define CAPTURE_BLOCK_FILE_H

#include "block_packer.h"

struct block_file;

/* fd: may be a pipe. Stays the caller's. 0, or -ENOMEM. */
int block_file__new(int fd, struct block_file **file);
void block_file__free(struct block_file *file);

/*
 * 0, or -errno: the file then ends with the last whole block, if ftruncate(2) works there, and
 * nothing more is to be written.
 */
int block_file__write(struct block_file *file, const struct packed_block *packed);
/* Writes the seek table. 0 or -errno. */
int block_file__end(struct block_file *file);

uint64_t block_file__bytes(const struct block_file *file);
/* How large the file would be if it ended after one more block, of block_bytes. */
uint64_t block_file__whole_bytes(const struct block_file *file, size_t block_bytes);

#endif /* CAPTURE_BLOCK_FILE_H */
