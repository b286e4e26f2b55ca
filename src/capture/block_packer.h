/* SPDX-License-Identifier: GPL-2.0-only */
/* Encodes, compresses and numbers blocks: what comes out of it is as it will be in a file. */
#ifndef CAPTURE_BLOCK_PACKER_H
#define CAPTURE_BLOCK_PACKER_H

#include "block.h"

struct block_packer;

/* A header and its frame, until the next block is packed. */
struct packed_block {
	const char *bytes;
	size_t len;
	size_t data_bytes; /* in the frame, which has all but the header; 0: there is no frame */
};

/* 0, or -ENOMEM. */
int block_packer__new(struct block_packer **packer);
void block_packer__free(struct block_packer *packer);

/* behind: blocks wait: compresses less, to catch up. 0, or -ENOMEM. */
int block_packer__pack(struct block_packer *packer, struct block *block, bool behind,
		       struct packed_block *packed);
/* The mark that all blocks so far are a complete capture. */
void block_packer__pack_end(struct block_packer *packer, struct packed_block *packed);

#endif /* CAPTURE_BLOCK_PACKER_H */
