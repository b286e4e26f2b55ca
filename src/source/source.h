/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where records come from: this kernel (live/tracer.h), or a list of them that is replayed. Analysis
 * reads no clock of its own: it asks the source what time it is.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stddef.h>

#include "../../bpf/contract/key.h"
#include "../records/record.h"

/*
 * Takes one row of a table that a source has summed up, as its parts on each CPU. key is NULL for
 * the row of all faults whose own row did not fit. Returns 0 or -errno.
 */
typedef int (*row_fn)(void *ctx, const struct ft_key *key, const struct ft_row *parts,
		      size_t nr_parts);

/* What a source can see, and so what its records can tell. */
struct source_info {
	unsigned int page_shift; /* of the machine that the records are from */
	/* When a fault's lookup of its mapping ends. Else the lookup's time is in FT_CAUSE_CPU. */
	bool sees_lookup;
	/* How long memory.high delays threads, if that was asked for (--cause). */
	bool sees_throttling;
	/* The page tables. Else more faults are of kind "other". */
	bool sees_pages;
};

/* Numbers that no record has: known when the source has finished. */
struct source_totals {
	struct ft_counters counters;
	long long unseen_gup; /* faults of get_user_pages that are only counted; -1: unknown */
	long long bpf_run_ns; /* -1: not measured */
	long long bpf_runs;
	unsigned long long missed_reads; /* folios that faults may have read in, not counted */
};

struct source;

struct source_ops {
	/* Starts the source. 0, -ESRCH: the target is gone, or another -errno after saying why. */
	int (*start)(struct source *source);
	/*
	 * Hands all records that are there to the consumer, and returns how many there were. Faults come
	 * in the order in which they ended.
	 */
	size_t (*poll)(struct source *source, const struct record_consumer *consumer);
	/* The time in ns: CLOCK_MONOTONIC of the machine that the records are from. */
	unsigned long long (*now)(const struct source *source);
	/*
	 * Hands over the rows that were summed up since the last call. A key may come in several calls:
	 * the caller adds up its rows. 0 or -errno. NULL: this source has single faults only.
	 */
	int (*take_rows)(struct source *source, row_fn row, void *ctx);
	/* Is the table nearly full, so that its rows should be taken? NULL: it is never full. */
	bool (*rows_are_scarce)(const struct source *source);
	struct source_info (*info)(const struct source *source);
	/* Stops the source, hands the remaining records to the consumer, and fills *totals. */
	void (*finish)(struct source *source, const struct record_consumer *consumer,
		       struct source_totals *totals);
};

/* The first member of the struct that implements the operations. */
struct source {
	const struct source_ops *ops;
};

static inline int source__start(struct source *source)
{
	return source->ops->start(source);
}

static inline size_t source__poll(struct source *source, const struct record_consumer *consumer)
{
	return source->ops->poll(source, consumer);
}

static inline unsigned long long source__now(const struct source *source)
{
	return source->ops->now(source);
}

static inline int source__take_rows(struct source *source, row_fn row, void *ctx)
{
	return source->ops->take_rows ? source->ops->take_rows(source, row, ctx) : 0;
}

static inline bool source__rows_are_scarce(const struct source *source)
{
	return source->ops->rows_are_scarce && source->ops->rows_are_scarce(source);
}

static inline struct source_info source__info(const struct source *source)
{
	return source->ops->info(source);
}

static inline void source__finish(struct source *source, const struct record_consumer *consumer,
				  struct source_totals *totals)
{
	source->ops->finish(source, consumer, totals);
}

#endif /* SOURCE_SOURCE_H */
