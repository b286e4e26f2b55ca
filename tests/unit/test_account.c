/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <time.h>

#include "../../src/map/account.h"
#include "expect.h"
#include "show.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE	  4096ULL
#define AT	  0x10000ULL
#define PAGES	  8

/* Each page of a mapping is a letter: '#' resident, '.' not; each fault a page's number. */
struct sample {
	const char *what;
	const char *before; /* NULL: no mapping; a digit first: its file's inode */
	const char *after;
	const char *faults;
	enum map_change change;	     /* of the mapping after, or else of that before */
	int by_faults, around, gone; /* pages, of all mappings */
};

static void add_map(struct memory_map *map, const char *pages)
{
	struct map_row *row;
	struct page_run run;

	map->knows_runs = true;
	if (!pages)
		return;
	row = map->rows = calloc(1, sizeof(*row));
	map->nr_rows = 1;
	*row = (struct map_row) { .start = AT, .perms = "rw-p", .name = "", .class = CLASS_ANON };
	if (*pages >= '0' && *pages <= '9')
		row->inode = (uint64_t)(*pages++ - '0');
	row->end = AT + strlen(pages) * PAGE;
	row->n[FIELD_SIZE] = row->end - AT;
	for (size_t i = 0; pages[i]; i++) {
		if (pages[i] != '#')
			continue;
		run = (struct page_run) { AT + i * PAGE, AT + (i + 1) * PAGE };
		buf__add(&map->runs, (const char *)&run, sizeof(run));
		row->n[FIELD_RSS] += PAGE;
	}
}

static struct ft_fault fault_at(uint64_t page, uint64_t inode, uint64_t time_ns)
{
	return (struct ft_fault) {
		.h = { .time_ns = time_ns },
		.addr = AT + page * PAGE + 12,
		.vma.start = AT,
		.vma.end = AT + PAGES * PAGE,
		.vma.inode = inode,
		.vma.facts =
			FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_WRITE | FT_VMA_ANON,
		.access = FT_ACCESS_WRITE,
		.before = FT_PTE_NONE,
		.after = FT_PTE_PRESENT,
		.after_page = FT_PAGE_ANON,
		.latency_ns = 10,
		.weight = 1,
	};
}

/* Letters: c copies what was there, z maps the zero page, e fails; before their page. */
static void add_faults(struct touches *touches, const char *faults, uint64_t inode)
{
	uint64_t time_ns = 1000;
	struct ft_fault rec;
	char what = 0;

	for (; *faults; faults++, time_ns += 100) {
		if (*faults < '0' || *faults > '9') {
			what = *faults;
			continue;
		}
		rec = fault_at((uint64_t)(*faults - '0'), inode, time_ns);
		if (what == 'c') {
			rec.before = FT_PTE_PRESENT;
			rec.before_page = FT_PAGE_ANON;
		} else if (what == 'z') {
			rec.after_page = FT_PAGE_ZERO;
		} else if (what == 'e') {
			rec.outcome = FT_OUTCOME_FAILED;
			rec.after = FT_PTE_NONE;
		}
		what = 0;
		CHECK(touches__add(touches, &rec, ""));
	}
}

static void free_maps(struct memory_map *before, struct memory_map *after)
{
	free(before->rows);
	free(after->rows);
	buf__free(&before->runs);
	buf__free(&after->runs);
}

static void test_sample(const struct sample *sample)
{
	struct memory_map before = { 0 }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE };
	const struct map_account *all;
	uint64_t inode;

	add_map(&before, sample->before);
	add_map(&after, sample->after);
	inode = after.nr_rows ? after.rows[0].inode : 0;
	add_faults(&touches, sample->faults, inode);
	/* A process without any mapping is none. */
	if (!after.nr_rows) {
		add_map(&after, "");
		after.rows[0].start = after.rows[0].end = 4 * AT;
	}
	account__build(&shown, &before, &after, &touches);
	all = shown.all.account;
	if (!CHECK(all->by_faults == (uint64_t)sample->by_faults * PAGE) ||
	    !CHECK(all->around == (uint64_t)sample->around * PAGE) ||
	    !CHECK(all->gone == (uint64_t)sample->gone * PAGE) ||
	    !CHECK(shown.rows[0].account->change == sample->change))
		printf("#   %s: by faults %lld, around %lld, gone %lld, change %d\n", sample->what,
		       (long long)(all->by_faults / PAGE), (long long)(all->around / PAGE),
		       (long long)(all->gone / PAGE), (int)shown.rows[0].account->change);
	CHECK_EQ(all->remainder, 0);
	CHECK_EQ(shown.all.n[FIELD_RSS],
		 all->rss_before + all->by_faults + all->around - all->gone);
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
}

