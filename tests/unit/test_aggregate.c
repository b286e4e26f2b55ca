/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader's half of a table, with rows as a kernel could have counted them. */
#include <stdio.h>
#include <stdlib.h>

#include "../../src/format/formats.h"
#include "../../src/faults/aggregate.h"
#include "replay.h"
#include "test.h"

#define OVERFLOW UINT32_MAX

static struct replay replay = {
	.source.ops = &replay_ops,
	.info = { .sees_throttling = true, .sees_pages = true },
};

/* ---- Intervals ----------------------------------------------------------------------- */

static struct aggregate *start(const struct aggregate_options *opts)
{
	struct aggregate *table;

	CHECK(!aggregate__new(opts, &table));
	aggregate__begin(table, &replay.source, NULL, 1);
	return table;
}

/* A row of a process; or, by file, of the file whose name has this id. */
static void count(uint32_t id, uint32_t faults, uint64_t throttled_ns)
{
	struct replay_row *row = &replay.rows[replay.nr_rows++];

	*row = (struct replay_row) {
		.is_overflow = id == OVERFLOW,
		.key.part[0].word[0] = id,
		.part = {
			.throttled_ns = throttled_ns,
			.used = 1,
			.worst = { .pid = id,
				   .latency_ns = 1,
				   .vma.facts = FT_VMA_COVERS | FT_VMA_FILE,
				   .vma.name_id = id },
		},
	};
	row->part.buckets[0] = faults;
}

/* Of a row in a text: "1", "rest of 2", "overflow". */
static void print_key(char *text, size_t size, const struct row *row)
{
	if (row->rest)
		snprintf(text, size, "rest of %zu", row->rest);
	else if (row->overflow)
		snprintf(text, size, "overflow");
	else if (row->keys[0].text)
		snprintf(text, size, "%s", row->keys[0].text);
	else
		snprintf(text, size, "%llu", row->keys[0].number);
}

/* "1:3+500 overflow:2+0": faults, and for how long they were throttled, by key. */
static const char *interval(struct aggregate *table)
{
	static char text[256];
	struct interval interval;
	char key[32];
	size_t at = 0;

	text[0] = '\0';
	CHECK(!aggregate__read(table));
	CHECK(!aggregate__interval(table, false, &interval));
	for (size_t i = 0; i < interval.nr_shown; i++) {
		const struct row *row = &interval.rows[i];

		print_key(key, sizeof(key), row);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s:%llu+%llu", i ? " " : "",
				       key, row->count, row->throttled_ns);
	}
	aggregate__next(table);
	return text;
}

static const struct aggregate_options by_pid = {
	.rows.by = { FT_KEY_PID },
	.sample = 1,
	.max_rows = 100,
};

static void test_throttled(void)
{
	struct aggregate *table = start(&by_pid);

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
	aggregate__free(table);
	test_done("throttled after the interval");
}

/* Sends the table the names of two files, whose ids are 1 and 2. */
static void send_names(struct aggregate *table)
{
	struct record_consumer consumer = aggregate__consumer(table);
	static struct ft_name names[2];
	const struct ft_header *records[2];

	for (unsigned int i = 0; i < 2; i++) {
		names[i] = (struct ft_name) {
			.h = { .type = FT_RECORD_NAME, .size = sizeof(names[i]) },
			.id = i + 1,
			.form = FT_NAME_PATH,
			.len = 2,
			.text = { (char)('a' + i) },
		};
		records[i] = &names[i].h;
	}
	replay.records = records;
	replay.nr_records = 2;
	replay.next = 0;
	CHECK_EQ(source__poll(&replay.source, &consumer), 2);
	CHECK_EQ(source__poll(&replay.source, &consumer), 0);
	replay.records = NULL;
	replay.nr_records = 0;
}

static void test_file(void)
{
	struct aggregate_options opts = by_pid;
	struct aggregate *table;

	opts.rows.by[0] = FT_KEY_FILE;
	opts.file = "b";
	table = start(&opts);
	send_names(table);
	count(1, 1, 0);
	count(2, 5, 0);
	CHECK_STR(interval(table), "/b:5+0");
	count(1, 1, 0);
	count(OVERFLOW, 9, 0);
	CHECK_STR(interval(table), "overflow:9+0");
	aggregate__free(table);
	test_done("--file, and what has no row");
}

