/* SPDX-License-Identifier: GPL-2.0-only */
/* Conditions of a flight recorder: what is one, and when it holds. */
#include <errno.h>

#include "../../src/faults/dump_condition.h"
#include "test.h"

static bool holds(struct dump_conditions *conditions, unsigned int kind, bool major,
		  uint64_t latency_ns, uint64_t time_ns)
{
	const struct ft_fault rec = {
		.h.time_ns = time_ns, .major = major, .latency_ns = latency_ns, .weight = 1
	};
	const struct fault fault = { .rec = &rec, .verdict.kind = (uint8_t)kind };

	return dump_conditions__hold(conditions, &fault);
}

static void test_good(void)
{
	struct dump_conditions c = { 0 };

	CHECK_EQ(dump_conditions__parse(&c,
					"latency>50ms,kind=swap&major&latency>10,crash,SIGUSR2"),
		 0);
	CHECK_EQ(c.nr, 2);
	CHECK_EQ(c.of_faults[0].latency_ns, 50000000);
	CHECK(!c.of_faults[0].kinds && !c.of_faults[0].only_major && !c.of_faults[0].has_rate);
	CHECK_EQ(c.of_faults[1].kinds, FT_KIND_BIT(FT_KIND_SWAP));
	CHECK_EQ(c.of_faults[1].latency_ns, 10000);
	CHECK(c.of_faults[1].only_major && !c.of_faults[1].has_rate);
	CHECK(c.events[DUMP_ON_CRASH] && c.events[DUMP_ON_SIGNAL] && !c.events[DUMP_ON_EXIT]);
	CHECK_EQ(dump_conditions__parse(&c, "major>1000/s"), 0);
	CHECK_EQ(dump_conditions__parse(&c, "faults>1/s&kind=anon"), 0);
	CHECK_EQ(dump_conditions__parse(&c, "exit"), 0);
	CHECK_EQ(c.nr, 4);
	CHECK(c.of_faults[2].only_major && c.of_faults[2].rate == 1000);
	CHECK(!c.of_faults[3].only_major && c.of_faults[3].rate == 1);
	CHECK(c.events[DUMP_ON_EXIT]);
	test_done("conditions");
}

static void test_bad(void)
{
	static const char *const texts[] = {
		"",
		",",
		"crash,",
		",crash",
		"x",
		"latency",
		"latency>",
		"latency>x",
		"latency>0",
		"latency<1ms",
		"latency>1ms&",
		"&major",
		"major&&major",
		"kind=",
		"kind=x",
		"kind",
		"major>",
		"major>1",
		"major>/s",
		"major>x/s",
		"major>1/s&faults>2/s",
		"majors",
		"crash&major",
		"latency>1ms ",
		"kind=swap|anon",
		"faults",
		"latency>11111111111111111111111111111111111111111111111111111111111111111111ms",
	};
	struct dump_conditions c = { 0 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!CHECK(dump_conditions__parse(&(struct dump_conditions) { 0 }, texts[i]) < 0))
			printf("#   %s\n", texts[i]);
	for (int i = 0; i < DUMP_CONDITIONS_MAX; i++)
		CHECK_EQ(dump_conditions__parse(&c, "major"), 0);
	CHECK_EQ(dump_conditions__parse(&c, "major"), -E2BIG);
	CHECK_EQ(dump_conditions__parse(&c, "faults>99999999999999999999/s"), -ERANGE);
	test_done("what is none");
}

static void test_holds(void)
{
	struct dump_conditions c = { 0 };

	CHECK(!holds(&c, FT_KIND_ANON, true, 1000, 0));
	CHECK_EQ(dump_conditions__parse(&c, "kind=swap&latency>1ms,latency>50ms"), 0);
	CHECK(!holds(&c, FT_KIND_SWAP, false, 1000000, 0));
	CHECK(holds(&c, FT_KIND_SWAP, false, 1000001, 0));
	CHECK(!holds(&c, FT_KIND_ANON, false, 1000001, 0));
	CHECK(holds(&c, FT_KIND_ANON, false, 50000001, 0));
	CHECK(!holds(&c, FT_KIND_SWAP, false, FT_UNKNOWN64, 0));
	test_done("conditions of single faults");
}

static void test_rate(void)
{
	const uint64_t second = 1000000000, start = 5000 * second;
	struct dump_conditions c = { 0 };

	CHECK_EQ(dump_conditions__parse(&c, "major>10/s"), 0);
	/* Ten a second for a minute: never more. */
	for (uint64_t i = 0; i < 600; i++)
		CHECK(!holds(&c, FT_KIND_FILE, true, 1000, start + i * second / 10));
	/* Minor faults do not count. */
	for (uint64_t i = 0; i < 100; i++)
		CHECK(!holds(&c, FT_KIND_FILE, false, 1000, start + 100 * second + i));
	/* The eleventh of a second does it, at once. */
	for (uint64_t i = 0; i < 10; i++)
		CHECK(!holds(&c, FT_KIND_FILE, true, 1000, start + 200 * second + i));
	CHECK(holds(&c, FT_KIND_FILE, true, 1000, start + 200 * second + 10));
	CHECK(!holds(&c, FT_KIND_FILE, true, 1000, start + 202 * second));
	/* One that comes late counts. */
	CHECK(!holds(&c, FT_KIND_FILE, true, 1000, start));
	test_done("conditions of a rate");
}

int main(void)
{
	test_good();
	test_bad();
	test_holds();
	test_rate();
	return test_status();
}
