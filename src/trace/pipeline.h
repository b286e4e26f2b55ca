/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the records of a source to the lines of a sink: names the mapping, judges
 * the kind, filters what the kernel could not, sums up, writes.
 */
#ifndef TRACE_PIPELINE_H
#define TRACE_PIPELINE_H

#include <stdbool.h>

#include "../options.h"
#include "code_map.h"
#include "output.h"

struct pipeline;

int pipeline__new(const struct options *opts, struct pipeline **ret);
void pipeline__free(struct pipeline *p);

/* map: NULL unless options__wants_code_map(). What the faults add up to is added to *end. */
void pipeline__start(struct pipeline *p, const struct run_start *start, struct output *out,
		     struct code_map *map, struct run_end *end);
/* A record_fn (tracer.h); ctx is the pipeline. */
void pipeline__record(void *ctx, const struct ft_header *record);
/* All has come, and *end is complete. */
void pipeline__end(struct pipeline *p);

/* Nobody wants more: enough events, or the reader went away. */
bool pipeline__done(const struct pipeline *p);

#endif /* TRACE_PIPELINE_H */