static void test_samples(void)
{
	static const struct sample samples[] = {
		{ "nothing", "##......", "##......", "", CHANGE_KEPT, 0, 0, 0 },
		{ "first touch", "##......", "####....", "23", CHANGE_KEPT, 2, 0, 0 },
		{ "one fault, many pages", "........", "########", "3", CHANGE_KEPT, 1, 7, 0 },
		{ "dropped", "####....", "#......#", "7", CHANGE_KEPT, 1, 0, 3 },
		{ "gone and back", "##......", "##......", "1", CHANGE_KEPT, 1, 0, 1 },
		{ "came and went", "........", "........", "4444", CHANGE_KEPT, 4, 0, 4 },
		{ "came, went, came", "........", "....#...", "444", CHANGE_KEPT, 3, 0, 2 },
		{ "copied", "##......", "##......", "c0c1", CHANGE_KEPT, 0, 0, 0 },
		{ "the zero page", "........", "........", "z0z1", CHANGE_KEPT, 0, 0, 0 },
		{ "errors", "........", "........", "e0e0", CHANGE_KEPT, 0, 0, 0 },
		{ "new", NULL, "##......", "0", CHANGE_NEW, 1, 1, 0 },
		{ "unmapped", "##......", NULL, "", CHANGE_GONE, 0, 0, 2 },
		{ "unmapped after a fault", "##......", NULL, "3", CHANGE_GONE, 1, 0, 3 },
		{ "came and went", NULL, NULL, "33", CHANGE_PASSED, 2, 0, 2 },
		{ "grown", "##", "####....", "2", CHANGE_KEPT, 1, 1, 0 },
		{ "shrunk", "##..####", "##", "", CHANGE_KEPT, 0, 0, 4 },
		{ "another file", "1##......", "2##......", "0", CHANGE_NEW, 1, 1, 2 },
	};

	for (size_t i = 0; i < NR(samples); i++)
		test_sample(&samples[i]);
	test_done("accounts");
}

/* Which came first, the fault or the look at its page? The page tells. */
static void test_windows(void)
{
	static const struct {
		const char *before, *after;
		uint64_t time_ns;
		bool is_counted;
		int by_faults;
	} cases[] = {
		{ "........", "#.......", 50, false, 0 }, /* before it all */
		{ "........", "#.......", 150, true, 1 }, /* in the first look, after its page */
		{ "#.......", "#.......", 150, true, 0 }, /* ... before it */
		{ "........", "#.......", 500, true, 1 },
		{ "........", "#.......", 850, true, 1 }, /* in the second, before its page */
		{ "........", "........", 850, true, 0 },
		{ "........", "#.......", 950, false, 0 },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		struct memory_map before = { 0 }, after = { 0 }, shown;
		struct touches touches = { .page_size = PAGE,
					   .before_begin = 100,
					   .before_end = 200,
					   .after_begin = 800,
					   .after_end = 900 };
		struct ft_fault rec = fault_at(0, 0, cases[i].time_ns);

		add_map(&before, cases[i].before);
		add_map(&after, cases[i].after);
		CHECK_EQ(touches__add(&touches, &rec, ""), cases[i].is_counted);
		account__build(&shown, &before, &after, &touches);
		CHECK_EQ(shown.all.account->by_faults, (uint64_t)cases[i].by_faults * PAGE);
		CHECK_EQ(shown.all.account->remainder, 0);
		map__free(&shown);
		touches__free(&touches);
		free_maps(&before, &after);
	}
	test_done("faults while a map is read");
}

/* Two threads, one page: the second one did not make it resident. */
static void test_together(void)
{
	struct touches touches = { .page_size = PAGE };
	struct ft_fault rec = fault_at(0, 0, 1000);

	touches__add(&touches, &rec, "");
	rec.h.time_ns += 5;
	touches__add(&touches, &rec, "");
	rec.h.time_ns += 5000;
	touches__add(&touches, &rec, "");
	CHECK_EQ(touches.nr, 1);
	CHECK_EQ(touches__sort(&touches)->faults, 3);
	CHECK_EQ(touches__sort(&touches)->installed, 2);
	touches__free(&touches);
	test_done("faults at the same time");
}

