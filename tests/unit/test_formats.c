/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <time.h>

#include "../../src/format/formats.h"
#include "expect.h"
#include "faults.h"
#include "format_test.h"
#include "test.h"

static const struct run_end run_end = {
	.faults = 221,
	.major = 2,
	.minor = 219,
	.errors = 4,
	.latency_ns = 12800000,
	.lost_ring = 1,
	.lost_storage = 2,
	.lost_unpaired = 3,
	.lost_unexplained = 5,
	.in_progress = 4,
	.unseen_gup = -1,
	.elapsed_ns = 3000000,
	.bpf_run_ns = -1,
	.bpf_runs = -1,
};

/* All samples in a format, from the first line to the last. */
static struct buf show(const char *name, const struct run_start *run)
{
	struct buf out = { 0 };
	struct format *format = format__new(format_find(name), &out, run);

	format__show(format, start);
	for (size_t i = 0; i < NR_SAMPLES; i++) {
		struct fault fault = sample_fault(i);

		format__show(format, fault, &fault);
	}
	format__show(format, end, &run_end);
	format__free(format);
	terminate(&out);
	return out;
}

static void test_expected(void)
{
	struct run_start run = run_of();
	struct buf out = show("text", &run);

	compare(EXPECT_DIR "text.txt", &out);
	run.wide = true;
	run.columns = 80; /* of no consequence to wide lines */
	out = show("text", &run);
	compare(EXPECT_DIR "text-wide.txt", &out);
	run.wide = false;
	out = show("text", &run);
	compare(EXPECT_DIR "text-80.txt", &out);
	out = show("json", &run);
	compare(EXPECT_DIR "json.ndjson", &out);
}

static void test_cutting(void)
{
	struct run_start run = run_of();

	for (run.columns = 1; run.columns < 140; run.columns++) {
		struct buf out = show("text", &run);

		CHECK(widest(&out) <= run.columns);
		CHECK(!strstr(out.data, " \n"));
		buf__free(&out);
	}
	test_done("no terminal is too narrow");
}

/* Of all lines, or of none: which depends on the width alone; nor are places cut to "[..]". */
static void test_places(void)
{
	struct run_start run = run_of();
	size_t before = 0;

	for (run.columns = 40; run.columns < 140; run.columns++) {
		struct buf out = show("text", &run);
		size_t perms = count(&out, "rw-p") + count(&out, "r--p") + count(&out, "rw-s");

		CHECK(!strstr(out.data, " [.."));
		CHECK(perms == 0 || perms >= 20);
		CHECK(perms >= before);
		before = perms;
		if (run.columns >= 57)
			CHECK(strstr(out.data, " libicuda"));
		buf__free(&out);
	}
	CHECK(before);
	test_done("places on terminals of all widths");
}

/* A narrow terminal lacks whole columns; what was asked for is whole on it. */
static void test_narrow(void)
{
	struct run_start run = run_of();

	run.cause = run.residency = true;
	for (run.columns = 50; run.columns < 140; run.columns++) {
		struct fault fault = sample_fault(5);
		struct buf out = { 0 };

		fault.has_cached = fault.has_read_pages = true;
		fault.cached = 87;
		fault.read_pages = 25;
		SHOW(&text_format, &out, &run, start);
		SHOW(&text_format, &out, &run, fault, &fault);
		terminate(&out);
		CHECK(widest(&out) <= run.columns);
		CHECK(strstr(out.data, "KIND      LAT(us) CAUSE   "));
		if (!CHECK(strstr(out.data, " 87% +25p\n")))
			printf("#   %s", out.data);
		buf__free(&out);
	}
	test_done("causes and residency on narrow terminals");
}

/* Colours add to the plain output, and change nothing else. */
static void test_color(void)
{
	struct run_start run = run_of();
	struct buf plain, color;

	run.columns = 80;
	plain = show("text", &run);
	run.color = true;
	color = show("text", &run);
	CHECK_EQ(count(&color, "\033[1m"), 1);
	CHECK_EQ(count(&color, "\033[31m"), 2);
	CHECK_EQ(count(&color, "\033[1;31m"), 4);
	CHECK_EQ(count(&color, "\033[0m"), 7);
	remove_all(&color, "\033[1m");
	remove_all(&color, "\033[31m");
	remove_all(&color, "\033[1;31m");
	remove_all(&color, "\033[0m");
	CHECK_STR(color.data, plain.data);
	buf__free(&color);
	buf__free(&plain);
	test_done("colours");
}

