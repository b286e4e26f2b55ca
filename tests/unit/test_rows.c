/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "../../src/format/formats.h"
#include "expect.h"
#include "faults.h"
#include "random.h"
#include "format_test.h"
#include "test.h"

#define ROWS_MAX 40

/* Rows and all they point to. */
struct aggregate {
	struct interval interval;
	struct row rows[ROWS_MAX];
	unsigned long long buckets[ROWS_MAX][FT_HIST_SLOTS];
	struct ft_fault vmas[ROWS_MAX];
	struct fault worst[ROWS_MAX];
	struct ft_hist_scale scale;
};

static struct aggregate *new_table(unsigned int nr, unsigned long long begin_ms,
				   unsigned long long end_ms)
{
	struct aggregate *table = calloc(1, sizeof(*table));

	table->interval = (struct interval) {
		.nr = nr,
		.begin_ns = 1000000000000 + begin_ms * 1000000,
		.end_ns = 1000000000000 + end_ms * 1000000 + 123456,
		.rows = table->rows,
		.throttled_ns = FT_UNKNOWN64,
	};
	return table;
}

static struct row *add_row(struct aggregate *table)
{
	size_t i = table->interval.nr_rows++;
	struct row *row = &table->rows[i];

	table->interval.nr_shown = table->interval.nr_rows;
	*row = (struct row) {
		.buckets = table->buckets[i],
		.scale = &table->scale,
		.min_ns = FT_UNKNOWN64,
		.max_ns = FT_UNKNOWN64,
		.read_pages = FT_UNKNOWN64,
		.bytes = FT_UNKNOWN64,
		.throttled_ns = FT_UNKNOWN64,
	};
	return row;
}

static void add_faults(struct aggregate *table, struct row *row, unsigned long long ns,
		       unsigned long long nr)
{
	unsigned long long *buckets = table->buckets[row - table->rows];

	row->count += nr;
	table->interval.sums.faults += nr;
	if (ns == FT_UNKNOWN64) {
		buckets[FT_HIST_UNKNOWN] += nr;
		return;
	}
	buckets[table->scale.step ? ft_hist_linear_bucket(&table->scale, ns)
				  : ft_hist_bucket(ns)] += nr;
	row->sum_ns += ns * nr;
	table->interval.sums.latency_ns += ns * nr;
	row->min_ns = ns < row->min_ns ? ns : row->min_ns;
	row->max_ns = row->max_ns == FT_UNKNOWN64 || ns > row->max_ns ? ns : row->max_ns;
}

/* So many whose latencies lie around one, as those of one kind do. */
static void add_hump(struct aggregate *table, struct row *row, unsigned long long around,
		     unsigned int nr, struct random *random)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned long long eighths = 0;

		for (int dice = 0; dice < 4; dice++)
			eighths += random_u32(random) % 8;
		add_faults(table, row, around / 2 + around * eighths / 28, 1);
	}
}

static void set_major(struct aggregate *table, struct row *row, unsigned long long major)
{
	row->major = major;
	table->interval.sums.major += major;
}

/* As with --residency. */
static void set_residency(struct row *row, unsigned int cached, unsigned long long read_pages)
{
	row->has_cached = true;
	row->cached = cached;
	row->read_pages = read_pages;
}

static void set_worst(struct aggregate *table, struct row *row, size_t sample)
{
	struct fault *worst = &table->worst[row - table->rows];

	*worst = sample_fault(sample);
	row->worst = worst;
}

/* The row's next key. */
static struct key_value *add_key(struct row *row, enum ft_key_type type)
{
	struct key_value *key = &row->keys[row->nr_keys++];

	*key = (struct key_value) { .type = type, .number = FT_UNKNOWN64 };
	return key;
}

static void add_word(struct row *row, enum ft_key_type type, const char *text)
{
	add_key(row, type)->text = text;
}

/* The mapping that a sample hit, as one of this process. */
static void add_vma(struct aggregate *table, struct row *row, size_t sample, unsigned int pid)
{
	struct ft_fault *vma = &table->vmas[row - table->rows];
	struct key_value *key = add_key(row, FT_KEY_VMA);

	*vma = samples[sample].rec;
	vma->pid = pid;
	key->vma = vma;
	key->text = samples[sample].name;
}

static size_t find_sample(const char *name)
{
	for (size_t i = 0; i < NR_SAMPLES; i++) {
		if (strcmp(samples[i].name, name) == 0)
			return i;
	}
	abort();
}

/* What a server does in a while: all, then its kinds. */
static struct aggregate *kinds_table(void)
{
	struct aggregate *table = new_table(0, 0, 3000);
	struct random random = { 1 };
	struct row *all = add_row(table), *anon = add_row(table), *file = add_row(table);
	struct row *cow = add_row(table), *error = add_row(table), *overflow = add_row(table);

