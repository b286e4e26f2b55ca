/* SPDX-License-Identifier: GPL-2.0-only */
/* What `serve` tells: totals that never go back, and the text of both formats. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../src/serve/accept.h"
#include "../../src/serve/exemplar.h"
#include "../../src/serve/gzip.h"
#include "../../src/host/known_cgroups.h"
#include "../../src/serve/label.h"
#include "../../src/serve/machine_cgroups.h"
#include "../../src/serve/metrics.h"
#include "expect.h"
#include "test.h"

#define BEGIN_NS 1000000000000ULL
#define WALL_NS	 1700000000000000000ULL

static const struct ft_key anon = { .part[0].word[0] = FT_KIND_ANON };

/* A row of faults that took so long each. */
static struct ft_row row_of(unsigned long long ns, __u32 nr)
{
	struct ft_row row = {
		.sum_ns = ns * nr, .used = 1, .timed = 1, .min_ns = ns, .max_ns = ns
	};

	row.buckets[ft_hist_bucket(ns)] = nr;
	row.cause_ns[FT_CAUSE_CPU] = ns * nr;
	row.worst = (struct ft_fault) {
		.h.time_ns = BEGIN_NS, .latency_ns = ns, .pid = 4242, .comm = "worker"
	};
	return row;
}

static unsigned long long all_buckets(const struct kind_totals *kind)
{
	unsigned long long sum = 0;

	for (size_t i = 0; i <= TOTALS_BOUNDS; i++)
		sum += kind->buckets[i];
	return sum;
}

static void test_sums(void)
{
	struct totals totals = { .weight = 1 };
	const struct kind_totals *kind = &totals.kinds[FT_KIND_ANON];
	struct ft_row rows[2] = { row_of(1000, 5), row_of(70000, 2) };

	rows[1].major = 1;
	CHECK_EQ(totals__add_row(&totals, &anon, rows, 2), 0);
	CHECK_EQ(kind->faults, 7);
	CHECK_EQ(kind->timed, 7);
	CHECK_EQ(kind->major, 1);
	CHECK_EQ(kind->sum_ns, 145000);
	CHECK_EQ(totals.cause_ns[FT_CAUSE_CPU], 145000);
	CHECK_EQ(kind->worst.rec.latency_ns, 70000);
	rows[0].used = 0;
	rows[1].buckets[FT_HIST_UNKNOWN] = 3;
	totals__add_row(&totals, &anon, rows, 2);
	CHECK_EQ(kind->faults, 12);
	CHECK_EQ(kind->timed, 9);
	CHECK_EQ(all_buckets(kind), 9);

	/* Without a row of its own, or of a kind that is not known here. */
	totals__add_row(&totals, NULL, &rows[1], 1);
	totals__add_row(&totals, &(struct ft_key) { .part[0].word[0] = 1000 }, &rows[1], 1);
	CHECK_EQ(totals.kinds[FT_KIND_OTHER].faults, 10);

	totals = (struct totals) { .weight = 10 };
	totals__add_row(&totals, &anon, &rows[1], 1);
	CHECK_EQ(kind->faults, 50);
	CHECK_EQ(kind->sum_ns, 1400000);
	test_done("rows are added up");
}

/* A day's faults: each read brings what a counter of 32 bits can hold. */
static void test_many(void)
{
	struct totals totals = { .weight = 1 };
	const struct kind_totals *kind = &totals.kinds[FT_KIND_ANON];
	const struct ft_row row = row_of(3000000, 4000000000U);
	struct kind_totals before;
	bool is_back = false;

	for (int i = 0; i < 1000; i++) {
		before = *kind;
		totals__add_row(&totals, &anon, &row, 1);
		is_back |= kind->faults <= before.faults || kind->sum_ns <= before.sum_ns ||
			   kind->timed <= before.timed;
		for (size_t b = 0; b <= TOTALS_BOUNDS; b++)
			is_back |= kind->buckets[b] < before.buckets[b];
	}
	CHECK(!is_back);
	CHECK_EQ(kind->faults, 4000000000000);
	CHECK_EQ(all_buckets(kind), 4000000000000);
	CHECK_EQ(kind->sum_ns, 12000000000000000000ULL);
	test_done("10^12 faults neither wrap nor go back");
}

