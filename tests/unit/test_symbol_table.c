/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/symbols/symbol_table.h"
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

int main(void)
{
	for (size_t i = 0; i < NR(cases); i++)
		test_case(&cases[i]);
	return test_status();
}
