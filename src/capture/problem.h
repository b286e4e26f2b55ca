/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a capture: told while it is read, which goes on with what is right. */
#ifndef CAPTURE_PROBLEM_H
#define CAPTURE_PROBLEM_H

#include <stdint.h>

enum capture_problem_kind {
	CAPTURE_DAMAGED,   /* a block: its data are not what was written, or impossible */
	CAPTURE_MISSING,   /* blocks that should be here; or bytes that belong to no block */
	CAPTURE_ORPHANED,  /* a block of a segment of which the first block is not readable */
	CAPTURE_UNKNOWN,   /* a block of a later version, or of an unknown type */
	CAPTURE_TRUNCATED, /* the capture has no end */
	CAPTURE_PROBLEM_COUNT
};

struct capture_problem {
	enum capture_problem_kind kind;
	uint64_t sequence; /* of the first block that is lost; with nr_blocks 0 of the next one */
	uint64_t nr_blocks;
	uint64_t
		first_ns; /* between these times something is lost. CAPTURE_TRUNCATED: the latest */
	uint64_t last_ns; /* time that is there, twice */
	uint64_t offset;  /* in the file, of the block, or of where reading goes on */
};

struct capture_problem_sink {
	void (*tell)(void *ctx, const struct capture_problem *problem);
	void *ctx;
};

#endif /* CAPTURE_PROBLEM_H */