/* A bucket has what is below its bound; what equals the bound is in the next one. */
static void test_bounds(void)
{
	struct totals totals = { .weight = 1 };
	const struct kind_totals *kind = &totals.kinds[FT_KIND_ANON];

	for (size_t i = 0; i < TOTALS_BOUNDS; i++) {
		const struct ft_row below = row_of(TOTALS_BOUND(i) - 1, 1);
		const struct ft_row at = row_of(TOTALS_BOUND(i), 1);

		/* No bucket of the kernel half's lies across a bound. */
		CHECK(ft_hist_low(ft_hist_bucket(TOTALS_BOUND(i))) == TOTALS_BOUND(i));
		totals__add_row(&totals, &anon, &below, 1);
		CHECK_EQ(kind->buckets[i], i ? 2 : 1);
		totals__add_row(&totals, &anon, &at, 1);
		CHECK_EQ(kind->buckets[i], i ? 2 : 1);
		CHECK_EQ(kind->buckets[i + 1], 1);
		CHECK_EQ(totals__bucket(TOTALS_BOUND(i)), i + 1);
	}
	CHECK_EQ(TOTALS_BOUND(0), 256);
	CHECK_EQ(TOTALS_BOUND(TOTALS_BOUNDS - 1), 1073741824);
	test_done("the bounds of buckets");
}

static void test_never_back(void)
{
	struct totals totals = { .weight = 1 };
	struct source_totals now = {
		.counters = { .lost_ring = 7, .errors_bus = 3, .lost_unexplained = 5 },
		.unseen_gup = 40
	};

	totals__update(&totals, &now);
	CHECK_EQ(totals.unseen_gup, 40);
	CHECK(totals.knows_gup && !totals.knows_bpf);
	now.counters.lost_ring = 8;
	now.counters.lost_unexplained = 4;
	now.unseen_gup = -1;
	now.bpf_runs = 9;
	now.bpf_run_ns = 1000;
	totals__update(&totals, &now);
	CHECK_EQ(totals.counters.lost_ring, 8);
	CHECK_EQ(totals.counters.lost_unexplained, 5);
	CHECK_EQ(totals.counters.errors_bus, 3);
	CHECK_EQ(totals.unseen_gup, 40);
	CHECK(totals.knows_gup && totals.knows_bpf);
	/* Who counted has stopped to. */
	now.bpf_runs = now.bpf_run_ns = 0;
	totals__update(&totals, &now);
	CHECK_EQ(totals.bpf_runs, 9);
	CHECK_EQ(totals.bpf_run_ns, 1000);
	test_done("numbers of the whole run do not go back");
}

static void test_worst(void)
{
	struct totals totals = { .weight = 1, .read_ns = BEGIN_NS };
	const struct worst_fault *worst = &totals.kinds[FT_KIND_ANON].worst;
	struct ft_row slow = row_of(9000, 1), fast = row_of(800, 1);

	totals__add_row(&totals, &anon, &fast, 1);
	CHECK_EQ(worst->rec.latency_ns, 800);
	totals__add_row(&totals, &anon, &slow, 1);
	totals.read_ns += TOTALS_WORST_NS - 1;
	totals__add_row(&totals, &anon, &fast, 1);
	CHECK_EQ(worst->rec.latency_ns, 9000);
	totals.read_ns++;
	totals__add_row(&totals, &anon, &fast, 1);
	CHECK_EQ(worst->rec.latency_ns, 800);
	test_done("the slowest fault gives way after a minute");
}