/* A process that is gone: what it had is known, what it has is not. */
static void test_unknown(void)
{
	struct memory_map before = { 0 }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE };

	add_map(&before, "##......");
	add_faults(&touches, "23", 0);
	account__build(&shown, &before, &after, &touches);
	CHECK_EQ(shown.nr_rows, 1);
	CHECK_EQ(shown.rows[0].account->faults, 2);
	CHECK_EQ(shown.rows[0].account->rss_before, 2 * PAGE);
	CHECK(shown.rows[0].account->by_faults == MAP_UNKNOWN);
	CHECK(shown.rows[0].account->around == MAP_UNKNOWN);
	CHECK(shown.rows[0].n[FIELD_RSS] == MAP_UNKNOWN);
	CHECK_EQ(shown.rows[0].n[FIELD_SIZE], PAGES * PAGE);
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
	test_done("no second map");
}

static struct buf show(const char *name, const struct run_start *run)
{
	struct memory_map before = { 0 }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE };
	struct map_trace trace = {
		.faults = 5,
		.major = 1,
		.major_ns = 300000000,
		.window_ns = 1000000000,
		.has_after = true,
		.cgroup = "/a",
		.refaults_anon = 1000,
		.refaults_file = 234,
		.is_thrashing = true,
	};
	const struct run_end end = { .unseen_gup = -1, .elapsed_ns = 1234567 };
	const struct format_ops *format = format_find(name);
	struct ft_fault wild = fault_at(100, 0, 1);
	struct buf out = { 0 };

	wild.vma.facts = FT_VMA_KNOWN;
	wild.outcome = FT_OUTCOME_FAILED;
	add_map(&before, "##.#....");
	add_map(&after, "###....#");
	after.rows[0].n[FIELD_RSS] -= PAGE;
	after.peak_rss = 5 * PAGE;
	add_faults(&touches, "24c0c1z55e6", 0);
	touches__add(&touches, &wild, "");
	account__build(&shown, &before, &after, &touches);
	shown.pid = 4242;
	shown.trace = &trace;
	SHOW_MAP(format, account, &out, run, begin);
	SHOW_MAP(format, account, &out, run, start, &shown);
	for (size_t i = 0; i < shown.nr_rows; i++)
		SHOW_MAP(format, account, &out, run, row, &shown, &shown.rows[i]);
	SHOW_MAP(format, account, &out, run, totals, &shown);
	SHOW_MAP(format, account, &out, run, end, &shown, &end);
	terminate(&out);
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
	return out;
}

/* A fault on a page of a mapping that is not there any more; each has an inode of its own. */
struct passing {
	uint64_t start, nr; /* pages */
	uint64_t page;
	uint32_t vma;
	const char *name;
};

static void add_passing(struct touches *touches, const struct passing *p, uint64_t nth)
{
	struct ft_fault rec = fault_at(p->page, 100 + nth, 1000 * nth);

	rec.vma.facts = FT_VMA_KNOWN | FT_VMA_COVERS | p->vma;
	rec.vma.start = AT + p->start * PAGE;
	rec.vma.end = rec.vma.start + p->nr * PAGE;
	rec.vma.dev = 1;
	CHECK(touches__add(touches, &rec, p->name));
}

/* "START-END PERMS CLASS NAME: FAULTS", in pages. */
static void check_row(const struct map_row *row, const char *want)
{
	char got[128];

	snprintf(got, sizeof(got), "%llu-%llu %s %s %s: %lu", (row->start - AT) / PAGE,
		 (row->end - AT) / PAGE, row->perms, map_class_names[row->class], row->name,
		 row->account->faults);
	CHECK_STR(got, want);
	CHECK(row->account->change == CHANGE_PASSED);
	CHECK_EQ(row->account->by_faults, row->account->gone);
	CHECK_EQ(row->n[FIELD_SIZE], row->end - row->start);
}

