/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What faults with the same key have in common, summed up: a row of `top`, a
 * histogram of `hist`. Lives only for the call it is passed to.
 */
#ifndef TRACE_ROW_H
#define TRACE_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "../../bpf/hist.h"
#include "../../bpf/key.h"
#include "fault.h"

#define ROW_KEYS_MAX 2

/* One part of a row's key, ready to be shown. */
struct key_value {
	enum ft_key_type type;
	/*
	 * The value in words: a kind, "major" or "minor", a name ("" for a mapping
	 * without one), "function+0x12 (libc.so.6)". NULL for what is a number: pid,
	 * tid, cpu, order, and a cgroup whose path is not known.
	 */
	const char *text;
	/* Where there is no text, FT_UNKNOWN64 if not known; also of a cgroup: its id. */
	unsigned long long number;
	const struct ft_fault *vma; /* for FT_KEY_VMA: pid and mapping; else NULL */
	const char *comm;	    /* for FT_KEY_PID and FT_KEY_TID: a name it had; else NULL */
};

struct row {
	struct key_value keys[ROW_KEYS_MAX];
	size_t nr_keys; /* 0: of all faults */
	bool overflow;	/* of all whose own row did not fit; no keys then */
	size_t rest; /* if not 0: this row is the sum of so many rows that are not shown, without keys */
	unsigned long long count;
	unsigned long long major;
	unsigned long long sum_ns;
	unsigned long long min_ns; /* FT_UNKNOWN64 if no latency is known */
	unsigned long long max_ns; /* ... */
	/* FT_HIST_SLOTS of them; the last is that of unknown latencies. */
	const unsigned long long *buckets;
	const struct ft_hist_scale *scale;
	/* FT_CAUSE_COUNT sums of where sum_ns went, or FT_UNKNOWN64; NULL: not asked for. */
	const unsigned long long *cause_ns;
	bool has_cached; /* asked for, and known */
	/* Percent of the key's mapping, or of its whole file: in the page cache. */
	unsigned int cached;
	/* That the faults' own reads brought in; FT_UNKNOWN64: not asked for, or not known. */
	unsigned long long read_pages;
	unsigned long long bytes;	 /* ft_fault_bytes() of all; FT_UNKNOWN64: as read_pages */
	unsigned long long throttled_ns; /* after them, by memory.high; or FT_UNKNOWN64 */
	const struct fault *worst;	 /* the slowest, or NULL */
};

/* Of many resolved faults. */
struct fault_sums {
	unsigned long long faults;
	unsigned long long major;
	unsigned long long latency_ns; /* of those of which it is known */
};

/* What rows are sorted by. */
enum sort { SORT_COUNT, SORT_MAJOR, SORT_TOTAL, SORT_MEAN, SORT_P99, SORT_MAX, SORT_BYTES };

/* A span of time and all there is about it. */
struct interval {
	unsigned int nr;	     /* 1, 2, ...; 0: the whole run */
	unsigned long long begin_ns; /* CLOCK_MONOTONIC */
	unsigned long long end_ns;
	struct fault_sums sums;		 /* over all rows, shown or not */
	unsigned long long bytes;	 /* of all rows, or FT_UNKNOWN64 */
	unsigned long long throttled_ns; /* or FT_UNKNOWN64 */
	size_t nr_rows;			 /* shown and not shown */
	enum sort sort;
	/* The rows that are shown: sorted; behind them the sum of the rest (machine formats), and the overflow. */
	const struct row *rows;
	size_t nr_shown;
};

/* How many faults' latency is known, and their mean: FT_UNKNOWN64 if none is. */
unsigned long long row_known(const struct row *row);
unsigned long long row_mean(const struct row *row);
/*
 * Latency below which this share (0..1) of the row's faults lies; FT_UNKNOWN64 if none is
 * known, or if it lies beyond the end of a linear scale: between there and max_ns.
 */
unsigned long long row_percentile(const struct row *row, double share);
/* All buckets of known latencies; the last one has no upper end. */
unsigned int row_nr_buckets(const struct row *row);
/* Where a bucket of the row begins and the next one does. */
unsigned long long row_bucket_low(const struct row *row, unsigned int bucket);

/* Words for enum ft_key_type, as in --by. */
extern const char *const key_names[FT_KEY_COUNT];

#endif /* TRACE_ROW_H */
