/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/host/clock.h"
#include "../../src/symbols/symbol_table.h"
#include "random.h"
#include "test.h"

#define NR(array)  (sizeof(array) / sizeof((array)[0]))
#define FUNCTION   100
#define LABEL	   (10 | SYMBOL_RANK_UNSIZED)
#define NAMES_MAX  16
#define CHECKS_MAX 8

struct table_case {
	const char *name;
	bool newest_wins;
	struct {
		const char *name;
		uint64_t start, end;
		uint32_t rank;
	} symbols[NAMES_MAX];
	struct {
		uint64_t address;
		const char *want;
	} checks[CHECKS_MAX];
};

static const struct table_case cases[] = {
	{ "bounds",
	  false,
	  { { "b", 20, 30, FUNCTION }, { "a", 10, 20, FUNCTION } },
	  { { 9, "" }, { 10, "a" }, { 19, "a" }, { 20, "b" }, { 29, "b" }, { 30, "" } } },
	{ "the innermost one, and the outer one behind it",
	  false,
	  { { "outer", 10, 100, FUNCTION }, { "in", 20, 30, FUNCTION }, { "end", 40, 41, 1 } },
	  { { 15, "outer" }, { 25, "in" }, { 35, "outer" }, { 40, "end" }, { 99, "outer" } } },
	{ "the better of two names",
	  false,
	  { { "bad", 10, 20, 1 }, { "good", 10, 18, 2 }, { "label", 10, 20, LABEL } },
	  { { 10, "good" }, { 17, "good" }, { 18, "" } } },
	{ "labels end where others start, and are none inside a function",
	  false,
	  { { "one", 10, 1000, LABEL },
	    { "two", 20, 1000, LABEL },
	    { "function", 30, 50, FUNCTION },
	    { "inside", 40, 1000, LABEL },
	    { "last", 60, 1000, LABEL } },
	  { { 19, "one" },
	    { 29, "two" },
	    { 30, "function" },
	    { 45, "function" },
	    { 55, "" },
	    { 999, "last" },
	    { 1000, "" } } },
	{ "the newest one",
	  true,
	  { { "new", 10, 30, 3 }, { "old", 20, 40, 1 }, { "older", 10, 60, 0 } },
	  { { 15, "new" }, { 25, "new" }, { 35, "old" }, { 45, "" } } },
	{ "nothing of no size, nor with no name",
	  false,
	  { { "empty", 10, 10, FUNCTION }, { "wrong", 30, 20, FUNCTION } },
	  { { 10, "" }, { 25, "" } } },
};

static void test_case(const struct table_case *test)
{
	struct symbol_table table = { .newest_wins = test->newest_wins };

	for (size_t i = 0; i < NAMES_MAX && test->symbols[i].name; i++) {
		uint32_t name = symbol_table__add_strings(&table, test->symbols[i].name,
							  strlen(test->symbols[i].name));

		symbol_table__add(&table, test->symbols[i].start, test->symbols[i].end, name,
				  test->symbols[i].rank);
	}
	symbol_table__sort(&table);
	for (size_t i = 0; i < CHECKS_MAX && test->checks[i].want; i++) {
		const struct symbol_entry *entry =
			symbol_table__find(&table, test->checks[i].address);

		CHECK_STR(entry ? symbol_table__name(&table, entry) : "", test->checks[i].want);
	}
	symbol_table__free(&table);
	test_done(test->name);
}

static void add(struct symbol_table *table, uint64_t start, uint64_t end, uint32_t rank)
{
	char name[16];
	int len = snprintf(name, sizeof(name), "%u", rank);

	symbol_table__add(table, start, end, symbol_table__add_strings(table, name, (size_t)len),
			  rank);
}

/* Each symbol around all that were added before it, and a last one inside of all. */
static void fill_overlapping(struct symbol_table *table, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		add(table, nr - i, 10 * nr + i, i);
	symbol_table__sort(table);
}