static void test_passed(void)
{
	static const uint32_t shared = FT_VMA_READ | FT_VMA_WRITE | FT_VMA_MAYSHARE;
	static const struct passing faults[] = {
		{ 0, 4, 0, shared, "/dev/zero (deleted)" },
		{ 0, 4, 1, shared, "/memfd:x (deleted)" },
		{ 0, 4, 1, shared, "/dev/zero (deleted)" },
		{ 0, 4, 1, shared, "/dev/zero (deleted)" },
		{ 4, 4, 5, shared, "/dev/zero (deleted)" },
		{ 2, 1, 2, shared, "/memfd:x (deleted)" },
		{ 30, 2, 30, shared, "/dev/zero (deleted)" },
		{ 20, 20, 36, shared, "/dev/zero (deleted)" },
		{ 50, 2, 50, FT_VMA_READ, "/lib/x" },
		{ 52, 2, 52, FT_VMA_READ | FT_VMA_EXEC, "/lib/x" },
		{ 54, 2, 54, FT_VMA_READ | FT_VMA_WRITE, "/lib/x" },
	};
	static const char *const rows[] = {
		"0-8 rw-s shared /dev/zero (deleted): 4",
		"0-4 rw-s shared /memfd:x (deleted): 2",
		"20-40 rw-s shared /dev/zero (deleted): 2",
		"50-52 r--p data /lib/x: 1",
		"52-54 r-xp text /lib/x: 1",
		"54-56 rw-p data /lib/x: 1",
	};
	struct memory_map before = { .knows_runs = true }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE };

	add_map(&after, "");
	after.rows[0].start = after.rows[0].end = 0;
	for (size_t i = 0; i < NR(faults); i++)
		add_passing(&touches, &faults[i], i);
	account__build(&shown, &before, &after, &touches);
	CHECK_EQ(shown.nr_rows, 1 + NR(rows));
	for (size_t i = 0; i < NR(rows) && i + 1 < shown.nr_rows; i++)
		check_row(&shown.rows[1 + i], rows[i]);
	CHECK_EQ(shown.all.account->faults, NR(faults));
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
	test_done("what came and went");
}

static struct run_start run_of(void)
{
	static const int pid = 4242;

	return (struct run_start) {
		.version = "0.0",
		.command = "map",
		.plan = "fentry",
		.kernel = "6.18.0",
		.arch = "x86_64",
		.target = "pid",
		.target_ids = &pid,
		.nr_target_ids = 1,
		.page_size = 4096,
		.columns = 80,
	};
}

static size_t lines_of(const struct memory_map *map, const struct run_start *run, struct buf *out)
{
	const struct format_ops *format = format_find("text");
	size_t lines = 0;

	out->len = 0;
	for (size_t i = 0; i < map->nr_rows; i++)
		SHOW_MAP(format, account, out, run, row, map, &map->rows[i]);
	for (size_t i = 0; i < out->len; i++)
		lines += out->data[i] == '\n';
	return lines;
}

/* Only the first hundred are lines, unless all are asked for; nothing is missing in the sums. */
static void test_many_passed(void)
{
	struct memory_map before = { .knows_runs = true }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE };
	struct map_trace trace = { .has_after = true, .refaults_anon = MAP_UNKNOWN };
	struct run_start run = run_of();
	struct buf out = { 0 };

	add_map(&after, "");
	after.rows[0].start = after.rows[0].end = 0;
	for (uint64_t i = 0; i < 250; i++) {
		struct passing p = { i * 2, 1, i * 2, FT_VMA_READ | FT_VMA_EXEC, "/lib/x" };

		add_passing(&touches, &p, i);
		add_passing(&touches, &p, i + 1);
	}
	account__build(&shown, &before, &after, &touches);
	shown.trace = &trace;
	CHECK_EQ(lines_of(&shown, &run, &out), 100);
	SHOW_MAP(format_find("text"), account, &out, &run, totals, &shown);
	terminate(&out);
	CHECK(strstr(out.data, "\n(150 more that came and went: 300 faults; -w shows them)\n"));
	CHECK_EQ(shown.classes[CLASS_TEXT].account->faults, 500);
	run.wide = true; /* and where nothing happened */
	CHECK_EQ(lines_of(&shown, &run, &out), shown.nr_rows);
	run.wide = false;
	run.no_totals = true;
	CHECK_EQ(lines_of(&shown, &run, &out), 250);
	run.no_totals = false;
	run.columns = 0; /* not a terminal */
	CHECK_EQ(lines_of(&shown, &run, &out), 250);
	buf__free(&out);
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
	test_done("many that came and went in text");
}

