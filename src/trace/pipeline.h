/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the records of a source to the lines of a sink: names the mapping, judges
 * the kind, filters what the kernel could not, sums up, writes.
 */
#ifndef TRACE_PIPELINE_H
#define TRACE_PIPELINE_H

#include <stdbool.h>

#include "sink.h"

struct pipeline;

struct pipeline_config {
	const struct sink_ops *sink;
	const struct run_start *start;
	const char *file;	       /* glob over names; NULL: any */
	unsigned long long max_events; /* 0: no end */
	const char *output;	       /* path, for messages */
	int fd;
};

int pipeline__new(const struct pipeline_config *config, struct pipeline **ret);
void pipeline__free(struct pipeline *p);

void pipeline__start(struct pipeline *p);
/* A record_fn (tracer.h); ctx is the pipeline. */
void pipeline__record(void *ctx, const struct ft_header *record);
/* Writes what has gathered. */
void pipeline__flush(struct pipeline *p);
/* Completes *end with the pipeline's own sums and hands it to the sink. */
void pipeline__end(struct pipeline *p, struct run_end *end);

/* Nobody wants more: enough events, or the reader went away. */
bool pipeline__done(const struct pipeline *p);
/* Nothing can be written any more. */
bool pipeline__broken(const struct pipeline *p);
/* -errno of a write that failed (already told), or 0. A closed pipe is no failure. */
int pipeline__error(const struct pipeline *p);

#endif /* TRACE_PIPELINE_H */
