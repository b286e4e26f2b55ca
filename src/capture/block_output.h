/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where blocks go: into a file; into one file after another, each of which has whole segments; or
 * into memory, and from there into a file for each block of type END that is_dump.
 */
#ifndef CAPTURE_BLOCK_OUTPUT_H
#define CAPTURE_BLOCK_OUTPUT_H

#include <stdatomic.h>

#include "block.h"
#include "files.h"

struct block_output;

struct block_output_options {
	int fd;				   /* of the first file, or of a pipe; the caller's */
	const struct capture_files *files; /* those that follow; NULL: none */
	const struct capture_keep *keep;   /* files get only what is asked for; NULL: all */
	_Atomic(uint64_t) *bytes;	   /* in files that are kept, or in memory; or NULL */
};

/* 0 or -ENOMEM. */
int block_output__new(const struct block_output_options *opts, struct block_output **output);
void block_output__free(struct block_output *output);

/* 0; 1: it is left out, since the file is full; or -errno as of block_file__write(). */
int block_output__write(struct block_output *output, struct block *block, bool behind);
/* Completes the last file. 0 or -errno. */
int block_output__end(struct block_output *output);

#endif /* CAPTURE_BLOCK_OUTPUT_H */
