/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_queue.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

/* 12 MiB. With so many waiting the writer is behind, and compresses less. */
#define BLOCKS_MAX 48
#define BEHIND	   12

struct block_queue {
	struct block_output *output;
	pthread_t thread;
	pthread_mutex_t lock; /* held for some instructions only, never while writing */
	pthread_cond_t changed;
	struct block *first, **last; /* those that wait */
	size_t nr_waiting;
	struct block *free;
	size_t nr_blocks;
	bool is_ended;
	_Atomic(int) error;
};

/* ---- The thread ----------------------------------------------------------------------------- */

/* Waits for a block. NULL: there will be none any more. */
static struct block *next_block(struct block_queue *queue, bool *behind)
{
	struct block *block;

	pthread_mutex_lock(&queue->lock);
	while (!queue->first && !queue->is_ended)
		pthread_cond_wait(&queue->changed, &queue->lock);
	block = queue->first;
	if (block) {
		*behind = queue->nr_waiting >= BEHIND;
		queue->first = block->next;
		if (!queue->first)
			queue->last = &queue->first;
		queue->nr_waiting--;
	}
	pthread_mutex_unlock(&queue->lock);
	return block;
}

static void give_back(struct block_queue *queue, struct block *block)
{
	pthread_mutex_lock(&queue->lock);
	block->next = queue->free;
	queue->free = block;
	pthread_mutex_unlock(&queue->lock);
}

static void *write_blocks(void *arg)
{
	struct block_queue *queue = arg;
	struct block *block;
	bool behind;

	while ((block = next_block(queue, &behind))) {
		int err = queue->error ? queue->error
				       : block_output__write(queue->output, block, behind);

		if (err < 0)
			queue->error = err;
		if (err && block->dropped)
			*block->dropped += block->header.rows;
		give_back(queue, block);
	}
	return NULL;
}

/* Signals are for the other thread; SIGPIPE and SIGXFSZ become errors of write(2). */
static int start_thread(struct block_queue *queue)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&queue->thread, NULL, write_blocks, queue);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

/* ---- Who hands over ------------------------------------------------------------------------- */

static void free_queue(struct block_queue *queue)
{
	while (queue->free) {
		struct block *block = queue->free;

		queue->free = block->next;
		free(block);
	}
	block_output__free(queue->output);
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

int block_queue__open(const struct block_output_options *opts, struct block_queue **queue)
{
	struct block_queue *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	if (!new)
		return err;
	new->last = &new->first;
	pthread_mutex_init(&new->lock, NULL);
	pthread_cond_init(&new->changed, NULL);
	err = block_output__new(opts, &new->output);
	if (!err)
		err = start_thread(new);
	if (err) {
		free_queue(new);
		return err;
	}
	*queue = new;
	return 0;
}

int block_queue__close(struct block_queue *queue)
{
	int err;

	pthread_mutex_lock(&queue->lock);
	queue->is_ended = true;
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	pthread_join(queue->thread, NULL);
	err = queue->error;
	if (!err)
		err = block_output__end(queue->output);
	free_queue(queue);
	return err;
}

struct block *block_queue__take(struct block_queue *queue)
{
	struct block *block;

	pthread_mutex_lock(&queue->lock);
	block = queue->free;
	if (block)
		queue->free = block->next;
	pthread_mutex_unlock(&queue->lock);
	if (!block && queue->nr_blocks < BLOCKS_MAX) {
		block = malloc(sizeof(*block));
		queue->nr_blocks += block != NULL;
	}
	if (block) {
		block->header = (struct capture_header) { 0 };
		block->len = 0;
		block->begins_segment = block->begins_file = block->is_dump = false;
		block->dropped = NULL;
	}
	return block;
}

void block_queue__put(struct block_queue *queue, struct block *block)
{
	block->next = NULL;
	pthread_mutex_lock(&queue->lock);
	*queue->last = block;
	queue->last = &block->next;
	queue->nr_waiting++;
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

bool block_queue__is_behind(struct block_queue *queue)
{
	bool is_behind;

	pthread_mutex_lock(&queue->lock);
	is_behind = queue->nr_waiting >= BEHIND;
	pthread_mutex_unlock(&queue->lock);
	return is_behind;
}

int block_queue__error(struct block_queue *queue)
{
	return queue->error;
}
