/* SPDX-License-Identifier: GPL-2.0-only */
/* The newest segments of a capture, packed, in memory; and how they become a file. */
#ifndef CAPTURE_BLOCK_RING_H
#define CAPTURE_BLOCK_RING_H

#include "block_packer.h"
#include "files.h"

struct block_ring;

struct block_ring *block_ring__new(const struct capture_keep *keep);
void block_ring__free(struct block_ring *ring);

/* A segment begins, and old ones are dropped: the blocks that follow belong to it. */
void block_ring__begin_segment(struct block_ring *ring);
/* False: it is left out, since the newest segment alone is larger than may be kept. */
bool block_ring__add(struct block_ring *ring, const struct packed_block *packed);
/* Writes all that there is into a file. 0 or -errno. */
int block_ring__write(const struct block_ring *ring, int fd);

uint64_t block_ring__bytes(const struct block_ring *ring);

#endif /* CAPTURE_BLOCK_RING_H */