/* Faults of four processes, and of some whose process has no row. */
static const char *limited(const struct aggregate_options *opts)
{
	struct aggregate *table = start(opts);
	const char *text;

	for (uint32_t pid = 1; pid <= 4; pid++)
		count(pid, 10 - pid, pid);
	count(OVERFLOW, 40, 0);
	text = interval(table);
	aggregate__free(table);
	return text;
}

/* Rows for programs add up to all faults, however few were asked for. */
static void test_rest(void)
{
	struct aggregate_options opts = by_pid;

	opts.max_rows = 2;
	CHECK_STR(limited(&opts), "1:9+1 2:8+2 overflow:40+0");
	opts.tells_rest = true;
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
	struct aggregate_options opts = by_pid;
	struct interval rows;
	struct aggregate *table;

	opts.max_rows = 1;
	opts.tells_rest = true;
	table = start(&opts);
	for (uint32_t pid = 1; pid <= 3; pid++)
		count(pid, 5 - pid, 0);
	CHECK(!aggregate__read(table));
	CHECK(!aggregate__interval(table, true, &rows));
	CHECK_EQ(rows.nr_shown, 3);
	CHECK_EQ(rows.nr_rows, 4);
	CHECK_EQ(rows.rows[0].nr_keys, 0);
	CHECK_EQ(rows.rows[0].count, 9);
	CHECK_EQ(rows.rows[1].rest, 0);
	CHECK_EQ(rows.rows[2].rest, 2);
	CHECK_EQ(rows.rows[2].buckets[0], 5);
	CHECK_EQ(rows.rows[2].nr_keys, 1);
	CHECK(!rows.rows[2].keys[0].text && rows.rows[2].keys[0].number == FT_UNKNOWN64);
	aggregate__free(table);
	test_done("what is merged");
}

static struct aggregate *start_of_faults(struct aggregate_options opts)
{
	struct aggregate *table;

	opts.of_faults = true;
	CHECK(!aggregate__new(&opts, &table));
	aggregate__begin_faults(table, &replay.info);
	return table;
}

static void add_fault(struct aggregate *table, const struct ft_fault *rec, struct fault fault)
{
	fault.rec = rec;
	fault.verdict = ft_classify(rec);
	if (!fault.name)
		fault.name = "";
	if (aggregate__counts(table, &fault))
		aggregate__add_fault(table, &fault);
}

/* Single faults make the rows that a kernel would make of them. */
static void test_single_faults(void)
{
	const struct ft_fault faults[] = {
		{ .pid = 1, .latency_ns = 500, .weight = 1, .major = 1 },
		{ .pid = 2, .latency_ns = FT_UNKNOWN64, .weight = 3 },
		{ .pid = 1, .latency_ns = 100, .weight = 2 },
		{ .pid = 1, .latency_ns = 900, .weight = 1, .outcome = FT_OUTCOME_INTERRUPTED },
	};
	struct aggregate *table = start_of_faults(by_pid);
	struct interval rows;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		add_fault(table, &faults[i], (struct fault) { .name = i ? "other" : "slowest" });
	CHECK(!aggregate__interval(table, false, &rows));
	CHECK_EQ(rows.nr_shown, 2);
	CHECK_EQ(rows.sums.faults, 6);
	CHECK(rows.rows[0].count == 3 && rows.rows[0].keys[0].number == 1);
	CHECK(rows.rows[0].sum_ns == 700 && rows.rows[0].major == 1);
	CHECK(rows.rows[0].min_ns == 100 && rows.rows[0].max_ns == 500);
	CHECK_EQ(rows.rows[0].worst->rec->latency_ns, 500);
	CHECK_STR(rows.rows[0].worst->name, "slowest");
	CHECK_EQ(rows.rows[0].buckets[ft_hist_bucket(100)], 2);
	CHECK_EQ(rows.rows[1].max_ns, FT_UNKNOWN64);
	CHECK_EQ(rows.rows[1].buckets[FT_HIST_UNKNOWN], 3);
	aggregate__free(table);
	test_done("single faults");
}

