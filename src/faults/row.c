/* SPDX-License-Identifier: GPL-2.0-only */
#include "row.h"

const char *const key_names[FT_KEY_COUNT] = {
	[FT_KEY_NONE] = "",	    [FT_KEY_KIND] = "kind",	[FT_KEY_MAJOR] = "major",
	[FT_KEY_ACCESS] = "access", [FT_KEY_ORIGIN] = "origin", [FT_KEY_COMM] = "comm",
	[FT_KEY_PID] = "pid",	    [FT_KEY_TID] = "tid",	[FT_KEY_CGROUP] = "cgroup",
	[FT_KEY_VMA] = "vma",	    [FT_KEY_FILE] = "file",	[FT_KEY_SYMBOL] = "symbol",
	[FT_KEY_CPU] = "cpu",	    [FT_KEY_CAUSE] = "cause",	[FT_KEY_STACK] = "stack",
	[FT_KEY_ORDER] = "order",   [FT_KEY_LINE] = "line",	[FT_KEY_CONTAINER] = "container",
};

unsigned long long row_bucket_low(const struct row *row, unsigned int bucket)
{
	return row->scale->step ? ft_hist_linear_low(row->scale, bucket) : ft_hist_low(bucket);
}

unsigned int row_nr_buckets(const struct row *row)
{
	return row->scale->step ? row->scale->nr + 2 : FT_HIST_BUCKETS;
}

unsigned long long row_known(const struct row *row)
{
	return row->count - row->buckets[FT_HIST_UNKNOWN];
}

unsigned long long row_mean(const struct row *row)
{
	unsigned long long known = row_known(row);

	return known ? (row->sum_ns + known / 2) / known : FT_UNKNOWN64;
}

/* Estimates the latencies in a bucket by its middle, and not below min_ns or above max_ns. */
static unsigned long long bucket_value(const struct row *row, unsigned int bucket)
{
	unsigned long long low = row_bucket_low(row, bucket);
	unsigned long long middle = low + (row_bucket_low(row, bucket + 1) - low) / 2;

	/* The last bucket of a linear scale is too wide for an estimate. */
	if (row->scale->step && bucket == row_nr_buckets(row) - 1 && row->min_ns != row->max_ns)
		return FT_UNKNOWN64;
	if (middle < row->min_ns)
		return row->min_ns;
	return middle > row->max_ns ? row->max_ns : middle;
}

unsigned long long row_percentile(const struct row *row, double share)
{
	unsigned long long known = row_known(row), seen = 0;
	/* Nearest rank: the rank-th smallest latency is the percentile. */
	unsigned long long rank = (unsigned long long)(share * (double)known);

	if (!known)
		return FT_UNKNOWN64;
	if ((double)rank < share * (double)known)
		rank++;
	for (unsigned int bucket = 0; bucket < row_nr_buckets(row); bucket++) {
		seen += row->buckets[bucket];
		if (seen && seen >= rank)
			return bucket_value(row, bucket);
	}
	return row->max_ns;
}
