/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "../../src/faults/row.h"
#include "random.h"
#include "test.h"

#define LAST (FT_HIST_BUCKETS - 1)

static void check_value(unsigned long long ns)
{
	unsigned int bucket = ft_hist_bucket(ns);
	bool lies_in =
		ft_hist_low(bucket) <= ns && (bucket == LAST || ns < ft_hist_low(bucket + 1));

	if (!CHECK(bucket < FT_HIST_BUCKETS && lies_in))
		printf("#   %llu: bucket %u\n", ns, bucket);
}

static void test_values(void)
{
	for (unsigned long long ns = 0; ns <= 1 << 20; ns++)
		check_value(ns);
	for (unsigned int power = 0; power < 64; power++) {
		for (int off = -20; off <= 20; off++)
			check_value((1ULL << power) + (unsigned long long)off);
	}
	check_value(~0ULL);
	CHECK_EQ(ft_hist_bucket(~0ULL), LAST);
	test_done("every value lies in its bucket");
}

static void test_buckets(void)
{
	CHECK_EQ(ft_hist_low(0), 0);
	for (unsigned int bucket = 0; bucket < FT_HIST_BUCKETS; bucket++) {
		unsigned long long low = ft_hist_low(bucket), next = ft_hist_low(bucket + 1);

		CHECK(low < next);
		CHECK(next - low == 1 || (next - low) * FT_HIST_PARTS <= low);
		CHECK_EQ(ft_hist_bucket(low), bucket);
		CHECK_EQ(ft_hist_bucket(next - 1), bucket);
	}
	test_done("buckets follow each other, and none is wide");
}

static void test_log2(void)
{
	for (unsigned int power = 0; power < 64; power++) {
		CHECK_EQ(ft_log2(1ULL << power), power);
		CHECK_EQ(ft_log2((2ULL << power) - 1), power);
	}
	test_done("log2");
}

static void check_linear(const struct ft_hist_scale *scale)
{
	unsigned int last = scale->nr + 1, before = 0;

	for (unsigned long long ns = 0; ns < scale->low + (scale->nr + 5) * scale->step; ns++) {
		unsigned int bucket = ft_hist_linear_bucket(scale, ns);

		CHECK(bucket >= before && bucket <= last);
		CHECK(ft_hist_linear_low(scale, bucket) <= ns);
		CHECK(bucket == last || ns < ft_hist_linear_low(scale, bucket + 1));
		CHECK_EQ(bucket == 0, ns < scale->low);
		before = bucket;
	}
	CHECK_EQ(before, last);
	/* FT_UNKNOWN64 itself is no latency. */
	CHECK_EQ(ft_hist_linear_bucket(scale, FT_UNKNOWN64 - 1), last);
}

static void test_linear(void)
{
	static const struct ft_hist_scale scales[] = {
		{ 0, 1, 1 },	{ 0, 10, 20 }, { 5, 1, 7 },
		{ 500, 50, 9 }, { 1, 3, 100 }, { 1000, 1000, FT_HIST_BUCKETS - 2 },
	};

	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		check_linear(&scales[i]);
	test_done("linear scales");
}

#define VALUES_MAX 3000

struct set {
	unsigned long long values[VALUES_MAX];
	size_t nr;
	unsigned long long buckets[FT_HIST_SLOTS];
	struct row row;
};

static int compare_u64(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a, y = *(const unsigned long long *)b;

	return x < y ? -1 : x > y;
}

/* Random values, so many known and unknown, summed up as the kernel does it. */
static void fill(struct set *set, const struct ft_hist_scale *scale, size_t nr, size_t unknown,
		 struct random *random)
{
	memset(set, 0, sizeof(*set));
	set->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		set->values[i] = random_latency(random, 39);
		set->row.sum_ns += set->values[i];
		set->buckets[scale->step ? ft_hist_linear_bucket(scale, set->values[i])
					 : ft_hist_bucket(set->values[i])]++;
	}
	qsort(set->values, nr, sizeof(set->values[0]), compare_u64);
	set->buckets[FT_HIST_UNKNOWN] = unknown;
	set->row.count = nr + unknown;
	set->row.min_ns = nr ? set->values[0] : FT_UNKNOWN64;
	set->row.max_ns = nr ? set->values[nr - 1] : FT_UNKNOWN64;
	set->row.buckets = set->buckets;
	set->row.scale = scale;
}

/* By nearest rank: the smallest value that so many per mille of all do not exceed. */
static unsigned long long exact_percentile(const struct set *set, unsigned int per_mille)
{
	size_t rank = (set->nr * per_mille + 999) / 1000;

	return set->values[rank ? rank - 1 : 0];
}

static const unsigned int shares[] = { 0, 1, 10, 250, 500, 900, 950, 990, 999, 1000 };

static void check_percentiles(const struct set *set)
{
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		unsigned long long want = exact_percentile(set, shares[i]);
		unsigned long long is = row_percentile(&set->row, shares[i] / 1000.0);
		unsigned long long off = is > want ? is - want : want - is;

		if (!CHECK(off * 16 <= want)) /* 6.25 % */
			printf("#   %u per mille of %zu: is %llu, not %llu\n", shares[i], set->nr,
			       is, want);
	}
}

static void test_percentiles(void)
{
	static const struct ft_hist_scale scale = { 0 };
	struct random random = { 1 };
	struct set *set = malloc(sizeof(*set));

	for (size_t nr = 1; nr <= VALUES_MAX; nr += 1 + nr / 8) {
		for (size_t unknown = 0; unknown < 3; unknown++) {
			fill(set, &scale, nr, unknown, &random);
			check_percentiles(set);
			CHECK_EQ(row_known(&set->row), nr);
			CHECK_EQ(row_mean(&set->row), (set->row.sum_ns + nr / 2) / nr);
		}
	}
	fill(set, &scale, 0, 7, &random);
	CHECK(row_percentile(&set->row, 0.5) == FT_UNKNOWN64);
	CHECK(row_mean(&set->row) == FT_UNKNOWN64);
	free(set);
	test_done("percentiles are within 6.25 % of the exact ones");
}

/* On a linear scale the step is the precision, and beyond its end nothing is known. */
static void test_linear_percentiles(void)
{
	static const struct ft_hist_scale scale = { 1000, 500, 100 };
	const unsigned long long end = ft_hist_linear_low(&scale, scale.nr + 1);
	struct random random = { 2 };
	struct set *set = malloc(sizeof(*set));

	fill(set, &scale, VALUES_MAX, 5, &random);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		unsigned long long want = exact_percentile(set, shares[i]);
		unsigned long long is = row_percentile(&set->row, shares[i] / 1000.0);

		CHECK_EQ(is == FT_UNKNOWN64, want >= end);
		if (want >= scale.low && want < end)
			CHECK((is > want ? is - want : want - is) <= scale.step / 2);
		else if (want < scale.low)
			CHECK(is < scale.low);
	}
	free(set);
	test_done("percentiles of linear scales");
}

int main(void)
{
	test_log2();
	test_values();
	test_buckets();
	test_linear();
	test_percentiles();
	test_linear_percentiles();
	return test_status();
}