	set_worst(table, all, 7);
	add_word(anon, FT_KEY_KIND, "anon");
	add_hump(table, anon, 900, 20000, &random);
	add_hump(table, anon, 3000, 2000, &random);
	set_worst(table, anon, 0);
	add_word(file, FT_KEY_KIND, "file");
	add_hump(table, file, 400, 5000, &random);
	add_hump(table, file, 150000, 30, &random);
	add_faults(table, file, 12345678, 1);
	set_major(table, file, 31);
	set_worst(table, file, 7);
	add_word(cow, FT_KEY_KIND, "cow");
	add_vma(table, cow, find_sample("/usr/lib/libc.so.6"), 4242);
	add_hump(table, cow, 2500, 7, &random);
	set_worst(table, cow, 3);
	add_word(error, FT_KEY_KIND, "error");
	add_faults(table, error, FT_UNKNOWN64, 3);
	overflow->overflow = true;
	add_faults(table, overflow, 777, 1);
	add_faults(table, overflow, FT_UNKNOWN64, 2);
	for (struct row *row = anon; row <= overflow; row++) {
		for (unsigned int i = 0; i < FT_HIST_SLOTS; i++)
			table->buckets[0][i] += row->buckets[i];
		all->sum_ns += row->sum_ns;
		all->count += row->count;
		all->major += row->major;
		all->min_ns = row->min_ns < all->min_ns ? row->min_ns : all->min_ns;
	}
	all->max_ns = file->max_ns;
	return table;
}

/* An interval in which little happened. */
static struct aggregate *quiet_table(void)
{
	struct aggregate *table = new_table(1, 1000, 2000);
	struct row *all = add_row(table);

	add_faults(table, all, 812, 2);
	add_faults(table, all, 15, 1);
	set_worst(table, all, 4);
	return table;
}

static struct aggregate *empty_table(void)
{
	struct aggregate *table = new_table(2, 2000, 3000);

	add_row(table);
	return table;
}

/* Latencies of all magnitudes; the last bucket has no end. */
static struct aggregate *broad_table(void)
{
	struct aggregate *table = new_table(0, 0, 60000);
	struct random random = { 3 };
	struct row *all = add_row(table);

	for (int i = 0; i < 2000; i++)
		add_faults(table, all, random_latency(&random, 30), 1 + random_u32(&random) % 9);
	add_faults(table, all, 600ULL * 1000000000, 1);
	set_worst(table, all, find_sample("[anon:glibc: malloc arena]"));
	return table;
}

static struct aggregate *linear_table(unsigned long long low, unsigned long long step,
				      unsigned int nr)
{
	struct aggregate *table = new_table(0, 0, 1000);
	struct random random = { 4 };
	struct row *all = add_row(table);
	unsigned long long high = low + nr * step;

	table->scale = (struct ft_hist_scale) { low, step, nr };
	add_hump(table, all, low + (high - low) / 3, 3000, &random);
	add_hump(table, all, high, 400, &random);
	add_faults(table, all, low + 1, 1);
	if (low)
		add_faults(table, all, low / 2, 17);
	return table;
}

/* Whole mappings of two processes, and names that want to be seen. */
static struct aggregate *mappings_table(unsigned int nr)
{
	static const char *const names[] = {
		"/usr/lib/x86_64-linux-gnu/libicudata.so.72.1",
		"[heap]",
		"[stack]",
		"[anon:glibc: malloc arena]",
		"/dev/shm/PostgreSQL.1804289383",
		"/opt/a-directory/a-name-that-is-much-longer-than-any-terminal-likes-it.so.1.2.3",
		"/tmp/a\nb\033[2J\xff.so",
		"/tmp/\"q\\\xe4\xb8\xad\xe6\x96\x87",
		"",
	};
	struct aggregate *table = new_table(nr, 1000 * nr, 1000 * nr + 1000);
	unsigned long long count = 123456789;
	struct row *row;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++, count /= 6) {
		row = add_row(table);
		add_vma(table, row, find_sample(names[i]), i % 3 ? 4242 : 4194303);
		add_word(row, FT_KEY_KIND, i % 2 ? "anon" : "migration");
		add_faults(table, row, 300 << 2 * i, count - count / 100);
		add_faults(table, row, 900 << 2 * i, count / 100);
		set_major(table, row, i % 2 ? 0 : count / 50);
	}
	row = add_row(table);
	row->overflow = true;
	add_faults(table, row, 812, 4711);
	/* Those that are not shown are not there. */
	memset(row + 1, 0xa5, 2 * sizeof(*row));
	table->interval.nr_rows += 2;
	return table;
}