/* The only row of one fault has this text. */
static void check_text(enum ft_key_type type, struct fault fault, uint64_t ip, const char *wanted)
{
	const struct ft_fault rec = { .pid = 7, .ip = ip, .latency_ns = 1, .weight = 1 };
	struct aggregate_options opts = by_pid;
	struct aggregate *table;
	struct interval rows;

	opts.rows.by[0] = type;
	table = start_of_faults(opts);
	add_fault(table, &rec, fault);
	CHECK(!aggregate__interval(table, false, &rows));
	CHECK_EQ(rows.nr_shown, 1);
	CHECK_STR(rows.rows[0].keys[0].text, wanted);
	aggregate__free(table);
}

/* Functions and lines are told from what the fault has: its symbol, or else its stack. */
static void test_fault_keys(void)
{
	const struct fault_symbol symbol = { "read_table", 8, "/lib/libdb.so" };
	const struct fault_symbol nameless = { "", 0x12, "/lib/libdb.so" };
	const struct stack_frame frames[] = {
		{ .ip = 5,
		  .function = "next",
		  .module = "/lib/libdb.so",
		  .source = "db.c",
		  .line = 3,
		  .is_inlined = true },
		{ .ip = 5,
		  .function = "scan",
		  .module = "/lib/libdb.so",
		  .source = "db.c",
		  .line = 9 },
		{ .ip = 9, .function = "", .module = "/bin/db", .offset = 0x1f, .source = "" },
	};
	const struct stack stack = { .nr = 3, .frames = frames, .serial = 1 };
	const struct fault of_symbol = { .symbol = &symbol, .stack = &stack };
	const struct fault of_stack = { .stack = &stack };

	check_text(FT_KEY_SYMBOL, of_symbol, 5, "read_table (libdb.so)");
	check_text(FT_KEY_SYMBOL, (struct fault) { .symbol = &nameless }, 5, "libdb.so+0x12");
	check_text(FT_KEY_SYMBOL, (struct fault) { .made_code = "[anon code] 0x1" }, 5,
		   "[anon code] 0x1");
	check_text(FT_KEY_SYMBOL, of_stack, 5, "scan (libdb.so)");
	check_text(FT_KEY_SYMBOL, of_stack, 6, "0x6");
	check_text(FT_KEY_SYMBOL, of_symbol, 0, "[gup]");
	check_text(FT_KEY_LINE, of_stack, 5, "db.c:3");
	check_text(FT_KEY_LINE, (struct fault) { .symbol = &symbol, .source = "x.c", .line = 2 }, 5,
		   "x.c:2");
	check_text(FT_KEY_LINE, (struct fault) { .symbol = &symbol }, 5, "read_table (libdb.so)");
	check_text(FT_KEY_STACK, of_stack, 5, "db+0x1f;scan;next_[i]");
	check_text(FT_KEY_STACK, (struct fault) { 0 }, 5, "[unknown]");
	check_text(FT_KEY_FILE, (struct fault) { .name = "/etc/passwd" }, 5, "/etc/passwd");
	check_text(FT_KEY_FILE, (struct fault) { 0 }, 5, "[unmapped]");
	check_text(FT_KEY_CGROUP, (struct fault) { .cgroup = "/a" }, 5, "/a");
	test_done("texts of single faults");
}

/* Rows are read by the source's clock, before a counter of the kernel can overflow. */
static void test_clock(void)
{
	struct aggregate *table = start(&by_pid);

	replay.now_ns = 1000;
	CHECK(!aggregate__is_due(table));
	replay.now_ns = 61000000000;
	CHECK(aggregate__is_due(table));
	CHECK(!aggregate__read(table));
	CHECK_EQ(aggregate__read_ns(table), 61000000000);
	CHECK(!aggregate__is_due(table));
	aggregate__free(table);
	test_done("when rows are read");
}

int main(void)
{
	test_clock();
	test_throttled();
	test_file();
	test_rest();
	test_merged();
	test_single_faults();
	test_fault_keys();
	return test_status();
}
