/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults in the order in which they ended. CPUs send theirs in batches; what came
 * up to a moment at which no batch waited is complete, and can be sorted.
 */
#ifndef TRACE_WINDOW_H
#define TRACE_WINDOW_H

#include <stdint.h>

#include "tracer.h"

struct window;

/* Of records that are size long. Holds at most so many; beyond them order is lost, records are not. */
int window__new(size_t max, size_t size, record_fn record, void *ctx, struct window **ret);
void window__free(struct window *window);

void window__add(struct window *window, const struct ft_fault *fault);
/* Hands on those that ended until then, the oldest first. */
void window__hand_on(struct window *window, uint64_t until_ns);

#endif /* TRACE_WINDOW_H */