/* One key of each type. */
static struct aggregate *types_table(void)
{
	static const struct key_value keys[] = {
		{ FT_KEY_KIND, .text = "anon" },
		{ FT_KEY_MAJOR, .text = "major" },
		{ FT_KEY_MAJOR, .text = "minor" },
		{ FT_KEY_ACCESS, .text = "write" },
		{ FT_KEY_ORIGIN, .text = "gup" },
		{ FT_KEY_COMM, .text = "ev\til\033[31m\xc3\x28" },
		{ FT_KEY_PID, .number = 4242, .comm = "postgres" },
		{ FT_KEY_TID, .number = 4243, .comm = "a\nb" },
		{ FT_KEY_PID, .number = 17 },
		{ FT_KEY_CGROUP, .text = "/system.slice/postgresql.service", .number = 4711 },
		{ FT_KEY_CGROUP, .number = 4711 },
		{ FT_KEY_CONTAINER, .text = "shop/web-0/nginx", .number = FT_UNKNOWN64 },
		{ FT_KEY_CONTAINER, .number = FT_UNKNOWN64 },
		{ FT_KEY_FILE, .text = "/usr/lib/libc.so.6" },
		{ FT_KEY_FILE, .text = "" },
		{ FT_KEY_SYMBOL, .text = "memcpy+0x12 (libc.so.6)" },
		{ FT_KEY_CPU, .number = 0 },
		{ FT_KEY_CPU, .number = FT_UNKNOWN64 },
		{ FT_KEY_CAUSE, .text = "first touch" },
		{ FT_KEY_STACK, .text = "main;read_table;memcpy" },
		{ FT_KEY_LINE, .text = "/usr/src/db/table.c:42" },
		{ FT_KEY_ORDER, .number = 0 },
		{ FT_KEY_ORDER, .number = 18 },
	};
	struct aggregate *table = new_table(3, 3000, 4000);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct row *row = add_row(table);

		*add_key(row, keys[i].type) = keys[i];
		add_faults(table, row, 640, 1);
	}
	return table;
}

enum shown { HIST, TOP };

static struct run_start run_rows(const char *command)
{
	struct run_start run = run_of();

	run.command = command;
	return run;
}

/* Shown, and gone. */
static void show(struct buf *out, const struct format_ops *format, enum shown shown,
		 const struct run_start *run, struct aggregate *table)
{
	if (shown == HIST)
		SHOW(format, out, run, hist, &table->interval);
	else
		SHOW(format, out, run, top, &table->interval);
	free(table);
}

static struct buf show_hists(const struct run_start *run, const struct format_ops *format)
{
	struct buf out = { 0 };

	SHOW(format, &out, run, start);
	show(&out, format, HIST, run, kinds_table());
	show(&out, format, HIST, run, quiet_table());
	show(&out, format, HIST, run, empty_table());
	show(&out, format, HIST, run, broad_table());
	terminate(&out);
	return out;
}

static struct buf show_linear(const struct run_start *run, const struct format_ops *format)
{
	struct buf out = { 0 };

	show(&out, format, HIST, run, linear_table(1000, 500, 12));
	show(&out, format, HIST, run, linear_table(0, 10000, 200));
	show(&out, format, HIST, run, linear_table(1000000, 25, 8));
	terminate(&out);
	return out;
}

static struct buf show_tops(const struct run_start *run, const struct format_ops *format)
{
	struct buf out = { 0 };

	SHOW(format, &out, run, start);
	show(&out, format, TOP, run, mappings_table(0));
	show(&out, format, TOP, run, mappings_table(1));
	show(&out, format, TOP, run, new_table(2, 2000, 3000));
	show(&out, format, TOP, run, types_table());
	terminate(&out);
	return out;
}

static void test_hist(void)
{
	struct run_start run = run_rows("hist");
	struct buf out = show_hists(&run, &text_format);

	compare(EXPECT_DIR "hist.txt", &out);
	out = show_linear(&run, &text_format);
	compare(EXPECT_DIR "hist-linear.txt", &out);
	run.columns = 80;
	out = show_hists(&run, &text_format);
	compare(EXPECT_DIR "hist-80.txt", &out);
	run.columns = 120;
	run.wide = true;
	out = show_hists(&run, &text_format);
	compare(EXPECT_DIR "hist-wide.txt", &out);
}

static void test_top(void)
{
	struct run_start run = run_rows("top");
	struct buf out = show_tops(&run, &text_format);

	compare(EXPECT_DIR "top.txt", &out);
	run.columns = 80;
	out = show_tops(&run, &text_format);
	compare(EXPECT_DIR "top-80.txt", &out);
	run.wide = true;
	out = show_tops(&run, &text_format);
	compare(EXPECT_DIR "top-wide.txt", &out);
}

static void test_json(void)
{
	struct run_start run = run_rows("hist");
	struct buf out = show_hists(&run, &json_format), linear, tops;

	linear = show_linear(&run, &json_format);
	run.command = "top";
	tops = show_tops(&run, &json_format);
	buf__add(&out, linear.data, linear.len);
	buf__add(&out, tops.data, tops.len);
	terminate(&out);
	CHECK(check_schema_keys(&out) > 500);
	compare(EXPECT_DIR "rows.ndjson", &out);
	buf__free(&linear);
	buf__free(&tops);
}

static struct buf show_one(const struct run_start *run, const struct format_ops *format,
			   enum shown shown, struct aggregate *table)
{
	struct buf out = { 0 };

	show(&out, format, shown, run, table);
	terminate(&out);
	return out;
}

/* A file in part, all and not at all in the cache, and what nobody knows. */
static struct aggregate *residency_table(void)
{
	struct aggregate *table = mappings_table(1);

	set_residency(&table->rows[0], 7, 0);
	set_residency(&table->rows[1], 100, 4711);
	set_residency(&table->rows[2], 0, 123456789);
	table->rows[3].read_pages = 0;
	table->rows[table->interval.nr_shown - 1].read_pages = 32;
	return table;
}

