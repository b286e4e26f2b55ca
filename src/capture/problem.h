/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a capture: told while it is read, which goes on with what is right. */
#ifndef CAPTURE_PROBLEM_H
#define CAPTURE_PROBLEM_H

#include <stdint.h>

enum capture_problem_kind {
	CAPTURE_DAMAGED,   /* a block whose checksum is wrong, or whose data are impossible */
	CAPTURE_MISSING,   /* blocks that should be here; or bytes that belong to no block */
	CAPTURE_ORPHANED,  /* a block whose segment has lost its first block, without which its rows
			      have no columns */
	CAPTURE_UNKNOWN,   /* a block of a later version, or of an unknown type */
	CAPTURE_TRUNCATED, /* the capture has no end */
	CAPTURE_PROBLEM_COUNT
};

struct capture_problem {
	enum capture_problem_kind kind;
	uint64_t sequence;  /* of the first block that is lost; with nr_blocks 0 of the next one */
	uint64_t nr_blocks; /* 0: there are bytes of no block before the block `sequence` */
	/* Between these times rows are lost. CAPTURE_TRUNCATED: both are the latest time there is. */
	uint64_t first_ns;
	uint64_t last_ns;
	/* Where in the file the damaged block begins; of CAPTURE_MISSING, where the next block does. */
	uint64_t offset;
};

struct capture_problem_sink {
	void (*tell)(void *ctx, const struct capture_problem *problem);
	void *ctx;
};

#endif /* CAPTURE_PROBLEM_H */
