/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a table, for aggregate.c and aggregate_faults.c, which fill it, and aggregate_rows.c,
 * which reads it.
 */
#ifndef FAULTS_AGGREGATE_TABLE_H
#define FAULTS_AGGREGATE_TABLE_H

#include "../base/key_map.h"
#include "aggregate.h"
#include "jit_advice.h"
#include "key_text.h"
#include "residency_cache.h"
#include "shared_texts.h"

/* An entry: a key as the kernel counts by it, and what was counted for it in the interval. */
struct counted {
	struct ft_key key;
	bool overflow;
	const char *texts[FT_KEYS]; /* in texts of the table, as the id is */
	const char *id; /* entries with equal ids are one row; NULL: not described yet */
	enum jit_runtime made_by;

	unsigned long long count;
	unsigned long long major;
	unsigned long long bytes;
	unsigned long long sum_ns;
	unsigned long long read_pages;
	unsigned long long unknown_reads;
	unsigned long long throttled_ns;
	bool waits; /* has been throttled, without a fault, since before this interval */
	unsigned long long cause_ns[FT_CAUSE_COUNT];
	unsigned long long min_ns; /* FT_UNKNOWN64: no latency is known */
	unsigned long long max_ns;
	unsigned long long buckets[FT_HIST_SLOTS];
	struct ft_fault worst;
	const char *worst_name; /* of its mapping, in texts of the table; NULL: key_text knows it */
	bool has_cached;	/* of single faults: what the last one told */
	unsigned int cached;
};

/* Defined in aggregate_rows.c. */
struct group;
struct shown;

struct aggregate {
	struct aggregate_options opts;
	struct source *source;
	struct key_text *keys;		/* NULL: the table is made of faults, which have names */
	struct residency_cache *cached; /* NULL: not asked for, or faults have it */
	struct key_map entries;		/* see aggregate__entry() */
	struct shared_texts texts;
	struct source_info info;
	bool sees_bytes;
	unsigned long long read_ns;
	struct jit_advice jits; /* of the whole run */

	/* What the last aggregate__interval() made. */
	struct counted **sorted;
	struct counted **rest; /* entries of the groups that are merged into the row of the rest */
	struct group *groups;
	struct row *rows;
	struct shown *shown; /* one a row */
	size_t nr_shown;
};

struct counted *aggregate__entry(const struct aggregate *table, size_t i);
/* The entry with this key, which is added if it is new. key: NULL for the overflow. */
struct counted *aggregate__find(struct aggregate *table, const struct ft_key *key);
/*
 * Updates the fastest and the slowest latency of an entry with those of some faults. worst is the
 * slowest of these faults; if no latency is known (timed is false), it is any of them. True: it is
 * the slowest of the entry, too.
 */
bool aggregate__add_extremes(struct counted *entry, const struct ft_fault *worst, bool timed,
			     unsigned long long min_ns, unsigned long long max_ns);
/*
 * Makes the texts of the entry's key, only once: names are forgotten later, and processes end.
 * fault: that the key was made of; NULL: the kernel made it.
 */
void aggregate__describe(struct aggregate *table, struct counted *entry, const struct fault *fault);
/* The name of the mapping of the entry's slowest fault. */
const char *aggregate__worst_name(const struct aggregate *table, const struct counted *entry);

/* Makes the texts of the keys of entries that are new since the last call. */
void aggregate__describe_new(struct aggregate *table);

/* Frees the rows that were handed out last. */
void aggregate__forget_interval(struct aggregate *table);

#endif /* FAULTS_AGGREGATE_TABLE_H */