static void test_residency(void)
{
	struct run_start run = run_rows("top");
	struct buf out;

	run.residency = true;
	run.columns = 80;
	out = show_one(&run, &text_format, TOP, residency_table());
	compare(EXPECT_DIR "top-residency-80.txt", &out);
	run.wide = true;
	out = show_one(&run, &text_format, TOP, residency_table());
	compare(EXPECT_DIR "top-residency-wide.txt", &out);
	out = show_one(&run, &json_format, TOP, residency_table());
	CHECK(check_schema_keys(&out) > 100);
	CHECK_EQ(count(&out, ",\"cached\":7,\"read_pages\":0,\"bytes\":null}\n"), 1);
	CHECK_EQ(count(&out, ",\"cached\":0,\"read_pages\":123456789,\"bytes\":null}\n"), 1);
	CHECK_EQ(count(&out, ",\"cached\":null,\"read_pages\":0,\"bytes\":null}\n"), 1);
	CHECK_EQ(count(&out, ",\"cached\":null,\"read_pages\":32,\"bytes\":null}\n"), 1);
	CHECK_EQ(count(&out, ",\"cached\":null,\"read_pages\":null,\"bytes\":null}\n"), 5);
	buf__free(&out);
	test_done("what of the rows' files is cached, and was read");
}

/* The memory of the folios, where it was asked for. */
static void test_bytes(void)
{
	struct run_start run = run_rows("top");
	struct aggregate *table = new_table(0, 0, 1000);
	struct buf out = { 0 };

	run.bytes = true;
	for (int i = 0; i < 3; i++) {
		add_faults(table, add_row(table), 1000, 5);
		add_key(&table->rows[i], FT_KEY_PID)->number = (unsigned int)i;
	}
	table->rows[0].bytes = 3 * 2097152 + 2 * 4096;
	table->rows[1].bytes = 0;
	SHOW(&json_format, &out, &run, top, &table->interval);
	terminate(&out);
	CHECK(strstr(out.data, ",\"bytes\":6299648}\n"));
	CHECK(strstr(out.data, ",\"bytes\":0}\n"));
	CHECK(strstr(out.data, ",\"bytes\":null}\n"));
	buf__free(&out);
	out = show_one(&run, &text_format, TOP, table);
	CHECK(strstr(out.data, " BYTES  PID\n"));
	CHECK(strstr(out.data, "  6.0M  0\n"));
	CHECK(strstr(out.data, "     0  1\n"));
	CHECK(strstr(out.data, "     -  2\n"));
	buf__free(&out);
	test_done("bytes");
}

/* Of all widths, and in each kind of block. */
static void test_widths(void)
{
	struct run_start run = run_rows("top");

	for (run.columns = 1; run.columns < 200; run.columns++) {
		struct buf residency = show_one(&run, &text_format, TOP, residency_table()), files;
		struct buf hists = show_hists(&run, &text_format);
		struct buf linear = show_linear(&run, &text_format);
		struct buf tops = show_tops(&run, &text_format);

		CHECK(widest(&hists) <= run.columns && !strstr(hists.data, " \n"));
		if (run.columns > strlen("all faults: 1"))
			CHECK(strstr(hists.data, "all faults: ") &&
			      strstr(hists.data, "kind anon: "));
		CHECK(widest(&linear) <= run.columns && !strstr(linear.data, " \n"));
		CHECK(widest(&tops) <= run.columns && !strstr(tops.data, " \n"));
		run.residency = true;
		files = show_one(&run, &text_format, TOP, residency_table());
		run.residency = false;
		CHECK(widest(&files) <= run.columns && !strstr(files.data, " \n"));
		CHECK(widest(&residency) <= run.columns && !strstr(residency.data, "RDPAGE"));
		buf__free(&files);
		buf__free(&residency);
		buf__free(&tops);
		buf__free(&linear);
		buf__free(&hists);
	}
	test_done("no terminal is too narrow");
}

static void check_color(struct run_start run,
			struct buf (*show_all)(const struct run_start *run,
					       const struct format_ops *format))
{
	struct buf plain = show_all(&run, &text_format), color;

	run.color = true;
	color = show_all(&run, &text_format);
	CHECK(!strchr(plain.data, '\033'));
	CHECK(count(&color, "\033[1m") > 3);
	CHECK_EQ(count(&color, "\033[0m"), count(&color, "\033[1m"));
	remove_all(&color, "\033[1m");
	remove_all(&color, "\033[0m");
	CHECK_STR(color.data, plain.data);
	buf__free(&color);
	buf__free(&plain);
}

static void test_color(void)
{
	struct run_start run = run_rows("hist");

	run.columns = 80;
	check_color(run, show_hists);
	check_color(run, show_tops);
	test_done("colours, and no other escapes");
}