/* The first fault's line under these conditions. */
static struct buf first_line(struct run_start run)
{
	struct fault fault = sample_fault(0);
	struct buf out = { 0 };

	SHOW(&text_format, &out, &run, start);
	SHOW(&text_format, &out, &run, fault, &fault);
	terminate(&out);
	return out;
}

static void test_times(void)
{
	static const struct {
		enum timestamp timestamp;
		const char *want;
	} cases[] = {
		{ TIMESTAMP_REL, "0.000412   4242 " },
		{ TIMESTAMP_MONO, "1000.000412    4242 " },
		{ TIMESTAMP_WALL, "22:13:20.123868 4242 " },
	};
	struct run_start run = run_of();

	setenv("TZ", "UTC", 1);
	tzset();
	run.quiet = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;

		run.timestamp = cases[i].timestamp;
		out = first_line(run);
		if (!CHECK(strncmp(out.data, cases[i].want, strlen(cases[i].want)) == 0))
			printf("#   %s", out.data);
		buf__free(&out);
	}
	test_done("timestamps, and no heading when quiet");
}

/* What the formats say adds up to what they were told. */
static void test_totals(void)
{
	struct run_start run = run_of();
	struct buf text = show("text", &run);
	struct buf json = show("json", &run);
	struct buf null = show("null", &run);
	size_t major = 0, errors = 0;
	unsigned long long weight = 0, latency_ns = 0;

	for (size_t i = 0; i < NR_SAMPLES; i++) {
		const struct ft_fault *rec = &samples[i].rec;

		major += rec->major == 1;
		errors += ft_classify(rec).kind == FT_KIND_ERROR;
		weight += rec->weight;
		latency_ns += rec->latency_ns == FT_UNKNOWN64 ? 0 : rec->latency_ns;
	}
	CHECK_EQ(count(&text, "\n"), NR_SAMPLES + 1);
	CHECK_EQ(count(&json, "\n"), NR_SAMPLES + 2);
	CHECK_EQ(null.len, 0);
	CHECK_EQ(count(&text, " M "), major);
	CHECK_EQ(count(&json, "\"major\":true"), major);
	CHECK_EQ(count(&text, " error "), errors);
	CHECK_EQ(count(&json, "\"kind\":\"error\""), errors);
	CHECK_EQ(sum_of(&json, "\"weight\":"), weight);
	CHECK_EQ(sum_of(&json, "\"latency_ns\":"), latency_ns);
	buf__free(&null);
	buf__free(&json);
	buf__free(&text);
	test_done("totals agree");
}

static bool is_one_line(struct buf *out, const char *end)
{
	const char *found;

	terminate(out);
	found = strstr(out->data, end);
	return found && found + strlen(end) == out->data + out->len &&
	       strlen(out->data) == out->len;
}

/* A record from elsewhere may hold anything: still one line of text each. */
static void test_any_bytes(void)
{
	struct run_start run = run_of();
	struct buf text = { 0 }, json = { 0 };
	unsigned int random = 1;
	size_t wrong = 0;

	for (size_t i = 0; i < 20000; i++) {
		struct ft_fault rec;
		struct fault fault = { .rec = &rec, .name = "/x" };

		for (size_t at = 0; at < sizeof(rec); at++) {
			random = random * 1103515245 + 12345;
			((unsigned char *)&rec)[at] = (unsigned char)(random >> 16);
		}
		fault.verdict = ft_classify(&rec);
		run.columns = i % 100;
		text.len = json.len = 0;
		SHOW(&text_format, &text, &run, fault, &fault);
		SHOW(&json_format, &json, &run, fault, &fault);
		wrong += !is_one_line(&text, "\n") + !is_one_line(&json, "}\n");
	}
	CHECK_EQ(wrong, 0);
	buf__free(&json);
	buf__free(&text);
	test_done("any bytes");
}