/* ---- Texts ---------------------------------------------------------------------- */

static const struct run_start run = {
	.version = "0.1.0",
	.plan = "memcg",
	.kernel = "6.18 \"odd\\name\"\n",
	.arch = "x86_64",
	.time_ns = BEGIN_NS,
	.wall_ns = WALL_NS,
	.cause = true,
};

/* Cgroups whose ids are their places here. */
static const char *const paths[] = {
	"/",
	"/system.slice/odd\"name\\x2d.service",
	"/kubepods/pod8712f785-1a3e-41ec-a00b-e2dcc77431cb/"
	"crio-17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a",
};

static const char *path_of(void *ctx, uint64_t id)
{
	(void)ctx;
	return paths[id];
}

static bool exists(void *ctx, const char *path, uint64_t id, uint64_t *since_ns)
{
	(void)ctx;
	(void)since_ns;
	return path == paths[id];
}

static void add_containers(struct containers *containers, const struct ft_row *row)
{
	static struct known_cgroups known = { .names_root = -1, .tree.fd = -1 };
	static struct containers_ops ops = { .path = path_of, .exists = exists };
	const struct containers_options opts = { &ops, &known, 1, 2000, 0 };

	ops.add_labels = machine_cgroups_ops.add_labels;
	containers__init(containers, &opts);
	for (uint64_t id = 0; id < sizeof(paths) / sizeof(paths[0]); id++)
		containers__add(containers, true, id, row, BEGIN_NS);
	containers__add(containers, false, 0, row, BEGIN_NS);
}

static void add_page(bool is_openmetrics, struct buf *out)
{
	static struct totals totals;
	const struct source_info info = { .sees_lookup = true, .sees_throttling = true };
	const struct self_usage usage = { 1500000000, 12 << 20, UINT64_MAX, 17, 1024 };
	struct ft_row row = row_of(1500, 20), slow = row_of(2000000000, 1);
	struct kind_totals *kind = &totals.kinds[FT_KIND_ANON];
	struct containers containers;
	struct metrics_page page = {
		.is_openmetrics = is_openmetrics,
		.totals = &totals,
		.containers = &containers,
		.run = &run,
		.info = &info,
		.usage = &usage,
		.process_start_ns = WALL_NS,
	};

	totals = (struct totals) { .weight = 1,
				   .knows_gup = true,
				   .unseen_gup = 6,
				   .knows_bpf = true,
				   .bpf_runs = 12,
				   .bpf_run_ns = 3456 };
	totals.counters = (struct ft_counters) { .lost_ring = 1,
						 .lost_unexplained = 2,
						 .errors_segv = 3,
						 .errors_oom = 4,
						 .throttled_ns = 5 };
	totals__add_row(&totals, &anon, &row, 1);
	totals__add_row(&totals, &anon, &slow, 1);
	strcpy(kind->worst.file, "/usr/bin/a \"b\"");
	kind->worst.is_named = true;
	row.major = 3;
	row.major_ns = 4500;
	add_containers(&containers, &row);
	metrics__add(&page, out);
	containers__free(&containers);
}

static void test_text(void)
{
	struct buf text = { 0 }, open = { 0 };

	add_page(false, &text);
	compare(EXPECT_DIR "serve.prom", &text);
	add_page(true, &open);
	compare(EXPECT_DIR "serve.openmetrics", &open);
}

