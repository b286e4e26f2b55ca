/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "../../src/trace/names.h"
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
	/* Malformed: nothing, rather than something made up. */
	{ 0, TEXT("a"), "" },
	{ 99, TEXT("a"), "" },
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
	CHECK(strlen(text) <= FT_NAME_MAX);
	CHECK(text[0] == '/' && text[1] == 'x');
	test_done("longest path");
}

/* Many more names than are kept: those in use stay, the table never fills up. */
static void test_eviction(void)
{
	struct names *names;
	unsigned long long id = 88172645463325252ULL;

	CHECK_EQ(names__new(&names), 0);
	fill(FT_NAME_PATH, TEXT("hot"), 42);
	names__learn(names, &record);
	for (int i = 0; i < 100000; i++) {
		char leaf[32];
		int len = snprintf(leaf, sizeof(leaf), "f%d", i) + 1;

		id ^= id << 13, id ^= id >> 7, id ^= id << 17;
		fill(FT_NAME_PATH, leaf, (size_t)len, id);
		names__learn(names, &record);
		if (i % 1000 == 0)
			CHECK(names__find(names, 42) != NULL);
		CHECK(names__find(names, id) && !strcmp(names__find(names, id) + 1, leaf));
	}
	CHECK(names__find(names, 42) && !strcmp(names__find(names, 42), "/hot"));
	CHECK(!names__find(names, 43));
	CHECK(!names__find(names, 0));
	names__free(names);
	names__free(NULL);
	test_done("what is used is kept");
}

static void test_renamed(void)
{
	struct names *names;

	CHECK_EQ(names__new(&names), 0);
	fill(FT_NAME_PATH, TEXT("old"), 7);
	names__learn(names, &record);
	fill(FT_NAME_PATH, TEXT("new"), 7);
	names__learn(names, &record);
	CHECK_STR(names__find(names, 7), "/new");
	names__free(names);
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
