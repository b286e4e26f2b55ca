/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sums over all faults with the same key: a row of `top`, a histogram of `hist`.
 * Valid only during the call that it is passed to.
 */
#ifndef FAULTS_ROW_H
#define FAULTS_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "../../bpf/contract/hist.h"
#include "../../bpf/contract/key.h"
#include "fault.h"

#define ROW_KEYS_MAX 2

/* One part of a row's key, ready to be shown. */
struct key_value {
	enum ft_key_type type;
	/*
	 * The value in words: a kind, "major" or "minor", a name ("" for a mapping
	 * without one), "function+0x12 (libc.so.6)". NULL for what is a number: pid,
	 * tid, cpu, order, and a cgroup whose path is not known; and where nothing is known.
	 */
	const char *text;
	/* The value without a text, FT_UNKNOWN64 if not known; of a cgroup always its id. */
	unsigned long long number;
	const struct ft_fault *vma; /* for FT_KEY_VMA: pid and mapping; else NULL */
	const char *comm;	    /* a thread name, for FT_KEY_PID and FT_KEY_TID; else NULL */
};

struct row {
	struct key_value keys[ROW_KEYS_MAX];
	size_t nr_keys; /* 0: the row of all faults, or the overflow */
	bool overflow;	/* the row of all faults whose own row did not fit; it has no keys */
	size_t rest;	/* not 0: the sum of so many rows that are not shown; keys are unknown */
	unsigned long long count;
	unsigned long long major;
	unsigned long long sum_ns;
	unsigned long long min_ns; /* FT_UNKNOWN64 if no latency is known */
	unsigned long long max_ns; /* as min_ns */
	/* Numbers of faults by latency: FT_HIST_SLOTS; the last is of unknown latencies. */
	const unsigned long long *buckets;
	const struct ft_hist_scale *scale;
	/* The FT_CAUSE_COUNT parts of sum_ns, or FT_UNKNOWN64; NULL: not asked for. */
	const unsigned long long *cause_ns;
	bool has_cached; /* asked for, and known */
	/* Percent of the key's mapping, or else of its file, that is in the page cache. */
	unsigned int cached;
	/* File pages that the faults read in; FT_UNKNOWN64: not asked for, or not known. */
	unsigned long long read_pages;
	unsigned long long bytes;	 /* sum of ft_fault_bytes(); FT_UNKNOWN64: as read_pages */
	unsigned long long throttled_ns; /* by memory.high after the faults; or FT_UNKNOWN64 */
	const struct fault *worst;	 /* the slowest fault, or NULL */
};

/* Sums over resolved faults. */
struct fault_sums {
	unsigned long long faults;
	unsigned long long major;
	unsigned long long latency_ns; /* of the faults whose latency is known */
};

/* What rows are sorted by. */
enum sort { SORT_COUNT, SORT_MAJOR, SORT_TOTAL, SORT_MEAN, SORT_P99, SORT_MAX, SORT_BYTES };

/* The rows and sums of a span of time. */
struct interval {
	unsigned int nr;	     /* 1, 2, ...; 0: the whole run */
	unsigned long long begin_ns; /* CLOCK_MONOTONIC */
	unsigned long long end_ns;
	struct fault_sums sums;		 /* over all rows, shown or not */
	unsigned long long bytes;	 /* of all rows, or FT_UNKNOWN64 */
	unsigned long long throttled_ns; /* of all rows, or FT_UNKNOWN64 */
	size_t nr_rows;			 /* shown and not shown */
	enum sort sort;
	/* The rows that are shown, sorted; then the sum of the rest (machine formats), overflow. */
	const struct row *rows;
	size_t nr_shown;
};

/* The number of faults whose latency is known, and its mean: FT_UNKNOWN64 if there are none. */
unsigned long long row_known(const struct row *row);
unsigned long long row_mean(const struct row *row);
/*
 * The latency that this share (0..1) of the row's faults does not exceed. FT_UNKNOWN64 if none is
 * known, or if it is beyond the end of a linear scale: between there and max_ns.
 */
unsigned long long row_percentile(const struct row *row, double share);
/* The number of buckets of known latencies. The last bucket has no upper end. */
unsigned int row_nr_buckets(const struct row *row);
/* The lower end of a bucket. */
unsigned long long row_bucket_low(const struct row *row, unsigned int bucket);

/* Words for enum ft_key_type, as in --by. */
extern const char *const key_names[FT_KEY_COUNT];

#endif /* FAULTS_ROW_H */
