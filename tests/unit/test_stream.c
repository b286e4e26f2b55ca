/* SPDX-License-Identifier: GPL-2.0-only */
/* From the records of a source that is replayed to lines, as `trace` makes them. */
#include <stdlib.h>
#include <unistd.h>

#include "../../src/faults/stream.h"
#include "replay.h"
#include "format_test.h"
#include "test.h"

static const struct ft_name name = {
	.h = { .type = FT_RECORD_NAME, .size = sizeof(name) },
	.id = 7,
	.form = FT_NAME_PATH,
	.len = 8,
	.text = "libx.so",
};

static const struct ft_fault fault = {
	.h = { .type = FT_RECORD_FAULT, .size = sizeof(fault), .time_ns = 1000000001000 },
	.addr = 0x1000,
	.latency_ns = 500,
	.vma.start = 0x1000,
	.vma.end = 0x3000,
	.vma.facts = FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_FILE,
	.vma.name_id = 7,
	.pid = 4242,
	.comm = "postgres",
	.weight = 1,
	.before = FT_PTE_NONE,
	.after = FT_PTE_PRESENT,
	.after_page = FT_PAGE_FILE,
};

/* Held up by memory.high after the fault. */
static const struct {
	struct ft_fault fault;
	struct ft_causes causes;
	struct ft_throttled throttled;
} throttled = {
	.fault = {
		.h = { .type = FT_RECORD_THROTTLED, .size = sizeof(throttled) },
		.vma.facts = FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_FILE,
		.vma.name_id = 7,
		.pid = 4242,
		.weight = 1,
	},
	.throttled = { .began_ns = 1000000002000, .ns = 250 },
};

/* As a future version may have it. */
static const struct ft_header unknown = { .type = 999, .size = sizeof(unknown) };

static const struct ft_header *const records[] = {
	&name.h, &fault.h, &unknown, &throttled.fault.h, &fault.h,
};

#define NR_RECORDS (sizeof(records) / sizeof(records[0]))

struct trial {
	struct replay replay;
	struct stream_options opts;
	struct run_start start;
	struct run_end end;
	struct output out;
	struct format *format;
	struct stream *stream;
};

static void begin(struct trial *t)
{
	t->replay.source.ops = &replay_ops;
	t->replay.records = records;
	t->replay.nr_records = NR_RECORDS;
	t->replay.step = 2;
	t->opts.quiet = true;
	t->start = run_of();
	t->start.cause = true;
	t->out.fd = -1;
	t->format = format__new(&json_format, &t->out.buf, &t->start);
	CHECK(!stream__new(&t->opts, &t->stream));
	stream__start(t->stream, &t->replay.source, t->format, &t->out, NULL, &t->end);
	CHECK(!source__start(&t->replay.source) && t->replay.was_started);
}

/* Two records at a time, the last of them when the source is finished. */
static const char *run(struct trial *t)
{
	struct record_consumer consumer = stream__consumer(t->stream);
	struct source_totals totals;

	CHECK_EQ(source__poll(&t->replay.source, &consumer), 2);
	CHECK_EQ(source__poll(&t->replay.source, &consumer), 2);
	source__finish(&t->replay.source, &consumer, &totals);
	CHECK_EQ(totals.unseen_gup, -1);
	stream__end(t->stream);
	buf__addc(&t->out.buf, '\0');
	return t->out.buf.data;
}

static void end(struct trial *t)
{
	stream__free(t->stream);
	format__free(t->format);
	buf__free(&t->out.buf);
}

static void test_lines(void)
{
	struct trial t = { 0 };

	begin(&t);
	run(&t);
	CHECK_EQ(count(&t.out.buf, "\"type\":\"fault\""), 2);
	CHECK_EQ(count(&t.out.buf, "\"type\":\"throttled\""), 1);
	CHECK_EQ(count(&t.out.buf, "\"throttled_ns\":250"), 1);
	CHECK_EQ(count(&t.out.buf, "\"kind\":\"file\""), 2);
	CHECK_EQ(count(&t.out.buf, "\"name\":\"/libx.so\""), 3);
	CHECK_EQ(t.end.faults, 2);
	CHECK_EQ(t.end.latency_ns, 1000);
	end(&t);
	test_done("records to lines");
}

static void test_limits(void)
{
	struct trial t = { .opts.max_events = 1 };

	begin(&t);
	run(&t);
	CHECK_EQ(count(&t.out.buf, "\"type\":\"fault\""), 1);
	CHECK(stream__done(t.stream));
	end(&t);

	t = (struct trial) { .opts.file = "other" };
	begin(&t);
	run(&t);
	CHECK_EQ(count(&t.out.buf, "\"type\":\"fault\""), 0);
	CHECK_EQ(t.end.faults, 0);
	end(&t);
	test_done("--max-events and --file");
}

int main(void)
{
	test_lines();
	test_limits();
	return test_status();
}