static void test_every_kind(void)
{
	struct run_start run = run_of();
	struct buf text = show("text", &run);
	struct buf json = show("json", &run);
	char word[32];

	for (int i = 0; i < FT_KIND_COUNT; i++) {
		snprintf(word, sizeof(word), " %s", kind_names[i]);
		CHECK(strstr(text.data, word));
		snprintf(word, sizeof(word), "\"kind\":\"%s\"", kind_names[i]);
		CHECK(strstr(json.data, word));
		snprintf(word, sizeof(word), "\"%s\"", kind_names[i]);
		CHECK(strstr(json_schema(), word));
	}
	buf__free(&json);
	buf__free(&text);
	test_done("every kind is shown, and in the schema");
}

static void add_start(struct buf *out, const char *target, const char *text, size_t nr_ids)
{
	struct run_start run = run_of();

	run.target = target;
	run.target_text = text;
	run.nr_target_ids = nr_ids;
	SHOW(&json_format, out, &run, start);
}

static void test_targets(void)
{
	struct buf out = { 0 };

	add_start(&out, "tid", NULL, 1);
	add_start(&out, "command", "ls \"-l\"", 1);
	add_start(&out, "command", "ls", 0);
	add_start(&out, "cgroup", "/a", 0);
	add_start(&out, "all", NULL, 0);
	add_start(&out, "pid", NULL, 0);
	terminate(&out);
	CHECK(strstr(out.data, "\"target\":{\"type\":\"tid\",\"ids\":[4242]},"));
	CHECK(strstr(out.data, "{\"type\":\"command\",\"pid\":4242,\"argv\":\"ls \\\"-l\\\"\"},"));
	CHECK(strstr(out.data, "{\"type\":\"command\",\"pid\":null,\"argv\":\"ls\"},"));
	CHECK(strstr(out.data, "{\"type\":\"cgroup\",\"path\":\"/a\"},"));
	CHECK(strstr(out.data, "{\"type\":\"all\"},"));
	CHECK(strstr(out.data, "{\"type\":\"pid\",\"ids\":[]},"));
	buf__free(&out);
	test_done("targets in the start object");
}

static struct buf show_cause(const char *name, const struct run_start *run,
			     const struct ft_causes *causes)
{
	struct fault fault = sample_fault(0);
	struct buf out = { 0 };

	fault.causes = causes;
	SHOW(format_find(name), &out, run, fault, &fault);
	terminate(&out);
	return out;
}

static struct buf show_stack(const char *name, const struct run_start *run,
			     const struct stack *stack)
{
	struct fault fault = sample_fault(0);
	struct buf out = { 0 };

	fault.stack = stack;
	SHOW(format_find(name), &out, run, fault, &fault);
	terminate(&out);
	return out;
}

static bool shows(struct buf out, const char *what)
{
	bool found = strstr(out.data, what);

	buf__free(&out);
	return found;
}

/* What is not known is not zero, and what is not asked for not there. */
static void test_cause(void)
{
	struct ft_causes causes = {
		.ns = { [FT_CAUSE_IO] = 1000, [FT_CAUSE_SCHED] = 60, [FT_CAUSE_CPU] = 250 },
		.disk_bytes = 8192,
		.disk_ns = FT_UNKNOWN64,
		.disk_dev = 8 << 20 | 2,
	};
	struct run_start run = run_of();
	struct buf json;

	CHECK(shows(show_cause("json", &run, NULL), "\"cause\":null,"));
	CHECK(!shows(show_cause("text", &run, &causes), " io "));
	run.cause = true;
	CHECK(shows(show_cause("text", &run, &causes), " 1.31 io      55d0c8a17008 "));
	CHECK(shows(show_cause("text", &run, NULL), " 1.31 -       55d0c8a17008 "));
	run.wide = true;
	CHECK(shows(show_cause("text", &run, &causes), " io=1.00us sched=0.06us cpu=0.25us\n"));
	causes.ns[FT_CAUSE_LOOKUP] = FT_UNKNOWN64;
	json = show_cause("json", &run, &causes);
	CHECK(check_schema_keys(&json) > 20);
	CHECK(shows(json, "\"cause\":{\"dominant\":\"io\",\"other_ns\":0,\"lookup_ns\":null,"
			  "\"lock_ns\":0,\"io_ns\":1000,\"reclaim_ns\":0,\"compact_ns\":0,"
			  "\"uffd_ns\":0,\"sched_ns\":60,\"cpu_ns\":250,"
			  "\"disk\":{\"dev\":\"08:02\",\"bytes\":8192,\"took_ns\":null}},"));
	test_done("what a fault waited for");
}

