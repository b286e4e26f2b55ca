/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The buckets of a latency histogram: powers of two, each in 8 equal parts, so that
 * the middle of a bucket is at most 6.25 % from anything in it. Compiled by both
 * halves. Integers only.
 */
#ifndef FT_HIST_H
#define FT_HIST_H

#include "classify.h"

#define FT_HIST_PARTS_LOG2 3
#define FT_HIST_PARTS	   (1U << FT_HIST_PARTS_LOG2)
#define FT_HIST_POWERS	   36 /* the last bucket begins at 2^38 / 8 * 15 ns: 8.6 minutes */
#define FT_HIST_BUCKETS	   (FT_HIST_PARTS * (FT_HIST_POWERS + 1))
#define FT_HIST_UNKNOWN	   FT_HIST_BUCKETS /* the slot of faults whose latency is unknown */
#define FT_HIST_SLOTS	   (FT_HIST_BUCKETS + 1)

/* --linear: equal buckets; a step of 0 stands for the powers of two. */
struct ft_hist_scale {
	__u64 low;
	__u64 step;
	__u32 nr; /* buckets of this step; one more is below them, one above */
};

/* Without a loop and without __builtin_clz(), which BPF lacks. */
FT_PURE __u32 ft_log2(__u64 value)
{
	__u32 log = 0;

	for (__u32 shift = 32; shift; shift /= 2) {
		__u32 above = (value >> shift) != 0;

		log += above * shift;
		value >>= above * shift;
	}
	return log;
}

/* Values below 8 have a bucket each. */
FT_PURE __u32 ft_hist_bucket(__u64 ns)
{
	__u32 power, bucket;

	if (ns < FT_HIST_PARTS)
		return ns;
	power = ft_log2(ns) - FT_HIST_PARTS_LOG2;
	bucket = (power + 1) * FT_HIST_PARTS + ((ns >> power) & (FT_HIST_PARTS - 1));
	return bucket < FT_HIST_BUCKETS ? bucket : FT_HIST_BUCKETS - 1;
}

/* Where a bucket begins, in ns. FT_HIST_BUCKETS: where the last one would end. */
FT_PURE __u64 ft_hist_low(__u32 bucket)
{
	__u32 power = bucket / FT_HIST_PARTS;

	if (!power)
		return bucket;
	return (__u64)(FT_HIST_PARTS + bucket % FT_HIST_PARTS) << (power - 1);
}

FT_PURE __u32 ft_hist_linear_bucket(const struct ft_hist_scale *scale, __u64 ns)
{
	__u64 at;

	if (ns < scale->low)
		return 0;
	at = 1 + (ns - scale->low) / scale->step;
	return at <= scale->nr ? at : scale->nr + 1;
}

/* The index of the bucket that counts this latency, in FT_HIST_SLOTS. */
FT_PURE __u32 ft_hist_slot(const struct ft_hist_scale *scale, __u64 latency_ns)
{
	__u32 bucket;

	if (latency_ns == FT_UNKNOWN64)
		return FT_HIST_UNKNOWN;
	bucket =
		scale->step ? ft_hist_linear_bucket(scale, latency_ns) : ft_hist_bucket(latency_ns);
	return bucket < FT_HIST_BUCKETS ? bucket : FT_HIST_BUCKETS - 1;
}

FT_PURE __u64 ft_hist_linear_low(const struct ft_hist_scale *scale, __u32 bucket)
{
	return bucket ? scale->low + (bucket - 1) * scale->step : 0;
}

#endif /* FT_HIST_H */