/* The characters of names and values between the braces, without escapes. */
static size_t label_chars(const char *text)
{
	size_t nr = 0;
	bool is_in = false;

	for (text = strchr(text, '{') + 1; *text && (is_in || *text != '}'); text++) {
		if (*text == '"') {
			is_in = !is_in;
			continue;
		}
		if (is_in && *text == '\\')
			text++;
		if (is_in || (*text != ',' && *text != '='))
			nr += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return nr;
}

static void test_exemplar(void)
{
	struct worst_fault worst = { .rec = { .pid = 4000000000U, .latency_ns = 1000 } };
	struct buf out = { 0 };

	memset(worst.rec.comm, 1, FT_COMM_LEN);
	for (size_t len = 0; len < sizeof(worst.file); len++) {
		memset(worst.file, '/', sizeof(worst.file));
		worst.file[len] = '\0';
		out.len = 0;
		exemplar__add(&worst, &run, &out);
		buf__addc(&out, '\0');
		CHECK(label_chars(out.data) <= EXEMPLAR_MAX);
	}
	memset(worst.rec.comm, 'c', FT_COMM_LEN);
	/* Letters of two bytes each, which are not cut in the middle. */
	for (size_t i = 0; i + 2 < sizeof(worst.file); i += 2)
		memcpy(worst.file + i, "\xc3\xa4", 3);
	out.len = 0;
	exemplar__add(&worst, &run, &out);
	buf__addc(&out, '\0');
	CHECK(strstr(out.data, "file=\"[..]\xc3\xa4\xc3\xa4"));
	CHECK(label_chars(out.data) <= EXEMPLAR_MAX);
	buf__free(&out);
	test_done("exemplars are not longer than they may be");
}

static void test_accept(void)
{
	static const char prometheus[] =
		"application/openmetrics-text; version=1.0.0,application/openmetrics-text; "
		"version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
	static const char open[] = "application/openmetrics-text";

	CHECK_EQ(accept__weight(NULL, open, "1.0.0"), 0);
	CHECK_EQ(accept__weight("", open, "1.0.0"), 0);
	CHECK_EQ(accept__weight("*/*", open, "1.0.0"), 0);
	CHECK_EQ(accept__weight(prometheus, open, "1.0.0"), 1000);
	CHECK_EQ(accept__weight(prometheus, open, "0.0.1"), 750);
	CHECK_EQ(accept__weight(prometheus, open, "2.0.0"), 0);
	CHECK_EQ(accept__weight(prometheus, "text/plain", NULL), 500);
	CHECK_EQ(accept__weight("APPLICATION/OpenMetrics-Text ; Q=0.125", open, "1.0.0"), 125);
	CHECK_EQ(accept__weight("gzip;q=0, br", "gzip", NULL), 0);
	CHECK_EQ(accept__weight("gzip;q=0.000", "gzip", NULL), 0);
	CHECK_EQ(accept__weight("deflate,gzip", "gzip", NULL), 1000);
	CHECK_EQ(accept__weight("gzipped, x-gzip", "gzip", NULL), 0);
	CHECK_EQ(accept__weight(";;,,=;q=,gzip;q", "gzip", NULL), 1000);
	CHECK_EQ(accept__weight("gzip;q=0.99999999999999999999", "gzip", NULL), 999);
	test_done("what a client takes");
}

static void test_gzip(void)
{
	struct buf from = { 0 }, to = { 0 };
	unsigned char *back;
	z_stream stream = { 0 };

	for (int i = 0; i < 20000; i++)
		buf__addf(&from, "line %d\n", i * 7919 % 10007);
	CHECK_EQ(gzip__pack(&from, &to), 0);
	CHECK(to.len < from.len / 2);
	back = malloc(from.len);
	stream = (z_stream) { .next_in = (unsigned char *)to.data,
			      .avail_in = (unsigned int)to.len,
			      .next_out = back,
			      .avail_out = (unsigned int)from.len };
	CHECK_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
	CHECK_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
	CHECK_EQ(stream.total_out, from.len);
	CHECK(!memcmp(back, from.data, from.len));
	inflateEnd(&stream);
	free(back);
	buf__free(&from);
	buf__free(&to);
	test_done("gzip");
}

int main(void)
{
	test_sums();
	test_many();
	test_bounds();
	test_never_back();
	test_worst();
	test_text();
	test_exemplar();
	test_accept();
	test_gzip();
	return test_status();
}
