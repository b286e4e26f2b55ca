/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for people, and the words of a run's summary, which has such numbers. */
#include "../../src/base/units.h"
#include "../../src/faults/run_totals.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* What was appended, as a string; the buffer is empty again. */
static const char *take(struct buf *b)
{
	buf__addc(b, '\0');
	b->len = 0;
	return b->data;
}

static void test_durations(void)
{
	static const struct {
		uint64_t ns;
		const char *normal, *brief, *exact, *narrow, *cut;
	} cases[] = {
		{ 0, "0 ns", "0ns", "0 ns", "0ns", "0 ns" },
		{ 999, "999 ns", "999ns", "999 ns", "999ns", "999 ns" },
		{ 1310, "1.31 us", "1.31us", "1.31 us", "1.3us", "1.31 us" },
		{ 999500, "1.00 ms", "1.00ms", "999.5 us", "999us", "999.50 us" },
		{ 6414267900, "6.41 s", "6.41s", "6.4142679 s", "6.4s", "6.41 s" },
		{ 1234567890123, "1235 s", "1235s", "1234.567890123 s", "1234s", "1234.56 s" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < NR(cases); i++) {
		units_add_duration(&b, cases[i].ns);
		CHECK_STR(take(&b), cases[i].normal);
		units_add_brief_duration(&b, cases[i].ns);
		CHECK_STR(take(&b), cases[i].brief);
		units_add_exact_duration(&b, cases[i].ns);
		CHECK_STR(take(&b), cases[i].exact);
		units_add_short_duration(&b, cases[i].ns);
		CHECK_STR(take(&b), cases[i].narrow);
		units_add_cut_duration(&b, cases[i].ns);
		CHECK_STR(take(&b), cases[i].cut);
	}
	buf__free(&b);
	test_done("durations");
}

static void test_bytes(void)
{
	static const struct {
		uint64_t bytes;
		const char *normal, *exact, *cut;
	} cases[] = {
		{ 0, "0", "0K", "0 bytes" },
		{ 1023, "1K", "0K", "1023 bytes" },
		{ 4096, "4K", "4K", "4.00 KiB" },
		{ 999 << 10, "999K", "999K", "999.00 KiB" },
		{ 1000 << 10, "1.0M", "1000K", "1000.00 KiB" },
		{ 1025 << 10, "1.0M", "1025K", "1.00 MiB" },
		{ 2 << 20, "2.0M", "2M", "2.00 MiB" },
		{ 102349408, "97.6M", "99950K", "97.60 MiB" },
		{ 100ULL << 30, "100G", "100G", "100.00 GiB" },
		{ UINT64_MAX, "16.0E", "18014398509481983K", "16777215.99 TiB" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < NR(cases); i++) {
		units_add_bytes(&b, cases[i].bytes);
		CHECK_STR(take(&b), cases[i].normal);
		units_add_exact_bytes(&b, cases[i].bytes);
		CHECK_STR(take(&b), cases[i].exact);
		units_add_cut_bytes(&b, cases[i].bytes);
		CHECK_STR(take(&b), cases[i].cut);
	}
	buf__free(&b);
	test_done("bytes");
}

static void test_counts(void)
{
	struct buf b = { 0 };

	units_add_count(&b, 12345, 5);
	CHECK_STR(take(&b), "12345");
	units_add_count(&b, 123456, 5);
	CHECK_STR(take(&b), "123k");
	units_add_count(&b, UINT64_MAX, 5);
	CHECK_STR(take(&b), "18446744T");
	buf__free(&b);
	test_done("counts");
}

/* Not all is less than 100%, something is more than nothing, and a part may be more than the whole. */
static void test_shares(void)
{
	static const struct {
		uint64_t part, whole;
		const char *share;
	} cases[] = {
		{ 0, 0, "-" },
		{ 1, 0, "-" },
		{ 0, 7, "0.0%" },
		{ 1, 1000000, "<0.1%" },
		{ 1, 3, "33.3%" },
		{ 999999, 1000000, "99.9%" },
		{ 7, 7, "100%" },
		{ 1000001, 1000000, "100%" },
		{ 234, 100, "234%" },
		{ UINT64_MAX, UINT64_MAX - 1, "100%" },
		{ UINT64_MAX, 1, "1000000000000000%" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < NR(cases); i++) {
		units_add_share(&b, cases[i].part, cases[i].whole);
		CHECK_STR(take(&b), cases[i].share);
	}
	buf__free(&b);
	test_done("shares");
}

static const char *seen(struct buf *b, struct run_end end, bool only_errors)
{
	run_end__tell(&end, only_errors, b);
	return take(b);
}

static const char *share(struct buf *b, unsigned long long took_ns, unsigned long long passed_ns)
{
	struct run_end end = { .latency_ns = took_ns, .elapsed_ns = passed_ns };

	run_end__tell_share(&end, b);
	return take(b);
}

static void test_summary(void)
{
	struct buf b = { 0 };

	CHECK_STR(seen(&b, (struct run_end) { .faults = 3, .major = 1, .latency_ns = 187600 },
		       false),
		  "3 faults, 1 major, 188 us in total");
	CHECK_STR(seen(&b, (struct run_end) { .faults = 1, .latency_ns = 6414267900 }, false),
		  "1 fault, 0 major, 6.41 s in total");
	CHECK_STR(seen(&b, (struct run_end) { .errors = 30 }, true),
		  "30 faults could not be resolved (kind error)");
	CHECK_STR(seen(&b, (struct run_end) { .errors = 1 }, true),
		  "1 fault could not be resolved (kind error)");
	CHECK_STR(share(&b, 1990000, 13300000), "faults took 15.0% of the 13.3 ms that passed");
	CHECK_STR(share(&b, 25000000000, 10000000000),
		  "faults took 250% of the 10.0 s that passed, in all threads together");
	CHECK_STR(share(&b, 0, 13300000), "");
	CHECK_STR(share(&b, 1990000, 0), "");
	buf__free(&b);
	test_done("the summary");
}

int main(void)
{
	test_durations();
	test_bytes();
	test_counts();
	test_shares();
	test_summary();
	return test_status();
}