static struct buf show_residency(const char *name, bool has_cached, bool has_read_pages,
				 unsigned int read_pages)
{
	struct run_start run = run_of();
	struct fault fault = sample_fault(7);
	struct buf out = { 0 };

	fault.has_cached = has_cached;
	fault.cached = 42;
	fault.has_read_pages = has_read_pages;
	fault.read_pages = read_pages;
	run.residency = true;
	run.columns = 80;
	SHOW(format_find(name), &out, &run, fault, &fault);
	terminate(&out);
	CHECK(strcmp(name, "text") != 0 || widest(&out) <= run.columns);
	return out;
}

/* How much of the file is cached, and what the fault itself read of it. */
static void test_residency(void)
{
	CHECK(shows(show_residency("json", true, true, 32),
		    ",\"cached\":42,\"stack\":null,\"read_pages\":32,"));
	CHECK(shows(show_residency("json", true, true, 0),
		    ",\"cached\":42,\"stack\":null,\"read_pages\":0,"));
	CHECK(shows(show_residency("json", true, false, 32),
		    ",\"cached\":42,\"stack\":null,\"read_pages\":null,"));
	CHECK(shows(show_residency("json", false, true, 1),
		    ",\"cached\":null,\"stack\":null,\"read_pages\":1,"));
	CHECK(shows(show_residency("text", true, true, 32), " 42% +32p\n"));
	CHECK(shows(show_residency("text", true, true, 0), " 42%\n"));
	CHECK(shows(show_residency("text", false, true, 1024), " +1024p\n"));
	CHECK(!shows(show_residency("text", false, false, 32), "32p\n"));
	test_done("what of the file is cached, and was read");
}

