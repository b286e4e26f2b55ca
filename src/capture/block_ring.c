/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_ring.h"

#include <stdbool.h>
#include <stdlib.h>

#include "../base/buf.h"
#include "block_file.h"

/* More segments than there are, unless they are very small; the oldest ones make room. */
#define SEGMENTS_MAX 256

struct kept_segment {
	struct buf blocks; /* one after another, as in a file */
	uint64_t last_ns;
};

struct block_ring {
	struct capture_keep keep;
	struct kept_segment segments[SEGMENTS_MAX];
	size_t first, nr;
	uint64_t bytes;
	bool is_full; /* the rest of the newest segment is left out */
};

struct block_ring *block_ring__new(const struct capture_keep *keep)
{
	struct block_ring *ring = calloc(1, sizeof(*ring));

	if (ring)
		ring->keep = *keep;
	return ring;
}

static struct kept_segment *segment_at(struct block_ring *ring, size_t i)
{
	return &ring->segments[(ring->first + i) % SEGMENTS_MAX];
}

static void drop_oldest(struct block_ring *ring)
{
	struct kept_segment *oldest = segment_at(ring, 0);

	ring->bytes -= oldest->blocks.len;
	buf__free(&oldest->blocks);
	ring->first = (ring->first + 1) % SEGMENTS_MAX;
	ring->nr--;
}

void block_ring__free(struct block_ring *ring)
{
	if (!ring)
		return;
	while (ring->nr)
		drop_oldest(ring);
	free(ring);
}

/* Does the oldest segment end before the time that is kept? */
static bool is_too_old(struct block_ring *ring)
{
	uint64_t newest = segment_at(ring, ring->nr - 1)->last_ns;

	return ring->keep.ns && newest > ring->keep.ns &&
	       segment_at(ring, 0)->last_ns < newest - ring->keep.ns;
}

/* Gives back what a segment that has ended does not need. */
static void trim(struct buf *blocks)
{
	char *data = blocks->len ? realloc(blocks->data, blocks->len) : NULL;

	if (!data)
		return;
	blocks->data = data;
	blocks->size = blocks->len;
}

void block_ring__begin_segment(struct block_ring *ring)
{
	if (ring->nr)
		trim(&segment_at(ring, ring->nr - 1)->blocks);
	ring->is_full = false;
	while (ring->nr == SEGMENTS_MAX || (ring->nr && is_too_old(ring)))
		drop_oldest(ring);
	*segment_at(ring, ring->nr++) = (struct kept_segment) { 0 };
}

bool block_ring__add(struct block_ring *ring, const struct packed_block *packed)
{
	struct kept_segment *newest = segment_at(ring, ring->nr - 1);
	const struct capture_header *header = (const void *)packed->bytes;

	while (ring->nr > 1 && ring->bytes + packed->len > ring->keep.bytes)
		drop_oldest(ring);
	/* What of the segment does not fit is left out as a whole; but not the end of a file. */
	if (ring->bytes + packed->len > ring->keep.bytes)
		ring->is_full = true;
	if (ring->is_full && packed->data_bytes)
		return false;
	buf__add(&newest->blocks, packed->bytes, packed->len);
	if (header->last_ns > newest->last_ns)
		newest->last_ns = header->last_ns;
	ring->bytes += packed->len;
	return true;
}

static int write_segment(struct block_file *file, const struct buf *blocks)
{
	struct capture_header header;
	int err = 0;

	for (size_t at = 0; !err && at < blocks->len; at += sizeof(header) + header.frame_bytes) {
		struct packed_block packed = { .bytes = blocks->data + at };

		memcpy(&header, packed.bytes, sizeof(header));
		packed.len = sizeof(header) + header.frame_bytes;
		packed.data_bytes = header.data_bytes;
		err = block_file__write(file, &packed);
	}
	return err;
}

int block_ring__write(const struct block_ring *ring, int fd)
{
	struct block_file *file;
	int err = block_file__new(fd, &file);

	for (size_t i = 0; !err && i < ring->nr; i++)
		err = write_segment(file, &ring->segments[(ring->first + i) % SEGMENTS_MAX].blocks);
	if (!err)
		err = block_file__end(file);
	block_file__free(file);
	return err;
}

uint64_t block_ring__bytes(const struct block_ring *ring)
{
	return ring->bytes;
}
