/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a BPF ring buffer (its layout is stable: include/uapi/linux/bpf.h,
 * Documentation/bpf/ringbuf.rst). Unlike libbpf's reader it frees space in large
 * pieces: faulting threads read the reader's position at each record, and each change
 * of it makes one of them wait for the cache line.
 */
#ifndef SOURCE_LIVE_RING_READER_H
#define SOURCE_LIVE_RING_READER_H

#include <stddef.h>

struct ring_reader;

typedef void (*ring_reader_fn)(void *ctx, const void *data, size_t size);

/* fd: of the map; bytes: its size. */
int ring_reader__new(int fd, size_t bytes, struct ring_reader **ret);
void ring_reader__free(struct ring_reader *ring);

/* Hands on all records that are in the ring at the call. Returns how many records it read. */
size_t ring_reader__consume(struct ring_reader *ring, ring_reader_fn record, void *ctx);

#endif /* SOURCE_LIVE_RING_READER_H */