static void test_overlapping(bool newest_wins, const char *name)
{
	struct symbol_table table = { .newest_wins = newest_wins };
	unsigned long long start_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID), took_ns;
	const uint32_t nr = 200000;

	fill_overlapping(&table, nr);
	for (uint64_t i = 0; i < 50000; i++) {
		const struct symbol_entry *entry = symbol_table__find(&table, 5 * nr + i);

		if (!CHECK(entry && entry->rank == (newest_wins ? nr - 1 : 0)))
			break;
	}
	/* Linear searches took minutes. */
	took_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns;
	CHECK(took_ns < 4000000000ULL);
	CHECK(symbol_table__bytes(&table) < (size_t)nr * 200);
	symbol_table__free(&table);
	test_done(name);
}

/* Adding a line to a large table copies it at most. Sorting it all takes several times as long. */
static void test_additions(void)
{
	struct symbol_table table = { .newest_wins = true };
	unsigned long long start_ns, sort_ns, took_ns;
	const uint32_t nr = 500000;

	for (uint32_t i = 0; i < nr; i++)
		add(&table, (i * 7919ULL % nr) * 16, (i * 7919ULL % nr) * 16 + 16, i);
	start_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	symbol_table__sort(&table);
	sort_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns;
	start_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (uint32_t i = 0; i < 20; i++) {
		add(&table, i * 1000, i * 1000 + 100, nr + i);
		symbol_table__sort(&table);
		CHECK_EQ(symbol_table__find(&table, i * 1000 + 50)->rank, nr + i);
		CHECK(symbol_table__find(&table, i * 1000 + 100)->rank < nr);
	}
	took_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns;
	if (!CHECK(took_ns < 10 * sort_ns))
		printf("# %llu ms, and to sort all once %llu ms\n", took_ns / 1000000,
		       sort_ns / 1000000);
	CHECK(table.nr < nr);
	symbol_table__free(&table);
	test_done("lines that are added to a large table");
}

#define SPACE  200
#define ROUNDS 300

/* In each round adds symbols that start at different addresses, and compares each address. */
static void test_against_search(void)
{
	struct random random = { 1 };

	for (int round = 0; round < ROUNDS; round++) {
		struct symbol_table table = { .newest_wins = round % 2 };
		struct symbol_entry all[40];
		bool used[SPACE] = { false };
		size_t nr = 0;

		while (nr < 40) {
			uint64_t start = random_u32(&random) % SPACE;

			if (used[start])
				continue;
			used[start] = true;
			all[nr] = (struct symbol_entry) { .start = start, .rank = (uint32_t)nr };
			all[nr].end = start + 1 + random_u32(&random) % 60;
			add(&table, start, all[nr].end, (uint32_t)nr);
			/* Newer lines of a perf map come in several readings. */
			if (++nr % 10 == 0 && table.newest_wins)
				symbol_table__sort(&table);
		}
		symbol_table__sort(&table);
		for (uint64_t at = 0; at < SPACE + 60; at++) {
			const struct symbol_entry *found = symbol_table__find(&table, at);
			const struct symbol_entry *want = NULL;

			for (size_t i = 0; i < nr; i++)
				if (all[i].start <= at && at < all[i].end &&
				    (!want || table.newest_wins || all[i].start > want->start))
					want = &all[i];
			if (want ? !found || found->rank != want->rank : found != NULL)
				CHECK(!"the same as a search in all");
			else if (want)
				CHECK_EQ(found->start, want->start);
		}
		symbol_table__free(&table);
	}
	test_done("ranges that overlap at random");
}

int main(void)
{
	test_against_search();
	test_overlapping(false, "200,000 symbols inside each other: the innermost");
	test_overlapping(true, "200,000 symbols inside each other: the newest");
	test_additions();
	for (size_t i = 0; i < NR(cases); i++)
		test_case(&cases[i]);
	return test_status();
}
