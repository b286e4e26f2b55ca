/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sorts faults by the time at which they ended. CPUs send faults in batches: after all
 * batches are flushed, all faults that ended before the flush have come, and can be sorted.
 */
#ifndef SOURCE_LIVE_REORDER_H
#define SOURCE_LIVE_REORDER_H

#include <stddef.h>
#include <stdint.h>

#include "../../../bpf/contract/record.h"

struct reorder;

typedef void (*reorder_fn)(void *ctx, const struct ft_header *record);

/*
 * size: of a record, at most. max: how many it holds; when it is full, it hands all on, and
 * records that come late are out of order, but not lost.
 */
int reorder__new(size_t max, size_t size, reorder_fn record, void *ctx, struct reorder **ret);
void reorder__free(struct reorder *reorder);

void reorder__add(struct reorder *reorder, const struct ft_fault *fault);
/* Hands on the faults that ended by until_ns, the oldest first. */
void reorder__hand_on(struct reorder *reorder, uint64_t until_ns);

#endif /* SOURCE_LIVE_REORDER_H */