/* The numbers that stand before bars. */
static unsigned long long sum_of_bars(const struct buf *out)
{
	unsigned long long sum = 0;

	for (const char *bar = out->data; (bar = strstr(bar, " |")); bar += 2) {
		const char *digits = bar;

		while (digits > out->data && isdigit((unsigned char)digits[-1]))
			digits--;
		sum += strtoull(digits, NULL, 10);
	}
	return sum;
}

/* Whatever is merged and folded, each fault is in one bar. */
static void test_bars(void)
{
	struct run_start run = run_rows("hist");
	struct random random = { 7 };

	for (unsigned int i = 0; i < 300; i++) {
		bool linear = i % 2;
		struct aggregate *table = new_table(0, 0, 1000);
		struct row *row;
		struct buf out = { 0 };
		size_t lines;
		unsigned int nr = random_u32(&random) % 200;

		if (linear)
			table->scale = (struct ft_hist_scale) { random_u32(&random) % 3000,
								1 + random_u32(&random) % 999,
								1 + random_u32(&random) % 290 };
		row = add_row(table);
		for (unsigned int n = 0; n <= nr; n++)
			add_faults(table, row, random_latency(&random, 8 + i % 12), 1 + n);
		add_faults(table, row, FT_UNKNOWN64, i % 3);
		SHOW(&text_format, &out, &run, hist, &table->interval);
		terminate(&out);
		lines = count(&out, "|\n") + count(&out, "...\n");
		CHECK_EQ(sum_of_bars(&out), row_known(row));
		CHECK(lines && lines <= 20);
		buf__free(&out);
		free(table);
	}
	test_done("bars are few, and have all faults");
}

/* On the screen, from its first line on, and without making it scroll. */
static void test_redraw(void)
{
	struct run_start run = run_rows("top");

	run.redraw = true;
	run.columns = 80;
	for (run.lines = 0; run.lines < 40; run.lines++) {
		struct buf out = { 0 };
		size_t rows = 0, hidden = 0;
		const char *more;

		show(&out, &text_format, TOP, &run, mappings_table(1));
		terminate(&out);
		CHECK(strncmp(out.data, "\033[H\033[J#1 ", 9) == 0);
		CHECK_EQ(count(&out, "\033"), 2);
		CHECK_EQ(count(&out, "(overflow)\n"), 1);
		CHECK(run.lines < 6 || !run.lines || count(&out, "\n") < run.lines);
		more = strstr(out.data, "... ");
		if (more && sscanf(more, "... %zu more row", &hidden) == 1)
			rows = count(&out, "\n") - 4;
		else
			rows = count(&out, "\n") - 3;
		CHECK_EQ(rows + hidden, 11);
		buf__free(&out);
	}
	test_done("redrawing");
}

static struct aggregate *one_mapping(unsigned int pid)
{
	struct aggregate *table = new_table(1, 0, 1000);
	struct row *row = add_row(table);

	add_vma(table, row, 0, pid);
	add_faults(table, row, 640, 1);
	return table;
}

/* Whose mapping it is goes without saying where one process was asked for. */
static void test_pids(void)
{
	static const struct {
		size_t nr_ids;
		unsigned int pid;
		const char *key;
	} cases[] = {
		{ 1, 4242, "  [heap]\n" },
		{ 1, 17, "  17  [heap]\n" },
		{ 2, 4242, "  4242 [heap]\n" },
		{ 0, 4242, "  4242 [heap]\n" },
	};
	struct run_start run = run_rows("top");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;

		run.nr_target_ids = cases[i].nr_ids;
		out = show_one(&run, &text_format, TOP, one_mapping(cases[i].pid));
		if (!CHECK(strstr(out.data, cases[i].key)))
			printf("#   %s", out.data);
		buf__free(&out);
	}
	test_done("pids of mappings");
}

static void add_two_keys(struct aggregate *table, const char *symbol, const char *file)
{
	struct row *row = add_row(table);

	add_faults(table, row, 1000, 1);
	add_word(row, FT_KEY_SYMBOL, symbol);
	add_word(row, FT_KEY_FILE, file);
}

/* Where lines have no end, one long name does not push away all that follows. */
static void test_long_key(void)
{
	static const char long_name[] = "std::vector<std::pair<std::string, int>>::push_back (db)";
	struct run_start run = run_rows("top");
	struct aggregate *table = new_table(0, 0, 1000);
	struct buf out;

	add_two_keys(table, long_name, "/a");
	add_two_keys(table, "short", "/b");
	out = show_one(&run, &text_format, TOP, table);
	CHECK(strstr(out.data, "::push_back (db)  /a\n"));
	CHECK(strstr(out.data, "  short                                             /b\n"));
	buf__free(&out);
	test_done("a long key");
}

static void test_times(void)
{
	static const struct {
		enum timestamp timestamp;
		const char *span;
	} cases[] = {
		{ TIMESTAMP_REL, "#1 1.000000 - 2.000123" },
		{ TIMESTAMP_MONO, "#1 1001.000000 - 1002.000123" },
		{ TIMESTAMP_WALL, "#1 22:13:21.123456 - 22:13:22.123580" },
	};
	struct run_start run = run_rows("top");

	run.quiet = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf hist, top;

		run.timestamp = cases[i].timestamp;
		hist = show_one(&run, &text_format, HIST, quiet_table());
		top = show_one(&run, &text_format, TOP, mappings_table(1));
		CHECK(strncmp(hist.data, cases[i].span, strlen(cases[i].span)) == 0);
		CHECK(strncmp(top.data, cases[i].span, strlen(cases[i].span)) == 0);
		CHECK(!strstr(top.data, "FAULTS"));
		buf__free(&top);
		buf__free(&hist);
	}
	test_done("timestamps, and no titles when quiet");
}

