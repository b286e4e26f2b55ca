/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "../../src/faults/name_store.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(s)	  s, sizeof(s)

static const struct {
	unsigned int form;
	const char *text;
	size_t len;
	const char *want;
} cases[] = {
	{ FT_NAME_PATH, TEXT("libc.so.6\0lib\0usr"), "/usr/lib/libc.so.6" },
	{ FT_NAME_PATH, TEXT("a"), "/a" },
	{ FT_NAME_DELETED, TEXT("x y\0tmp"), "/tmp/x y (deleted)" },
	{ FT_NAME_SIMPLE, TEXT("memfd:ft"), "/memfd:ft (deleted)" },
	{ FT_NAME_ANONFD, TEXT("[perf_event]"), "anon_inode:[perf_event]" },
	{ FT_NAME_VERBATIM, TEXT("[vdso]"), "[vdso]" },
	{ FT_NAME_ANON, TEXT("glibc: malloc"), "[anon:glibc: malloc]" },
	{ FT_NAME_SOCKET, TEXT("TCP"), "socket:[77]" },
	{ FT_NAME_PATH | FT_NAME_CUT, TEXT("leaf\0tail"), "[..]/tail/leaf" },
	{ FT_NAME_DELETED | FT_NAME_CUT, TEXT("leaf"), "[..]/leaf (deleted)" },
	/* Malformed: nothing, rather than something made up. */
	{ 0, TEXT("a"), "" },
	{ 99, TEXT("a"), "" },
	{ FT_NAME_SIMPLE | FT_NAME_CUT, TEXT("a"), "" },
	{ FT_NAME_PATH, "", 0, "" },
	{ FT_NAME_PATH, "abc", 3, "" },
};

static struct ft_name record;

static void fill(unsigned int form, const char *text, size_t len, unsigned long long id)
{
	record.id = id;
	record.inode = 77;
	record.form = form;
	record.len = (unsigned int)len;
	memcpy(record.text, text, len);
}

static void test_text(void)
{
	char text[FT_NAME_MAX + 64];

	for (size_t i = 0; i < NR(cases); i++) {
		fill(cases[i].form, cases[i].text, cases[i].len, 1);
		name_text(&record, text, sizeof(text));
		CHECK_STR(text, cases[i].want);
	}
	test_done("forms");
}

/* The longest that the kernel half sends: it fits, and nothing is written behind it. */
static void test_longest(void)
{
	char text[FT_NAME_MAX + 64];

	memset(record.text, 'x', sizeof(record.text));
	for (size_t i = FT_NAME_PART - 1; i < FT_NAME_MAX; i += FT_NAME_PART)
		record.text[i] = '\0';
	record.form = FT_NAME_PATH;
	record.len = FT_NAME_MAX;
	name_text(&record, text, sizeof(text));
	CHECK_EQ(strlen(text), FT_NAME_MAX);
	CHECK(text[0] == '/' && text[1] == 'x');
	test_done("longest path");
}

/* Many more names than are kept: those in use stay, the table never fills up. */
static void test_eviction(void)
{
	struct name_store *names;
	unsigned long long id = 88172645463325252ULL;

	CHECK_EQ(name_store__new(&names), 0);
	fill(FT_NAME_PATH, TEXT("hot"), 42);
	name_store__learn(names, &record);
	for (int i = 0; i < 100000; i++) {
		char leaf[32];
		int len = snprintf(leaf, sizeof(leaf), "f%d", i) + 1;

		id ^= id << 13, id ^= id >> 7, id ^= id << 17;
		fill(FT_NAME_PATH, leaf, (size_t)len, id);
		name_store__learn(names, &record);
		if (i % 1000 == 0)
			CHECK(name_store__find(names, 42) != NULL);
		CHECK(name_store__find(names, id) &&
		      !strcmp(name_store__find(names, id) + 1, leaf));
	}
	CHECK(name_store__find(names, 42) && !strcmp(name_store__find(names, 42), "/hot"));
	CHECK(!name_store__find(names, 43));
	CHECK(!name_store__find(names, 0));
	name_store__free(names);
	name_store__free(NULL);
	test_done("what is used is kept");
}

static void test_renamed(void)
{
	struct name_store *names;

	CHECK_EQ(name_store__new(&names), 0);
	fill(FT_NAME_PATH, TEXT("old"), 7);
	name_store__learn(names, &record);
	fill(FT_NAME_PATH, TEXT("new"), 7);
	name_store__learn(names, &record);
	CHECK_STR(name_store__find(names, 7), "/new");
	name_store__free(names);
	test_done("the last one told counts");
}

int main(void)
{
	test_text();
	test_longest();
	test_eviction();
	test_renamed();
	return test_status();
}
