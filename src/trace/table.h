/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reader's half of a table: adds up what the CPUs counted, for an interval or the
 * whole run.
 */
#ifndef TRACE_TABLE_H
#define TRACE_TABLE_H

#include "../options.h"
#include "profile.h"
#include "tracer.h"

struct table;

int table__new(const struct options *opts, struct table **ret);
void table__free(struct table *table);

/* From now on it is read in time; map as in stacks.h. */
void table__begin(struct table *table, struct code_map *map, unsigned long long now_ns);

/* A record_fn (tracer.h); ctx is the table. */
void table__record(void *ctx, const struct ft_header *record);

/* Takes over what was counted up to now. What it needs in words comes until the next call. */
int table__read(struct table *table, struct tracer *tracer);
/* When that was, and when it has to be again. */
unsigned long long table__read_ns(const struct table *table);
unsigned long long table__due_ns(const struct table *table);
/* By then, or sooner, lest rows find no room or stacks fill the memory. */
bool table__is_due(const struct table *table, const struct tracer *tracer);

/*
 * The rows of what was read since the last table__next(), sorted; with whole, the sum
 * over all of them first. Valid until the next call of either.
 */
int table__interval(struct table *table, bool whole, struct interval *ret);
void table__next(struct table *table);

/*
 * Instead: adds what was read of FT_KEY_STACK and FT_KEY_KIND to the profile, and begins
 * anew; overflow: faults without a row of their own.
 */
void table__profile(struct table *table, struct profile *profile, struct fault_sums *sums,
		    unsigned long long *overflow);

/* As in stacks.h. */
void table__advise(const struct table *table);

#endif /* TRACE_TABLE_H */
