/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns the records of a source into output in a format: names the mapping of each fault,
 * classifies it, applies the filter that the kernel cannot (--file), sums up, writes.
 */
#ifndef FAULTS_STREAM_H
#define FAULTS_STREAM_H

#include <stdbool.h>

#include "../source/source.h"
#include "code_history.h"
#include "../base/output.h"
#include "format.h"

struct stream;

struct stream_options {
	const char *file;	       /* glob over mapping names; NULL: any */
	unsigned long long max_events; /* 0: all */
	bool stacks;
	bool stacks_are_copies; /* each stack id belongs to one fault */
	bool symbols;		/* of the instruction and the address of each fault */
	bool lines;		/* with symbols: also the source line of the instruction */
	bool residency;		/* of the file of each fault */
	bool quiet;
};

/* *opts is copied. */
int stream__new(const struct stream_options *opts, struct stream **ret);
void stream__free(struct stream *p);

/* format: appends to *out. map: NULL if neither stacks nor symbols are wanted. Totals of the faults are added to *end. */
void stream__start(struct stream *p, const struct source *source, struct format *format,
		   struct output *out, struct code_history *map, struct run_end *end);
/* The consumer that turns records into lines. */
struct record_consumer stream__consumer(struct stream *p);
/* To be called when all records of a poll were handed on: writes the output. */
void stream__collected(struct stream *p);
/* To be called when all records have come and *end is complete. */
void stream__end(struct stream *p);

/* True if no more faults are wanted: max_events have come, or the reader of the output is gone. */
bool stream__done(const struct stream *p);

#endif /* FAULTS_STREAM_H */