/* Three digits, whatever the size. */
static void test_durations(void)
{
	static const struct {
		unsigned long long ns;
		const char *brief;
	} cases[] = {
		{ 0, "0ns" },
		{ 7, "7ns" },
		{ 999, "999ns" },
		{ 1000, "1.00us" },
		{ 1234, "1.23us" },
		{ 1235, "1.24us" },
		{ 9994, "9.99us" },
		{ 9995, "10.0us" },
		{ 99950, "100us" },
		{ 999499, "999us" },
		{ 999500, "1.00ms" },
		{ 59999999999, "60.0s" },
		{ 1234567890123, "1235s" },
		{ FT_UNKNOWN64, "-" },
	};
	struct run_start run = run_rows("top");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct aggregate *table = new_table(1, 0, 1000);
		struct buf out;
		char want[32];

		add_faults(table, add_row(table), cases[i].ns, 1);
		out = show_one(&run, &text_format, TOP, table);
		snprintf(want, sizeof(want), " %s  all faults\n", cases[i].brief);
		if (!CHECK(strstr(out.data, want)))
			printf("#   want %s#   is %s", want, out.data);
		buf__free(&out);
	}
	test_done("durations");
}

static void test_rates(void)
{
	static const struct {
		unsigned long long faults;
		unsigned long long span_ns;
		const char *rate;
	} cases[] = {
		{ 1, 10000000000, " 0.10 " },	  { 5, 1000000000, " 5.00 " },
		{ 10, 1000000000, " 10 " },	  { 12345, 100000000, " 123k " },
		{ 99999, 1000000000, " 99999 " }, { 1, 0, " - " },
	};
	struct run_start run = run_rows("top");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct aggregate *table = new_table(1, 0, 0);
		struct buf out;

		table->interval.end_ns = table->interval.begin_ns + cases[i].span_ns;
		add_faults(table, add_row(table), 640, cases[i].faults);
		out = show_one(&run, &text_format, TOP, table);
		if (!CHECK(strstr(out.data, cases[i].rate)))
			printf("#   want %s, is %s", cases[i].rate, out.data);
		buf__free(&out);
	}
	test_done("rates");
}

/* Two rows of as much time, but not of as many faults, on a terminal or (0) not. */
static void set_bytes(struct aggregate *table, struct row *row, unsigned long long bytes)
{
	row->bytes = bytes;
	table->interval.bytes = bytes == FT_UNKNOWN64 ? bytes : table->interval.bytes + bytes;
}

static struct buf show_sorted(enum sort sort, unsigned long long majors, unsigned int columns)
{
	struct run_start run = run_rows("top");
	struct aggregate *table = new_table(0, 0, 0);
	struct row *few = add_row(table), *many = add_row(table);

	run.columns = columns;
	table->interval.sort = sort;
	table->interval.end_ns = table->interval.begin_ns + 1000000;
	add_faults(table, few, 500000, 1);
	add_faults(table, many, 5000, 99);
	add_faults(table, many, 1005000, 1);
	set_major(table, few, majors);
	/* One huge page, and ninety-nine small ones. */
	set_bytes(table, few, majors ? 2097152 : FT_UNKNOWN64);
	set_bytes(table, many, majors ? 99 * 4096 : FT_UNKNOWN64);
	return show_one(&run, &text_format, TOP, table);
}

