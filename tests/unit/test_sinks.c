/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <time.h>

#include "../../src/out/sinks.h"
#include "faults.h"
#include "test.h"

#define EXPECT_DIR "tests/expect/"

static const int ids[] = { 4242, 17 };

static struct run_start run_of(void)
{
	return (struct run_start) {
		.version = "0.0",
		.command = "trace",
		.plan = "fentry",
		.kernel = "6.18.0",
		.arch = "x86_64",
		.target = "pid",
		.target_ids = ids,
		.nr_target_ids = 2,
		.page_size = 4096,
		.time_ns = 1000000000000,
		.wall_ns = 1700000000123456789,
		.sees_gup = true,
	};
}

static const struct run_end run_end = {
	.faults = 221,
	.major = 2,
	.minor = 219,
	.errors = 4,
	.latency_ns = 12800000,
	.lost_ring = 1,
	.lost_storage = 2,
	.lost_unpaired = 3,
	.lost_late = 4,
	.unseen_gup = -1,
	.elapsed_ns = 3000000,
	.bpf_run_ns = -1,
	.bpf_runs = -1,
};

static void terminate(struct buf *out)
{
	buf__addc(out, '\0');
	out->len--;
}

/* All samples through a sink, from the first line to the last. */
static struct buf show(const char *name, const struct run_start *run)
{
	const struct sink_ops *sink = sink_find(name);
	struct buf out = { 0 };

	if (sink->start)
		sink->start(&out, run);
	for (size_t i = 0; i < NR_SAMPLES; i++) {
		struct fault fault = sample_fault(i);

		sink->fault(&out, run, &fault);
	}
	if (sink->end)
		sink->end(&out, run, &run_end);
	terminate(&out);
	return out;
}

static bool write_file(const char *path, const struct buf *b)
{
	FILE *file = fopen(path, "w");
	bool ok = file && fwrite(b->data, 1, b->len, file) == b->len;

	return file && fclose(file) == 0 && ok;
}

static struct buf read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf b = { 0 };
	size_t n;

	while (file) {
		buf__reserve(&b, 4096);
		n = fread(b.data + b.len, 1, 4096, file);
		if (!n)
			break;
		b.len += n;
	}
	if (file)
		fclose(file);
	terminate(&b);
	return b;
}

/* FT_UPDATE=1 writes what is expected, for a person to read the difference. */
static void compare(const char *path, struct buf *out)
{
	struct buf want;

	if (getenv("FT_UPDATE"))
		CHECK(write_file(path, out));
	want = read_file(path);
	CHECK(memchr(out->data, '\0', out->len) == NULL);
	if (!CHECK(want.len == out->len && memcmp(want.data, out->data, out->len) == 0))
		printf("#   differs from %s; FT_UPDATE=1 rewrites it\n", path);
	buf__free(&want);
	buf__free(out);
	test_done(path);
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

static size_t columns_of(const char *line)
{
	size_t n = 0;

	for (; *line && *line != '\n'; line++)
		n += ((unsigned char)*line & 0xc0) != 0x80;
	return n;
}

static size_t widest(const struct buf *out)
{
	size_t most = 0;

	for (const char *line = out->data; *line; line = strchr(line, '\n') + 1) {
		size_t n = columns_of(line);

		most = n > most ? n : most;
	}
	return most;
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

static size_t count(const struct buf *out, const char *what)
{
	size_t n = 0;

	for (const char *p = out->data; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

static void remove_all(struct buf *out, const char *what)
{
	char *p = out->data;

	while ((p = strstr(p, what))) {
		memmove(p, p + strlen(what), strlen(p + strlen(what)) + 1);
		out->len -= strlen(what);
	}
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

	text_sink.start(&out, &run);
	text_sink.fault(&out, &run, &fault);
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

/* "key":NUMBER, summed over all lines. */
static unsigned long long sum(const struct buf *out, const char *key)
{
	unsigned long long total = 0;

	for (const char *p = out->data; (p = strstr(p, key));) {
		p += strlen(key);
		total += strtoull(p, NULL, 10);
	}
	return total;
}

/* What the sinks say adds up to what they were told. */
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
	CHECK_EQ(sum(&json, "\"weight\":"), weight);
	CHECK_EQ(sum(&json, "\"latency_ns\":"), latency_ns);
	buf__free(&null);
	buf__free(&json);
	buf__free(&text);
	test_done("totals agree");
}

/* A record from elsewhere may hold anything: still one line of text each. */
static void test_any_bytes(void)
{
	struct run_start run = run_of();
	struct buf text = { 0 }, json = { 0 };
	unsigned int random = 1;
	const size_t records = 20000;

	for (size_t i = 0; i < records; i++) {
		struct ft_fault rec;
		struct fault fault = { .rec = &rec, .name = "/x" };

		for (size_t at = 0; at < sizeof(rec); at++) {
			random = random * 1103515245 + 12345;
			((unsigned char *)&rec)[at] = (unsigned char)(random >> 16);
		}
		fault.verdict = ft_classify(&rec);
		run.columns = i % 100;
		text_sink.fault(&text, &run, &fault);
		json_sink.fault(&json, &run, &fault);
	}
	terminate(&text);
	terminate(&json);
	CHECK_EQ(count(&text, "\n"), records);
	CHECK_EQ(count(&json, "}\n"), records);
	CHECK(strlen(text.data) == text.len && strlen(json.data) == json.len);
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
	json_sink.start(out, &run);
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

/* Each "key": of the output stands in the schema. */
static void test_schema(void)
{
	struct run_start run = run_of();
	struct buf json = show("json", &run);
	size_t keys = 0;

	for (const char *end = json.data; (end = strstr(end, "\":")); end++) {
		const char *key = end - 1;
		char want[64];

		while (key > json.data && *key != '"')
			key--;
		snprintf(want, sizeof(want), "%.*s\": {", (int)(end - key), key);
		if (!CHECK(strstr(json_schema(), want)))
			printf("#   %s\n", want);
		keys++;
	}
	CHECK(keys > 20 * NR_SAMPLES);
	buf__free(&json);
	test_done("the schema knows every key");
}

static void test_find(void)
{
	CHECK(sink_find("text") == &text_sink && all_sinks[0] == &text_sink);
	CHECK(sink_find("json") == &json_sink);
	CHECK(!sink_find("") && !sink_find("jso") && !sink_find("JSON"));
	for (const struct sink_ops *const *sink = all_sinks; *sink; sink++)
		CHECK(sink_find((*sink)->name) == *sink && (*sink)->help && (*sink)->fault);
	test_done("sinks have names");
}

int main(void)
{
	test_expected();
	test_cutting();
	test_color();
	test_times();
	test_totals();
	test_any_bytes();
	test_every_kind();
	test_targets();
	test_schema();
	test_find();
	return test_status();
}