/* Whose refaults they are, and why they are not known. */
static void test_refaults(void)
{
	struct memory_map map = { .all.account = calloc(1, sizeof(struct map_account)) };
	struct map_trace trace = {
		.window_ns = 2000000000,
		.refaults_anon = 6,
		.refaults_file = 2,
		.cgroup = "/a",
	};
	struct run_start run = run_of();
	struct buf out = { 0 };

	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		map.classes[i].account = calloc(1, sizeof(struct map_account));
	map.trace = &trace;
	SHOW_MAP(format_find("text"), account, &out, &run, totals, &map);
	terminate(&out);
	CHECK(strstr(out.data, "needed again): 4/s\n"
			       "  6 anon, 2 file, of all processes in cgroup /a\n"));
	trace.refaults_anon = trace.refaults_file = MAP_UNKNOWN;
	trace.cgroup = NULL;
	out.len = 0;
	SHOW_MAP(format_find("text"), account, &out, &run, totals, &map);
	terminate(&out);
	CHECK(!strstr(out.data, "refaults"));
	trace.moved_to = "/b";
	out.len = 0;
	SHOW_MAP(format_find("text"), account, &out, &run, totals, &map);
	terminate(&out);
	CHECK(strstr(out.data, "needed again): unknown\n"
			       "  counted by cgroup, and the process has moved to /b\n"));
	buf__free(&out);
	map__free(&map);
	test_done("refaults in text");
}

/* The totals of a traced map that has nothing but faults of these kinds. */
static struct buf show_kinds(const struct map_account *account, unsigned int columns)
{
	struct memory_map map = { .all.account = calloc(1, sizeof(struct map_account)) };
	struct map_trace trace = { .refaults_anon = MAP_UNKNOWN };
	struct run_start run = run_of();
	struct buf out = { 0 };

	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		map.classes[i].account = calloc(1, sizeof(struct map_account));
	*map.all.account = *account;
	map.trace = &trace;
	run.columns = columns;
	SHOW_MAP(format_find("text"), account, &out, &run, totals, &map);
	terminate(&out);
	map__free(&map);
	return out;
}

/* How the kinds of faults are written on so many columns; 0: no terminal. */
static void check_kinds(unsigned int columns, const char *want)
{
	struct map_account account = { 0 };
	struct buf out;
	char *kinds;

	account.kinds[FT_KIND_ANON] = 123456;
	account.kinds[FT_KIND_ZERO] = 7;
	account.kinds[FT_KIND_FILE] = 1000;
	account.kinds[FT_KIND_SHMEM] = 12;
	out = show_kinds(&account, columns);
	kinds = strstr(out.data, "kinds:");
	*strstr(kinds, "major") = '\0';
	CHECK_STR(kinds, want);
	buf__free(&out);
}

static void test_no_kinds(void)
{
	struct buf out = show_kinds(&(struct map_account) { 0 }, 80);

	CHECK(!strstr(out.data, "kinds"));
	CHECK(strstr(out.data, "major faults: 0"));
	buf__free(&out);
	test_done("without faults, no line of kinds");
}

static void test_kinds(void)
{
	check_kinds(0, "kinds: anon 123456, zero 7, file 1000, shmem 12\n");
	check_kinds(80, "kinds: anon 123456, zero 7, file 1000, shmem 12\n");
	check_kinds(48, "kinds: anon 123456, zero 7, file 1000, shmem 12\n");
	check_kinds(38, "kinds: anon 123456, zero 7, file 1000,\n       shmem 12\n");
	check_kinds(37, "kinds: anon 123456, zero 7,\n       file 1000, shmem 12\n");
	check_kinds(20,
		    "kinds: anon 123456,\n       zero 7,\n       file 1000,\n       shmem 12\n");
	test_done("kinds on lines of a terminal");
}