/* Of what it is sorted by; a thread that does nothing else takes all of the time, two threads more. */
static void test_shares(void)
{
	static const struct {
		enum sort sort;
		unsigned long long majors;
		const char *title, *few, *many;
	} cases[] = {
		{ SORT_COUNT, 1, "SHARE MAJOR", "  1.0%     1 ", " 99.0%     0 " },
		{ SORT_MEAN, 1, "SHARE MAJOR", "  1.0%     1 ", " 99.0%     0 " },
		{ SORT_MAJOR, 1, " MAJ% MAJOR", "  100%     1 ", "  0.0%     0 " },
		{ SORT_MAJOR, 0, " MAJ% MAJOR", "     -     0 ", "     -     0 " },
		{ SORT_TOTAL, 1, " TOT% MAJOR", " 25.0%     1 ", " 75.0%     0 " },
		{ SORT_BYTES, 1, " BYT% MAJOR", " 83.8%     1 ", " 16.2%     0 " },
		{ SORT_BYTES, 0, " BYT% MAJOR", "     -     0 ", "     -     0 " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = show_sorted(cases[i].sort, cases[i].majors, 0);

		CHECK(strstr(out.data, cases[i].title));
		CHECK(strstr(out.data, cases[i].few));
		CHECK(strstr(out.data, cases[i].many));
		CHECK(strstr(out.data, " TOTAL TIME% "));
		CHECK(strstr(out.data, "  500us 50.0% "));
		CHECK(strstr(out.data, " 1.50ms  150% "));
		buf__free(&out);
	}
	test_done("shares");
}

/* A row of one fault, which took so long and was throttled for two seconds after it. */
static struct aggregate *causes_table(const unsigned long long *cause_ns, unsigned long long sum_ns)
{
	struct aggregate *table = new_table(0, 0, 1000);
	struct row *row = add_row(table);

	add_word(row, FT_KEY_KIND, "anon");
	add_faults(table, row, sum_ns, 1);
	row->cause_ns = cause_ns;
	row->throttled_ns = table->interval.throttled_ns = 2000000000;
	return table;
}

/* Mappings and kinds, their causes and what of their files is cached: all that wants room. */
static struct buf show_crowded(unsigned int columns, enum sort sort)
{
	static const unsigned long long cause_ns[FT_CAUSE_COUNT] = { [FT_CAUSE_CPU] = 1 };
	struct run_start run = run_rows("top");
	struct aggregate *table = residency_table();

	run.columns = columns;
	run.cause = run.residency = true;
	table->interval.sort = sort;
	for (size_t i = 0; i < table->interval.nr_shown; i++)
		table->rows[i].cause_ns = cause_ns;
	return show_one(&run, &text_format, TOP, table);
}

/* Whole columns give way to the keys; what rows are sorted by does not. */
static void test_crowded(void)
{
	static const char *const titles[] = {
		[SORT_MEAN] = " MEAN", [SORT_P99] = " P99", [SORT_MAX] = " MAX"
	};

	for (unsigned int columns = 34; columns < 140; columns++) {
		struct buf out = show_crowded(columns, SORT_COUNT);

		CHECK(widest(&out) <= columns);
		CHECK(strstr(out.data, " PID     VMA") && strstr(out.data, "  KIND\n"));
		CHECK(!strstr(out.data, " CAUSE ") == !strstr(out.data, "CAUSE:"));
		buf__free(&out);
	}
	for (enum sort sort = SORT_MEAN; sort <= SORT_MAX; sort++) {
		struct buf out = show_crowded(60, sort);

		CHECK(strstr(out.data, titles[sort]));
		buf__free(&out);
	}
	test_done("columns that give way to the keys");
}

/* The end of a source file's name, and of a function, says more than the begin. */
static void test_lines(void)
{
	static const struct {
		unsigned int columns;
		const char *text, *shown;
	} cases[] = {
		{ 0, "../src/heap/table.c:1042", "  table.c:1042\n" },
		{ 0, "std::operator/ (libm.so.6)", "  std::operator/ (libm.so.6)\n" },
		{ 80, "/src/heap/table.c:1042", "  table.c:1042\n" },
		{ 44, "../src/memmove-vec-unaligned-erms.S:664", "-erms.S:664\n" },
		{ 80, "Perl__new_invlist_C_array_of_all (perl)", "C_array_of_all (perl)\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run_start run = run_rows("top");
		struct aggregate *table = new_table(0, 0, 1000);
		struct buf out;

		add_faults(table, add_row(table), 1000, 1);
		add_word(&table->rows[0], FT_KEY_LINE, cases[i].text);
		run.columns = cases[i].columns;
		out = show_one(&run, &text_format, TOP, table);
		if (!CHECK(strstr(out.data, cases[i].shown)))
			printf("#   %s", out.data);
		buf__free(&out);
	}
	test_done("rows by line");
}

/* However many there are, and also where they are rows. */
static void test_causes_are_short(void)
{
	static const unsigned long long cause_ns[FT_CAUSE_COUNT] = { 111000, 111000, 111000,
								     111000, 111000, 111000,
								     111000, 111000, 112000 };
	struct run_start run = run_rows("hist");
	struct aggregate *by_cause = causes_table(cause_ns, 1000000);
	struct buf out;

	run.cause = true;
	run.columns = 80;
	out = show_one(&run, &text_format, HIST, causes_table(cause_ns, 1000000));
	CHECK(!strstr(out.data, "|lL"));
	buf__free(&out);
	by_cause->rows[0].keys[0].type = FT_KEY_CAUSE;
	out = show_one(&run, &text_format, TOP, by_cause);
	CHECK(strstr(out.data, "FLT/S"));
	CHECK(!strstr(out.data, "CAUSE:"));
	buf__free(&out);
}

/* Where a row's time went; what came after is beside it. */
static void test_causes(void)
{
	static const unsigned long long cause_ns[FT_CAUSE_COUNT] = {
		[FT_CAUSE_LOOKUP] = FT_UNKNOWN64,
		[FT_CAUSE_RECLAIM] = 700000,
		[FT_CAUSE_SCHED] = 40000,
		[FT_CAUSE_CPU] = 260000,
	};
	struct run_start run = run_rows("top");
	struct buf top, hist, json;

	run.cause = true;
	run.columns = 80;
	top = show_one(&run, &text_format, TOP, causes_table(cause_ns, 1000000));
	hist = show_one(&run, &text_format, HIST, causes_table(cause_ns, 1000000));
	json = show_one(&run, &json_format, TOP, causes_table(cause_ns, 1000000));
	CHECK(strstr(top.data, "1.00 ms in total, 2.00 s throttled after\n"));
	CHECK(strstr(top.data, " rrrrrrr###  anon\nCAUSE: r reclaim  # cpu\n"));
	CHECK(strstr(hist.data, ", mean 1.00 ms, 2.00 s throttled after\n"));
	CHECK(strstr(hist.data, "  reclaim 70.0%  sched 4.0%  cpu 26.0%  |"));
	CHECK(strstr(json.data, ",\"reclaim_ns\":700000,"));
	CHECK(strstr(json.data, ",\"lookup_ns\":null,"));
	CHECK(strstr(json.data, "},\"throttled_ns\":2000000000,\"mean_ns\""));
	CHECK(strstr(hist.data, "  |rrrrrrrrrrrrrrs#####|\n"));
	buf__free(&top);
	buf__free(&hist);
	buf__free(&json);
	test_causes_are_short();
	test_done("causes");
}

/* Each value has the type that the schema promises. */
static void test_json_keys(void)
{
	static const char *const keys[] = {
		"{\"kind\":\"anon\"}",
		"{\"major\":true}",
		"{\"major\":false}",
		"{\"access\":\"write\"}",
		"{\"origin\":\"gup\"}",
		"{\"comm\":\"ev\\til\\u001b[31m\xef\xbf\xbd(\"}",
		"{\"pid\":4242}",
		"{\"tid\":4243}",
		"{\"pid\":17}",
		"{\"cgroup\":\"/system.slice/postgresql.service\"}",
		"{\"cgroup\":4711}",
		"{\"container\":\"shop/web-0/nginx\"}",
		"{\"container\":null}",
		"{\"file\":\"/usr/lib/libc.so.6\"}",
		"{\"file\":\"\"}",
		"{\"symbol\":\"memcpy+0x12 (libc.so.6)\"}",
		"{\"cpu\":0}",
		"{\"cpu\":null}",
		"{\"cause\":\"first touch\"}",
		"{\"stack\":\"main;read_table;memcpy\"}",
		"{\"line\":\"/usr/src/db/table.c:42\"}",
		"{\"order\":0}",
		"{\"order\":18}",
	};
	struct run_start run = run_rows("top");
	struct buf out = show_one(&run, &json_format, TOP, types_table());
	char want[128];

	CHECK_EQ(count(&out, "\n"), sizeof(keys) / sizeof(keys[0]));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(want, sizeof(want), ",\"key\":%s,\"count\":1,", keys[i]);
		if (!CHECK(strstr(out.data, want)))
			printf("#   %s\n", want);
	}
	buf__free(&out);
	for (int type = FT_KEY_NONE + 1; type < FT_KEY_COUNT; type++) {
		snprintf(want, sizeof(want), "\"%s\": {", key_names[type]);
		CHECK(strstr(json_schema(), want));
	}
	test_done("keys in JSON");
}

/* So many rows in one: which they were is not told. */
static void test_json_rest(void)
{
	struct run_start run = run_rows("top");
	struct aggregate *table = new_table(0, 0, 1000);
	struct row *row = add_row(table);
	struct buf out;

	row->rest = 24;
	add_key(row, FT_KEY_PID);
	add_key(row, FT_KEY_VMA);
	add_faults(table, row, 640, 7);
	out = show_one(&run, &json_format, TOP, table);
	CHECK(strstr(out.data, ",\"key\":{\"rest\":24,\"pid\":null,\"vma\":null},\"count\":7,"));
	CHECK(check_schema_keys(&out) > 10);
	buf__free(&out);
	test_done("the rest of the rows in JSON");
}

/* The formats tell the same faults. */
static void test_totals(void)
{
	struct run_start run = run_rows("hist");
	struct aggregate *table = kinds_table();
	unsigned long long all = table->rows[0].count, unknown = 0;
	struct buf out = { 0 };

	for (size_t i = 0; i < table->interval.nr_rows; i++)
		unknown += table->buckets[i][FT_HIST_UNKNOWN];
	show(&out, &json_format, HIST, &run, table);
	terminate(&out);
	/* The first row is of all the others; and so are its buckets. */
	CHECK_EQ(sum_of(&out, ",\"unknown_latency\":"), unknown);
	CHECK_EQ(sum_of(&out, "},\"count\":"), 2 * all);
	CHECK_EQ(sum_of(&out, ",\"count\":"), 4 * all - unknown);
	CHECK(!null_format.hist && !null_format.top);
	buf__free(&out);
	test_done("totals");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_hist();
	test_top();
	test_json();
	test_json_keys();
	test_json_rest();
	test_causes();
	test_crowded();
	test_lines();
	test_totals();
	test_bars();
	test_residency();
	test_bytes();
	test_widths();
	test_color();
	test_redraw();
	test_pids();
	test_long_key();
	test_times();
	test_durations();
	test_rates();
	test_shares();
	return test_status();
}
