/* SPDX-License-Identifier: GPL-2.0-only */
#include "ring_reader.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The reader frees space whenever it has read this much of the ring, or all of it. */
#define PIECE(ring) ((ring)->bytes / 16)

struct ring_reader {
	size_t page;
	size_t bytes;
	unsigned long *consumer;       /* the reader's position, in a page of its own */
	const unsigned long *producer; /* the kernel's position, in the page before the data */
	const char *data;	       /* mapped twice in a row: no record is split in two */
	unsigned long position;	       /* read up to here */
};

static void *map_pages(int fd, size_t bytes, int protection, size_t offset)
{
	void *pages = mmap(NULL, bytes, protection, MAP_SHARED, fd, (off_t)offset);

	return pages == MAP_FAILED ? NULL : pages;
}

int ring_reader__new(int fd, size_t bytes, struct ring_reader **ret)
{
	struct ring_reader *ring = calloc(1, sizeof(*ring));
	int err;

	*ret = ring;
	if (!ring)
		return -ENOMEM;
	ring->page = (size_t)getpagesize();
	ring->bytes = bytes;
	ring->consumer = map_pages(fd, ring->page, PROT_READ | PROT_WRITE, 0);
	if (ring->consumer)
		ring->producer = map_pages(fd, ring->page + 2 * bytes, PROT_READ, ring->page);
	if (!ring->producer) {
		err = -errno;
		ring_reader__free(ring);
		*ret = NULL;
		return err;
	}
	ring->data = (const char *)ring->producer + ring->page;
	ring->position = *ring->consumer;
	return 0;
}

void ring_reader__free(struct ring_reader *ring)
{
	if (!ring)
		return;
	if (ring->producer)
		munmap((void *)ring->producer, ring->page + 2 * ring->bytes);
	if (ring->consumer)
		munmap(ring->consumer, ring->page);
	free(ring);
}

static size_t record_bytes(unsigned int length)
{
	return (BPF_RINGBUF_HDR_SZ + length + 7) & ~7UL;
}

/* Reads at most one piece of the records before end, up to the first that is being written. */
static size_t consume_piece(struct ring_reader *ring, unsigned long end, ring_reader_fn record,
			    void *ctx)
{
	unsigned long start = ring->position;
	size_t n = 0;

	while (ring->position < end && ring->position - start < PIECE(ring)) {
		const char *at = ring->data + (ring->position & (ring->bytes - 1));
		unsigned int header = __atomic_load_n((const unsigned int *)at, __ATOMIC_ACQUIRE);
		unsigned int length = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (header & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(header & BPF_RINGBUF_DISCARD_BIT))
			record(ctx, at + BPF_RINGBUF_HDR_SZ, length);
		ring->position += record_bytes(length);
		n++;
	}
	if (n)
		__atomic_store_n(ring->consumer, ring->position, __ATOMIC_RELEASE);
	return n;
}

size_t ring_reader__consume(struct ring_reader *ring, ring_reader_fn record, void *ctx)
{
	/* Stops here: if it followed writers that are faster, it would never return. */
	unsigned long end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	size_t total = 0, n;

	do {
		n = consume_piece(ring, end, record, ctx);
		total += n;
	} while (n);
	return total;
}