/* The size of a folio, and the latency: in one field, to whose end the latency stands. */
static void test_folios(void)
{
	static const struct {
		const char *field;
		uint8_t order, major;
		uint64_t latency_ns;
	} cases[] = {
		{ " anon         1.31 ", 0, 0, 1310 },
		{ " anon 8K      1.31 ", 1, 0, 1310 },
		{ " anon 2M    184.20 ", 9, 0, 184200 },
		{ " anon 1G M       - ", 18, 1, FT_UNKNOWN64 },
		{ " anon 64K M  99.99 ", 4, 1, 99990 },
		{ " anon 64K M 9999.6 ", 4, 1, 9999560 },
		{ " anon 64K M  10000 ", 4, 1, 9999990 },
		{ " anon 64K M 1234567 ", 4, 1, 1234567000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ft_fault rec = samples[0].rec;
		struct fault fault = sample_fault(0);
		struct run_start run = run_of();
		struct buf out = { 0 };

		rec.order = cases[i].order;
		rec.major = cases[i].major;
		rec.latency_ns = cases[i].latency_ns;
		fault.rec = &rec;
		SHOW(&text_format, &out, &run, fault, &fault);
		terminate(&out);
		if (!CHECK(shows(out, cases[i].field)))
			printf("# %s\n", cases[i].field);
	}
	test_done("sizes of folios");
}

/* A huge page that was allowed, and could not be had. */
static void test_fallbacks(void)
{
	static const struct {
		const char *text, *json;
		uint8_t thp, order;
	} cases[] = {
		{ " anon         1.31 ", ",\"thp_fallback\":null}\n", FT_THP_NONE, 0 },
		{ " anon         1.31 ", ",\"thp_fallback\":null}\n", FT_THP_UNKNOWN, 0 },
		{ " anon 2M      1.31 ", ",\"thp_fallback\":false}\n", FT_THP_NOT_REFUSED, 9 },
		{ " anon !2M     1.31 ", ",\"thp_fallback\":true}\n", FT_THP_FELL_BACK, 0 },
		{ " anon 64K !2M 1.31 ", ",\"thp_fallback\":true}\n", FT_THP_FELL_BACK, 4 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ft_fault rec = samples[0].rec;
		struct fault fault = sample_fault(0);
		struct run_start run = run_of();
		struct buf text = { 0 }, json = { 0 };

		rec.thp = cases[i].thp;
		rec.order = cases[i].order;
		fault.rec = &rec;
		SHOW(&text_format, &text, &run, fault, &fault);
		terminate(&text);
		SHOW(&json_format, &json, &run, fault, &fault);
		terminate(&json);
		CHECK(shows(text, cases[i].text));
		CHECK(shows(json, cases[i].json));
	}
	test_done("huge pages that could not be had");
}

/* No fault, but what came after one: when, for how long; the rest is the fault's. */
static void test_throttled(void)
{
	struct ft_throttled throttled = { .ns = 2000123456 };
	struct fault fault = sample_fault(0);
	struct run_start run = run_of();
	struct buf out = { 0 }, json = { 0 };

	throttled.began_ns = run.time_ns + 5000;
	fault.throttled = &throttled;
	run.cause = true;
	run.columns = 80;
	SHOW(&text_format, &out, &run, throttled, &fault);
	terminate(&out);
	CHECK(!strncmp(out.data, "0.000005 ", 9));
	CHECK(strstr(out.data, " throttled 2000123.46 -    55d0c8a17008 "));
	CHECK(strlen(out.data) <= 81);
	buf__free(&out);
	SHOW(&json_format, &json, &run, throttled, &fault);
	terminate(&json);
	CHECK(check_schema_keys(&json) > 10);
	CHECK(shows(json, ",\"throttled_ns\":2000123456,"));
	test_done("throttled after a fault");
}

/* Inlined functions have no offset; source lines are for wide text; what is missing is told. */
static void test_stack(void)
{
	static const struct stack_frame frames[] = {
		{ .ip = 0x401234,
		  .function = "copy<int>",
		  .module = "/usr/bin/db",
		  .build_id = "",
		  .address = 0x1234,
		  .source = "/src/copy.h",
		  .line = 7,
		  .is_inlined = true },
		{ .ip = 0x401234,
		  .function = "read_table",
		  .offset = 0x34,
		  .module = "/usr/bin/db",
		  .build_id = "",
		  .address = 0x1234,
		  .source = "/src/table.cc",
		  .line = 99 },
		{ .ip = 0x7f0000001000,
		  .function = "",
		  .module = "",
		  .build_id = "",
		  .source = "" },
		{ .ip = 0x7f0000002000,
		  .function = "",
		  .offset = 0x2000,
		  .module = "/usr/lib/plugin.bin",
		  .build_id = "",
		  .source = "" },
	};
	static const struct stack stack = { 4242, 4, frames, .is_cut = true };
	static const struct stack none = { 4242, 0, NULL, .is_cut = true };
	struct run_start run = run_of();
	struct buf json;

	CHECK(shows(show_stack("text", &run, &stack),
		    "\n                 401234 copy<int> (inlined)\n"
		    "                 401234 read_table+0x34 (db)\n"
		    "                 7f0000001000 [unknown]\n"
		    "                 7f0000002000 plugin.bin+0x2000\n"
		    "                 [cut]\n\n"));
	for (run.columns = 1; run.columns < 100; run.columns++) {
		struct buf text = show_stack("text", &run, &stack);

		CHECK(widest(&text) <= run.columns);
		buf__free(&text);
	}
	run.columns = 30;
	CHECK(shows(show_stack("text", &run, &stack), "\n  401234 copy<int> (inlined)\n"
						      "  401234 read_table+0x34 (db)\n"
						      "  7f0000001000 [unknown]\n"
						      "  7f0000002000 plugin..+0x2000\n"
						      "  [cut]\n\n"));
	run.columns = 0;
	run.wide = true;
	CHECK(shows(show_stack("text", &run, &stack), "(inlined) /src/copy.h:7\n"));
	CHECK(shows(show_stack("text", &run, &stack), "(db) /src/table.cc:99\n"));
	json = show_stack("json", &run, &stack);
	CHECK(check_schema_keys(&json) > 20);
	CHECK(shows(json, "\"stack\":[{\"ip\":\"0x401234\",\"symbol\":\"copy<int>\","
			  "\"offset\":null,\"module\":\"/usr/bin/db\","
			  "\"module_address\":\"0x1234\",\"inlined\":true,"
			  "\"source\":\"/src/copy.h\",\"line\":7},{"));
	CHECK(shows(show_stack("json", &run, &stack),
		    "\"symbol\":null,\"offset\":null,\"module\":null,\"module_address\":null,"));
	CHECK(shows(show_stack("json", &run, &stack),
		    "\"offset\":8192,\"module\":\"/usr/lib/plugin.bin\",\"module_address\":null,"
		    "\"inlined\":false,\"source\":null,\"line\":null},null]"));
	CHECK(shows(show_stack("json", &run, &none), "\"stack\":[null]"));
	test_done("stacks");
}

static struct buf show_symbols(const char *name, const struct run_start *run,
			       const struct fault_symbol *symbol, const struct fault_symbol *data)
{
	struct fault fault = sample_fault(0);
	struct buf out = { 0 };

	fault.symbol = symbol;
	fault.data_symbol = data;
	SHOW(format_find(name), &out, run, fault, &fault);
	terminate(&out);
	return out;
}

/* Which function it was, and which variable: what has no name is somewhere in its module. */
static void test_symbols(void)
{
	static const struct fault_symbol named = { "copy<int>", 0x14, "/usr/bin/db" };
	static const struct fault_symbol longer = { "a_function_with_a_name_as_long_as_this", 0x14,
						    "/usr/bin/db" };
	static const struct fault_symbol nameless = { "", 0x1a2f, "/usr/lib/libx.so" };
	struct run_start run = run_of();
	struct buf json;

	CHECK(!shows(show_symbols("text", &run, &named, &named), "copy<int>"));
	CHECK(shows(show_symbols("json", &run, NULL, NULL),
		    ",\"symbol\":null,\"data_symbol\":null,\"thp_fallback\":null}\n"));
	json = show_symbols("json", &run, &named, &nameless);
	CHECK(check_schema_keys(&json) > 20);
	CHECK(shows(json, ",\"symbol\":{\"name\":\"copy<int>\",\"offset\":20,"
			  "\"module\":\"/usr/bin/db\"},\"data_symbol\":{\"name\":null,"
			  "\"offset\":6703,\"module\":\"/usr/lib/libx.so\"},"));
	run.wide = true;
	CHECK(shows(
		show_symbols("text", &run, &named, NULL),
		"-55d0c8a41000 copy<int>+0x14 (db)                      -                            "
		"[heap]+"));
	CHECK(shows(
		show_symbols("text", &run, &nameless, &named),
		"-55d0c8a41000 libx.so+0x1a2f                           copy<int>+0x14 (db)          "
		"[heap]+"));
	CHECK(shows(
		show_symbols("text", &run, &longer, &named),
		" a_function_with_a_name_as_long_as_this+0x14 (db) copy<int>+0x14 (db)  [heap]+"));
	test_done("functions and variables");
}

static void test_schema(void)
{
	struct run_start run = run_of();
	struct buf json = show("json", &run);

	CHECK(check_schema_keys(&json) > 20 * NR_SAMPLES);
	buf__free(&json);
	test_done("the schema knows every key");
}

static void test_find(void)
{
	CHECK(format_find("text") == &text_format && all_formats[0] == &text_format);
	CHECK(format_find("json") == &json_format);
	CHECK(!format_find("") && !format_find("jso") && !format_find("JSON"));
	for (const struct format_ops *const *format = all_formats; *format; format++)
		CHECK(format_find((*format)->name) == *format &&
		      ((*format)->fault || (*format)->profile));
	test_done("formats have names");
}

int main(void)
{
	test_expected();
	test_cutting();
	test_places();
	test_narrow();
	test_color();
	test_times();
	test_totals();
	test_any_bytes();
	test_every_kind();
	test_targets();
	test_cause();
	test_residency();
	test_folios();
	test_fallbacks();
	test_throttled();
	test_stack();
	test_symbols();
	test_schema();
	test_find();
	return test_status();
}
