/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks that a thread of its own compresses and writes in the order in which they come, so that
 * nobody else waits for the disk. There is a fixed number of blocks: who finds none free loses
 * what it wanted to put there.
 */
#ifndef CAPTURE_BLOCK_QUEUE_H
#define CAPTURE_BLOCK_QUEUE_H

#include "block_output.h"

struct block_queue;

/* Starts the thread. It has the capabilities that the caller has now. 0 or -errno. */
int block_queue__open(const struct block_output_options *opts, struct block_queue **queue);
/* Waits until all is written, and the seek table. 0, or -errno of a write. */
int block_queue__close(struct block_queue *queue);

/* A free block, whose header is all zeroes; NULL: there is none now. */
struct block *block_queue__take(struct block_queue *queue);
/* Hands over a block that was taken. */
void block_queue__put(struct block_queue *queue, struct block *block);
/* Do so many blocks wait that there should be no small ones? */
bool block_queue__is_behind(struct block_queue *queue);
/* 0, or -errno of a write: what is put from then on is dropped. */
int block_queue__error(struct block_queue *queue);

#endif /* CAPTURE_BLOCK_QUEUE_H */
