/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "../../src/base/parse.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

struct number_case {
	const char *s;
	int err;
	uint64_t want;
};

static void check_numbers(const char *name, int (*parse)(const char *s, uint64_t *ret),
			  const struct number_case *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		uint64_t n = 4711;
		int err = parse(cases[i].s, &n);

		if (!CHECK(err == cases[i].err && n == (err ? 4711 : cases[i].want)))
			printf("#   '%s' gives %d, %llu\n", cases[i].s, err, (unsigned long long)n);
	}
	test_done(name);
}

static const struct number_case u64s[] = {
	{ "0", 0, 0 },
	{ "12", 0, 12 },
	{ "007", 0, 7 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "99999999999999999999999", -ERANGE, 0 },
	{ "99999999999999999999999x", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
	{ "12x", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
};

static const struct number_case addresses[] = {
	{ "0", 0, 0 },
	{ "7f00dead", 0, 0x7f00dead },
	{ "0x7F00DEAD", 0, 0x7f00dead },
	{ "ffffffffffffffff", 0, UINT64_MAX },
	{ "10000000000000000", -ERANGE, 0 },
	{ "0x", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
	{ "12g", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
};

static const struct number_case sizes[] = {
	{ "4096", 0, 4096 },
	{ "64K", 0, 65536 },
	{ "4M", 0, 4 << 20 },
	{ "1G", 0, 1 << 30 },
	{ "1T", 0, 1ULL << 40 },
	{ "16777216T", -ERANGE, 0 },
	{ "18446744073709551616K", -ERANGE, 0 },
	{ "K", -EINVAL, 0 },
	{ "4KK", -EINVAL, 0 },
	{ "4Q", -EINVAL, 0 },
	{ "1.5M", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
};

/* Bare numbers are microseconds here. */
static int parse_latency(const char *s, uint64_t *ret)
{
	return parse_duration(s, 1000, ret);
}

static const struct number_case durations[] = {
	{ "0", 0, 0 },
	{ "10", 0, 10000 },
	{ "1.5", 0, 1500 },
	{ "7ns", 0, 7 },
	{ "10us", 0, 10000 },
	{ "1.5ms", 0, 1500000 },
	{ "2s", 0, 2000000000 },
	{ "1m", 0, 60000000000 },
	{ "1.5m", 0, 90000000000 },
	{ "1h", 0, 3600000000000 },
	{ "0.000000001s", 0, 1 },
	{ "1.9999999999999999999999s", 0, 1999999999 },
	{ "0.9ns", 0, 0 },
	{ "9223372036.854775807s", 0, INT64_MAX },
	{ "9223372036.854775808s", -ERANGE, 0 },
	{ "18446744073s", -ERANGE, 0 },
	{ "18446744074s", -ERANGE, 0 },
	{ "18446744073.9s", -ERANGE, 0 },
	{ "5parsecs", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
	{ "s", -EINVAL, 0 },
	{ ".5s", 0, 500000000 },
	{ ".2", 0, 200 },
	{ ".", -EINVAL, 0 },
	{ ".s", -EINVAL, 0 },
	{ "1.s", -EINVAL, 0 },
	{ "-1s", -EINVAL, 0 },
	{ "1 s", -EINVAL, 0 },
	{ "1..5s", -EINVAL, 0 },
};

static void test_ranges(void)
{
	static const struct {
		const char *s;
		int err;
		uint64_t start, end;
	} cases[] = {
		{ "1-2", 0, 1, 2 },
		{ "0x7f0000000000-7f0000001000", 0, 0x7f0000000000, 0x7f0000001000 },
		{ "0-ffffffffffffffff", 0, 0, UINT64_MAX },
		{ "2-1", -EINVAL, 0, 0 },
		{ "1-1", -EINVAL, 0, 0 },
		{ "1", -EINVAL, 0, 0 },
		{ "1-", -EINVAL, 0, 0 },
		{ "-1", -EINVAL, 0, 0 },
		{ "1-2-3", -EINVAL, 0, 0 },
		{ "1-10000000000000000", -ERANGE, 0, 0 },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		uint64_t start = 0, end = 0;

		CHECK_EQ(parse_range(cases[i].s, &start, &end), cases[i].err);
		CHECK_EQ(start, cases[i].start);
		CHECK_EQ(end, cases[i].end);
	}
	test_done("ranges");
}

static void test_ids(void)
{
	static const char *const bad[] = {
		"", "0", "-1", "12x", "1,", ",1", "1,,2", "1 ,2", "1,0"
	};
	int *ids = NULL;
	size_t nr = 0;

	CHECK_EQ(parse_ids("99999999", &ids, &nr), 0);
	CHECK_EQ(nr, 1);
	CHECK_EQ(ids[0], 99999999);
	free(ids);

	CHECK_EQ(parse_ids("3,1,3,2,1", &ids, &nr), 0);
	CHECK_EQ(nr, 3);
	CHECK(ids[0] == 3 && ids[1] == 1 && ids[2] == 2);
	free(ids);

	for (size_t i = 0; i < NR(bad); i++)
		CHECK_EQ(parse_ids(bad[i], &ids, &nr), -EINVAL);
	CHECK_EQ(parse_ids("2147483648", &ids, &nr), -ERANGE);
	CHECK_EQ(parse_ids("99999999999999999999", &ids, &nr), -ERANGE);
	test_done("lists of ids");
}

int main(void)
{
	check_numbers("decimal numbers", parse_u64, u64s, NR(u64s));
	check_numbers("addresses", parse_address, addresses, NR(addresses));
	check_numbers("sizes", parse_size, sizes, NR(sizes));
	check_numbers("durations", parse_latency, durations, NR(durations));
	test_ranges();
	test_ids();
	return test_status();
}
