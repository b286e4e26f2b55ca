/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reader's half of a table, with rows as a kernel could have counted them, and keys
 * whose words are their numbers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../src/out/sinks.h"
#include "../../src/trace/keys.h"
#include "../../src/trace/table.h"
#include "test.h"

#define OVERFLOW UINT32_MAX

/* ---- What else there is -------------------------------------------------------------- */

static struct counts {
	uint32_t pid;
	uint32_t count;
	uint64_t throttled_ns;
} counted[8];
static size_t nr_counted;

bool tracer__rows_are_scarce(const struct tracer *t)
{
	(void)t;
	return false;
}

bool tracer__sees_lookup(const struct tracer *t)
{
	(void)t;
	return false;
}

bool tracer__sees_pages(const struct tracer *t)
{
	(void)t;
	return true;
}

bool tracer__sees_throttling(const struct tracer *t)
{
	(void)t;
	return true;
}

int tracer__take_rows(struct tracer *t, row_fn row, void *ctx)
{
	(void)t;
	for (size_t i = 0; i < nr_counted; i++) {
		const struct counts *c = &counted[i];
		struct ft_key key = { .part[0].word[0] = c->pid };
		struct ft_row part = { .throttled_ns = c->throttled_ns, .used = 1 };

		part.buckets[0] = c->count;
		part.worst.pid = c->pid;
		if (row(ctx, c->pid == OVERFLOW ? NULL : &key, &part, 1))
			return -1;
	}
	nr_counted = 0;
	return 0;
}

int keys__new(struct keys **ret)
{
	*ret = NULL;
	return 0;
}

void keys__free(struct keys *keys)
{
	(void)keys;
}

void keys__use(struct keys *keys, struct code_map *map)
{
	(void)keys;
	(void)map;
}

void keys__learn(struct keys *keys, const struct ft_header *record)
{
	(void)keys;
	(void)record;
}

bool keys__has_many_stacks(const struct keys *keys)
{
	(void)keys;
	return false;
}

void keys__keep_stack(struct keys *keys, const struct ft_key_part *part)
{
	(void)keys;
	(void)part;
}

void keys__tidy_stacks(struct keys *keys)
{
	(void)keys;
}

void keys__next_turn(struct keys *keys)
{
	(void)keys;
}

char *keys__text(struct keys *keys, enum ft_key_type type, const struct ft_key_part *part,
		 const struct ft_fault *some, enum jit_runtime *made_by)
{
	char text[32];

	(void)made_by;
	(void)keys;
	(void)some;
	if (type == FT_KEY_NONE)
		return NULL;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)part->word[0]);
	return strdup(text);
}

void jit_advice__give(const struct jit_advice *advice)
{
	(void)advice;
}

void keys__advise(const struct keys *keys)
{
	(void)keys;
}

const struct stack *keys__stack(struct keys *keys, const struct ft_key_part *part)
{
	(void)keys;
	(void)part;
	return NULL;
}

const char *keys__mapping_name(struct keys *keys, const struct ft_fault *fault)
{
	(void)keys;
	(void)fault;
	return "";
}

/* ---- Intervals ----------------------------------------------------------------------- */

static struct table *start(const struct options *opts)
{
	struct table *table;

	CHECK(!table__new(opts, &table));
	table__begin(table, NULL, 1);
	return table;
}

static void count(uint32_t pid, uint32_t faults, uint64_t throttled_ns)
{
	counted[nr_counted++] = (struct counts) { pid, faults, throttled_ns };
}

/* Of a row in a text: "1", "rest of 2", "overflow". */
static void print_key(char *text, size_t size, const struct row *row)
{
	if (row->rest)
		snprintf(text, size, "rest of %zu", row->rest);
	else
		snprintf(text, size, "%s", row->overflow ? "overflow" : row->keys[0].text);
}

/* "1:3+500 overflow:2+0": faults, and for how long they were throttled, by key. */
static const char *interval(struct table *table)
{
	static char text[256];
	struct interval interval;
	char key[32];
	size_t at = 0;

	text[0] = '\0';
	CHECK(!table__read(table, NULL));
	CHECK(!table__interval(table, false, &interval));
	for (size_t i = 0; i < interval.nr_shown; i++) {
		const struct row *row = &interval.rows[i];

		print_key(key, sizeof(key), row);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s:%llu+%llu", i ? " " : "",
				       key, row->count, row->throttled_ns);
	}
	table__next(table);
	return text;
}

