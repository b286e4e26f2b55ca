/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the blocks of a capture in a file or a pipe, checks that each is as it was written, and
 * tells what is lost between them.
 */
#ifndef CAPTURE_BLOCK_STREAM_H
#define CAPTURE_BLOCK_STREAM_H

#include "block.h"
#include "input.h"
#include "problem.h"

struct block_stream;

struct read_block {
	struct capture_header header;
	const char *frame; /* until the next block is read */
	uint64_t offset;
	uint32_t capture; /* how many captures there are before the block's in the file */
};

struct block_stream *block_stream__new(const struct capture_input *input,
				       const struct capture_problem_sink *problems);
void block_stream__free(struct block_stream *stream);

/*
 * 1: a block of any type and version. 0: the end. -EBADMSG: there is no block in all this, it is
 * no capture. -EINTR: a signal came; call it again. Or another -errno of read(2).
 */
int block_stream__next(struct block_stream *stream, struct read_block *block);

/* Tells of a block whose data cannot be used. */
void block_stream__tell(const struct block_stream *stream, enum capture_problem_kind kind,
			const struct read_block *block);

#endif /* CAPTURE_BLOCK_STREAM_H */
