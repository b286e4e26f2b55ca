/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reading end of a BPF ring buffer (its layout is the kernel's promise:
 * include/uapi/linux/bpf.h, Documentation/bpf/ringbuf.rst). Unlike libbpf's it gives
 * space back in large pieces: the position is a cache line that the faulting threads
 * read at each record, and each change of it makes one of them wait.
 */
#ifndef TRACE_RING_READER_H
#define TRACE_RING_READER_H

#include <stddef.h>

struct ring_reader;

typedef void (*ring_reader_fn)(void *ctx, const void *data, size_t size);

/* fd: of the map, which has so many bytes. */
int ring_reader__new(int fd, size_t bytes, struct ring_reader **ret);
void ring_reader__free(struct ring_reader *ring);

/* Hands on all there is now; returns how many. */
size_t ring_reader__consume(struct ring_reader *ring, ring_reader_fn record, void *ctx);

#endif /* TRACE_RING_READER_H */