/* A file that was there, a thousand new ones of one name at its place, and one that stays. */
static void test_one_place(void)
{
	static const char shared[] = "/dev/zero (deleted)";
	struct memory_map before = { 0 }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE, .before = &before };
	struct ft_fault rec;

	add_map(&before, "1########");
	add_map(&after, "2#.......");
	for (uint64_t i = 0; i < 1003; i++) {
		rec = fault_at(0, i == 0 ? 1 : i > 1000 ? 2 : 10 + i, 1000 + i * 100);
		touches__add(&touches, &rec, shared);
	}
	rec = fault_at(0, 10 + 7, 1000); /* is told late */
	touches__add(&touches, &rec, shared);
	CHECK_EQ(touches.nr, 3);
	account__build(&shown, &before, &after, &touches);
	CHECK_EQ(shown.nr_rows, 3);
	CHECK(shown.rows[0].account->change == CHANGE_NEW);
	CHECK_EQ(shown.rows[0].account->faults, 2);
	CHECK_EQ(shown.rows[0].account->gone, PAGE);
	CHECK(shown.rows[1].account->change == CHANGE_GONE);
	CHECK_EQ(shown.rows[1].account->faults, 1);
	CHECK_EQ(shown.rows[1].account->gone, (PAGES + 1) * PAGE);
	CHECK(shown.rows[2].account->change == CHANGE_PASSED);
	CHECK_EQ(shown.rows[2].account->faults, 1001);
	CHECK_EQ(shown.rows[2].account->gone, 1001 * PAGE);
	CHECK_STR(shown.rows[2].name, shared);
	CHECK_EQ(shown.all.account->faults, 1004);
	CHECK(!shown.has_remainder);
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
	test_done("many files at one place");
}

#define MANY 60000

/* Mappings of a page each, apart, and a fault on each. */
static void add_many(struct memory_map *after, struct touches *touches)
{
	after->knows_runs = true;
	after->nr_rows = MANY;
	after->rows = calloc(MANY, sizeof(*after->rows));
	for (uint64_t i = 0; i < MANY; i++) {
		struct map_row *row = &after->rows[i];
		struct page_run run = { AT + 2 * i * PAGE, AT + (2 * i + 1) * PAGE };
		struct ft_fault rec = fault_at(2 * i, 0, 1000 + i);

		*row = (struct map_row) { .start = run.start, .end = run.end, .perms = "rw-p" };
		row->name = "";
		row->class = CLASS_ANON;
		row->n[FIELD_SIZE] = row->n[FIELD_RSS] = PAGE;
		buf__add(&after->runs, (const char *)&run, sizeof(run));
		touches__add(touches, &rec, "");
	}
}

/* Time grows with the rows, not with their square. */
static void test_many(void)
{
	struct memory_map before = { .knows_runs = true }, after = { 0 }, shown;
	struct touches touches = { .page_size = PAGE };
	struct map_trace trace = { .has_after = true };
	const struct run_start run = run_of();
	struct buf out = { 0 };
	clock_t begin = clock();

	add_many(&after, &touches);
	account__build(&shown, &before, &after, &touches);
	shown.trace = &trace;
	CHECK_EQ(lines_of(&shown, &run, &out), MANY);
	CHECK(clock() - begin < 5 * CLOCKS_PER_SEC);
	CHECK(!shown.has_remainder);
	buf__free(&out);
	map__free(&shown);
	touches__free(&touches);
	free_maps(&before, &after);
	test_done("sixty thousand rows in text");
}

static void test_formats(void)
{
	struct run_start run = run_of();
	struct buf out = show("text", &run);

	compare(EXPECT_DIR "account-80.txt", &out);
	run.wide = true;
	out = show("text", &run);
	compare(EXPECT_DIR "account-wide.txt", &out);
	out = show("json", &run);
	compare(EXPECT_DIR "account.ndjson", &out);
}

/* Kinds are words of the vocabulary, not keys of the schema. */
static void empty_kinds(struct buf *json)
{
	static const char kinds[] = "\"kinds\":{";

	for (char *p = json->data; (p = strstr(p, kinds)); p++)
		memset(p + strlen(kinds), ' ', strcspn(p + strlen(kinds), "}"));
}

/* Each "key": of the output stands in the schema. */
static void test_schema(void)
{
	struct run_start run = run_of();
	struct buf json = show("json", &run);
	char want[64];

	empty_kinds(&json);
	for (const char *end = json.data; (end = strstr(end, "\":")); end++) {
		const char *key = end - 1;

		while (key > json.data && *key != '"')
			key--;
		snprintf(want, sizeof(want), "%.*s\": {", (int)(end - key), key);
		if (!CHECK(strstr(json_schema(), want)))
			printf("#   %s\n", want);
	}
	buf__free(&json);
	test_done("the schema knows every key");
}

int main(void)
{
	test_samples();
	test_windows();
	test_together();
	test_unknown();
	test_passed();
	test_many_passed();
	test_refaults();
	test_kinds();
	test_no_kinds();
	test_one_place();
	test_many();
	test_formats();
	test_schema();
	return test_status();
}