static const struct options by_pid = {
	.by = { FT_KEY_PID },
	.sample = 1,
	.max_rows = 100,
	.sink = &text_sink,
};

static void test_throttled(void)
{
	struct table *table = start(&by_pid);

	count(1, 3, 10);
	count(2, 2, 0);
	CHECK_STR(interval(table), "1:3+10 2:2+0");
	/* Of the last interval's faults; of process 2 no more come. */
	count(1, 0, 500);
	count(2, 0, 70);
	CHECK_STR(interval(table), "");
	count(1, 1, 0);
	CHECK_STR(interval(table), "1:1+500");
	CHECK_STR(interval(table), "");
	count(2, 1, 0);
	CHECK_STR(interval(table), "2:1+0");
	/* What has waited in vain is in the sum that has no key. */
	count(OVERFLOW, 4, 0);
	CHECK_STR(interval(table), "overflow:4+70");
	CHECK_STR(interval(table), "");
	table__free(table);
	test_done("throttled after the interval");
}

static void test_file(void)
{
	struct options opts = by_pid;
	struct table *table;

	opts.by[0] = FT_KEY_FILE;
	opts.file = "2";
	table = start(&opts);
	count(1, 1, 0);
	count(2, 5, 0);
	CHECK_STR(interval(table), "2:5+0");
	count(1, 1, 0);
	count(OVERFLOW, 9, 0);
	CHECK_STR(interval(table), "overflow:9+0");
	table__free(table);
	test_done("--file, and what has no row");
}

/* Faults of four processes, and of some whose process has no row. */
static const char *limited(const struct options *opts)
{
	struct table *table = start(opts);
	const char *text;

	for (uint32_t pid = 1; pid <= 4; pid++)
		count(pid, 10 - pid, pid);
	count(OVERFLOW, 40, 0);
	text = interval(table);
	table__free(table);
	return text;
}

/* Rows for programs add up to all faults, however few were asked for. */
static void test_rest(void)
{
	struct options opts = by_pid;

	opts.max_rows = 2;
	CHECK_STR(limited(&opts), "1:9+1 2:8+2 overflow:40+0");
	opts.sink = &json_sink;
	CHECK_STR(limited(&opts), "1:9+1 2:8+2 rest of 2:13+7 overflow:40+0");
	opts.max_rows = 3;
	CHECK_STR(limited(&opts), "1:9+1 2:8+2 3:7+3 rest of 1:6+4 overflow:40+0");
	opts.max_rows = 4;
	CHECK_STR(limited(&opts), "1:9+1 2:8+2 3:7+3 4:6+4 overflow:40+0");
	opts.max_rows = 5;
	CHECK_STR(limited(&opts), "1:9+1 2:8+2 3:7+3 4:6+4 overflow:40+0");
	test_done("the rest of the rows");
}

/* Its latencies are those of all that are in it. */
static void test_merged(void)
{
	struct options opts = by_pid;
	struct interval rows;
	struct table *table;

	opts.max_rows = 1;
	opts.sink = &json_sink;
	table = start(&opts);
	for (uint32_t pid = 1; pid <= 3; pid++)
		count(pid, 5 - pid, 0);
	CHECK(!table__read(table, NULL));
	CHECK(!table__interval(table, true, &rows));
	CHECK_EQ(rows.nr_shown, 3);
	CHECK_EQ(rows.nr_rows, 4);
	CHECK_EQ(rows.rows[0].nr_keys, 0);
	CHECK_EQ(rows.rows[0].count, 9);
	CHECK_EQ(rows.rows[1].rest, 0);
	CHECK_EQ(rows.rows[2].rest, 2);
	CHECK_EQ(rows.rows[2].buckets[0], 5);
	CHECK_EQ(rows.rows[2].nr_keys, 1);
	CHECK(!rows.rows[2].keys[0].text && rows.rows[2].keys[0].number == FT_UNKNOWN64);
	table__free(table);
	test_done("what is merged");
}

int main(void)
{
	test_throttled();
	test_file();
	test_rest();
	test_merged();
	return test_status();
}
