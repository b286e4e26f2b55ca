/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/map/map.h"
#include "../../src/map/strip.h"
#include "expect.h"
#include "show.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define K	  1024ULL
#define M	  (K * K)
#define G	  (K * M)
#define NO	  MAP_UNKNOWN

static void test_classes(void)
{
	static const struct {
		const char *name, *perms;
		uint64_t inode;
		bool is_hugetlb;
		enum map_class class;
	} cases[] = {
		{ "[heap]", "rw-p", 0, false, CLASS_HEAP },
		{ "[stack]", "rw-p", 0, false, CLASS_STACK },
		{ "[stack:12]", "rw-p", 0, false, CLASS_STACK },
		{ "", "rw-p", 0, false, CLASS_ANON },
		{ "", "---p", 0, false, CLASS_ANON },
		{ "[anon:glibc: malloc]", "rw-p", 0, false, CLASS_ANON },
		{ "/usr/bin/x", "r-xp", 7, false, CLASS_TEXT },
		{ "/usr/bin/x", "r--p", 7, false, CLASS_DATA },
		{ "/usr/bin/[heap]", "rw-p", 7, false, CLASS_DATA },
		{ "/usr/bin/x", "r-xs", 7, false, CLASS_SHARED },
		{ "/dev/zero (deleted)", "rw-s", 7, false, CLASS_SHARED },
		{ "[anon_shmem:x]", "rw-s", 7, false, CLASS_SHARED },
		{ "/anon_hugepage (deleted)", "rw-p", 7, true, CLASS_HUGE },
		{ "/dev/hugepages/x", "rw-s", 7, true, CLASS_HUGE },
		{ "[vdso]", "r-xp", 0, false, CLASS_SPECIAL },
		{ "[vsyscall]", "--xp", 0, false, CLASS_SPECIAL },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		struct map_row row = { .name = cases[i].name, .inode = cases[i].inode };

		memcpy(row.perms, cases[i].perms, sizeof(row.perms));
		if (!CHECK(map_class_of(&row, cases[i].is_hugetlb) == cases[i].class))
			printf("#   %s %s\n", cases[i].name, cases[i].perms);
	}
	test_done("classes");
}

static void test_totals(void)
{
	struct map_row row = { .name = "", .n = { [FIELD_SIZE] = 8, [FIELD_RSS] = 4 } };
	struct map_total total = { 0 };

	map__add_total(&total, &row);
	row.n[FIELD_RSS] = NO;
	map__add_total(&total, &row);
	row.n[FIELD_RSS] = 4;
	map__add_total(&total, &row);
	row.name = "[vsyscall]";
	map__add_total(&total, &row);
	CHECK_EQ(total.mappings, 3);
	CHECK_EQ(total.n[FIELD_SIZE], 24);
	CHECK(total.n[FIELD_RSS] == NO);
	CHECK_EQ(total.n[FIELD_SWAP], 0);
	test_done("totals, of which one unknown is unknown");
}

/* Every page is in one cell, however they divide. */
static void test_cells(void)
{
	static struct strip s;

	for (uint64_t pages = 1; pages < 70; pages++) {
		for (unsigned int cells = 0; cells <= 40; cells++) {
			uint64_t sum = 0;

			strip__init(&s, pages, cells);
			CHECK_EQ(s.nr_cells, cells < pages ? cells : pages);
			for (uint64_t page = 0; page < pages; page += 3)
				strip__add(&s, page, page + 3 < pages ? 3 : pages - page,
					   PAGE_PRESENT);
			for (unsigned int i = 0; i < s.nr_cells; i++) {
				CHECK(s.cells[i][PAGE_PRESENT]);
				CHECK(strip__cell(&s, i) == CELL_PRESENT);
				sum += s.cells[i][PAGE_PRESENT];
			}
			CHECK_EQ(sum, cells ? pages : 0);
			CHECK_EQ(s.pages[PAGE_PRESENT], pages);
		}
	}
	test_done("cells");
}

static void test_cell_states(void)
{
	static struct strip s;

	strip__init(&s, 10 * 100, 10);
	strip__add(&s, 0, 50, PAGE_PRESENT);
	strip__add(&s, 50, 50, PAGE_CACHED);
	strip__add(&s, 100, 49, PAGE_PRESENT);
	strip__add(&s, 149, 51, PAGE_CACHED);
	strip__add(&s, 200, 30, PAGE_CACHED);
	strip__add(&s, 230, 31, PAGE_SWAPPED);
	strip__add(&s, 300, 100, PAGE_ON_DISK);
	strip__add(&s, 400, 99, PAGE_ON_DISK);
	strip__add(&s, 499, 1, PAGE_CACHED);
	strip__add(&s, 500, 60, PAGE_UNKNOWN);
	strip__add(&s, 560, 10, PAGE_PRESENT);
	strip__add(&s, 600, 30, PAGE_SWAPPED);
	strip__add(&s, 699, 1, PAGE_PRESENT);
	strip__add(&s, 800, 60, PAGE_UNKNOWN);
	strip__add(&s, 900, 1, PAGE_CACHED);
	strip__add(&s, 901, 99, PAGE_UNKNOWN);
	CHECK_EQ(strip__cell(&s, 0), CELL_PRESENT);
	CHECK_EQ(strip__cell(&s, 1), CELL_PARTLY);
	CHECK_EQ(strip__cell(&s, 2), CELL_SWAPPED);
	CHECK_EQ(strip__cell(&s, 3), CELL_ABSENT);
	CHECK_EQ(strip__cell(&s, 4), CELL_CACHED);
	CHECK_EQ(strip__cell(&s, 5), CELL_PARTLY);
	CHECK_EQ(strip__cell(&s, 6), CELL_PARTLY);
	CHECK_EQ(strip__cell(&s, 7), CELL_ABSENT);
	CHECK_EQ(strip__cell(&s, 8), CELL_UNKNOWN);
	CHECK_EQ(strip__cell(&s, 9), CELL_CACHED);

	/* A quarter is resident, and the rest cached. */
	strip__init(&s, 16, 2);
	strip__add(&s, 0, 2, PAGE_PRESENT);
	strip__add(&s, 2, 14, PAGE_CACHED);
	CHECK_EQ(strip__cell(&s, 0), CELL_PARTLY);
	CHECK_EQ(strip__cell(&s, 1), CELL_CACHED);

	/* 16 TiB of which two thirds are present. */
	strip__init(&s, 1ULL << 32, 3);
	strip__add(&s, 0, (1ULL << 33) / 3, PAGE_PRESENT);
	CHECK(strip__cell(&s, 0) == CELL_PRESENT && strip__cell(&s, 1) == CELL_PRESENT);
	CHECK(strip__cell(&s, 2) == CELL_ABSENT);
	test_done("what a cell shows");
}

/* ---- Formats ---- */

static unsigned char full[16] = { 0 };
static unsigned char mixed[16] = { CELL_PRESENT, CELL_PARTLY,  CELL_CACHED, CELL_SWAPPED,
				   CELL_ABSENT,	 CELL_UNKNOWN, CELL_ABSENT, CELL_CACHED,
				   CELL_PRESENT, CELL_ABSENT };
static unsigned char none[16];

static struct map_row rows[] = {
	{ 0x400000,
	  0x401000,
	  0,
	  131,
	  8 << 20 | 2,
	  "r-xp",
	  CLASS_TEXT,
	  "/usr/lib/postgresql/bin/pg",
	  { 4 * K, 4 * K, 0, 0, 0, 0, 0, 0, 0, 0, 4 * K },
	  full,
	  1,
	  0,
	  NULL },
	{ 0x55d0c8a17000,
	  0x55d0c8a38000,
	  0,
	  0,
	  0,
	  "rw-p",
	  CLASS_HEAP,
	  "[heap]",
	  { 132 * K, 131 * K, 0, 64 * K, 132 * K, 12 * K, 0, 0, 0, 0 },
	  mixed,
	  16,
	  0,
	  NULL },
	{ 0x7f12a4c01000,
	  0x7f12a6601000,
	  0x1a01000,
	  131,
	  0x103 << 20 | 2,
	  "r--p",
	  CLASS_DATA,
	  "/usr/lib/x86_64-linux-gnu/a library with a long name\n.so.72 (deleted)",
	  { 26 * M, 100 * K, 0, 0, 0, 0, NO, NO, NO, NO },
	  mixed,
	  16,
	  0,
	  NULL },
	{ 0x7f2000000000,
	  0x7f3900000000,
	  0,
	  0,
	  0,
	  "rw-p",
	  CLASS_ANON,
	  "",
	  { 100 * G, 97 * M + 717 * K, 96 * M, 999 * K + 512, 1023 * M, 0, 0, 0, 0, 0 },
	  none,
	  16,
	  0,
	  NULL },
	{ 0x7f4000000000,
	  0x7f4000200000,
	  0,
	  42,
	  15,
	  "rw-s",
	  CLASS_HUGE,
	  "/anon_hugepage (deleted)",
	  { 2 * M, 2 * M, 2 * M, NO, NO, NO, 0, 0, 0, 0 },
	  full,
	  16,
	  0,
	  NULL },
	{ 0xffffffffff600000,
	  0xffffffffff601000,
	  0,
	  0,
	  0,
	  "--xp",
	  CLASS_SPECIAL,
	  "[vsyscall]",
	  { 4 * K, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	  none,
	  1,
	  0,
	  NULL },
};

static struct memory_map map_of(void)
{
	struct memory_map map = {
		.pid = 4242,
		.comm = "postgres",
		.rows = rows,
		.nr_rows = NR(rows),
		.peak_rss = 130 * M,
		.is_complete = true,
	};

	memset(full, CELL_PRESENT, sizeof(full));
	memset(none, CELL_ABSENT, sizeof(none));
	memset(mixed + 10, CELL_PRESENT, 6);
	for (size_t i = 0; i < NR(rows); i++) {
		map__add_total(&map.classes[rows[i].class], &rows[i]);
		map__add_total(&map.all, &rows[i]);
	}
	return map;
}

static const int pid = 4242;

static struct run_start run_of(void)
{
	return (struct run_start) {
		.version = "0.0",
		.command = "map",
		.kernel = "6.18.0",
		.arch = "x86_64",
		.target = "pid",
		.target_ids = &pid,
		.nr_target_ids = 1,
		.page_size = 4096,
		.time_ns = 1000000000000,
		.wall_ns = 1700000000123456789,
		.strip = 16,
	};
}

static struct buf show(const char *name, const struct run_start *run, const struct memory_map *map)
{
	const struct format_ops *format = format_find(name);
	const struct run_end end = { .elapsed_ns = 1234567 };
	struct buf out = { 0 };

	SHOW_MAP(format, map, &out, run, begin);
	SHOW_MAP(format, map, &out, run, start, map);
	for (size_t i = 0; i < map->nr_rows; i++)
		SHOW_MAP(format, map, &out, run, row, map, &map->rows[i]);
	SHOW_MAP(format, map, &out, run, totals, map);
	SHOW_MAP(format, map, &out, run, end, map, &end);
	terminate(&out);
	return out;
}

static void test_formats(void)
{
	struct memory_map map = map_of();
	struct run_start run = run_of();
	struct buf out = show("text", &run, &map);

	compare(EXPECT_DIR "map.txt", &out);
	run.columns = 80;
	out = show("text", &run, &map);
	compare(EXPECT_DIR "map-80.txt", &out);
	run.wide = true;
	run.ascii = true;
	out = show("text", &run, &map);
	compare(EXPECT_DIR "map-wide.txt", &out);
	out = show("json", &run, &map);
	compare(EXPECT_DIR "map.ndjson", &out);
}

static void test_width(void)
{
	struct memory_map map = map_of();
	struct run_start run = run_of();

	run.quiet = true;
	for (run.columns = 1; run.columns < 150; run.columns++) {
		struct buf out = show("text", &run, &map);

		for (size_t line = 0; line < out.len;) {
			size_t n = strcspn(out.data + line, "\n");
			size_t len = out.len;

			out.len = line + n;
			CHECK(buf__columns(&out, line) <= run.columns);
			out.len = len;
			line += n + 1;
		}
		buf__free(&out);
	}
	test_done("no line is wider than the terminal");
}

/* What is left of the last column, of the row at this line, on so many columns. */
static void check_name(unsigned int columns, size_t row, const char *want)
{
	static struct map_row row_of_library = {
		.start = 0x7f0000000000,
		.end = 0x7f0000100000,
		.perms = "r-xp",
		.inode = 1,
		.name = "/usr/lib/x86_64-linux-gnu/libicudata.so.72",
	};
	struct memory_map map = map_of();
	struct run_start run = run_of();
	struct buf out = { 0 };
	const char *name;

	run.columns = columns;
	run.strip = 0;
	SHOW_MAP(format_find("text"), map, &out, &run, row, &map,
		 row < NR(rows) ? &rows[row] : &row_of_library);
	terminate(&out);
	name = strrchr(out.data, ' ');
	if (!CHECK(name && strncmp(name + 1, want, strlen(want)) == 0 &&
		   strlen(name + 1) == strlen(want) + 1))
		printf("#   %u columns: %s", columns, out.data);
	buf__free(&out);
}

/* Columns go before names do, and of a name what tells least. */
static void test_names(void)
{
	for (unsigned int columns = 40; columns < 150; columns++)
		check_name(columns, 1, "[heap]");
	check_name(60, NR(rows), "libicudata.so.72");
	check_name(56, NR(rows), "libicudata..");
	check_name(30, NR(rows), "libi..");
	check_name(60, 4, "anon_hugepage");
	test_done("room for names");
}

/* Two processes, of the second of which not all is known. */
static void test_several(void)
{
	struct memory_map maps[] = { map_of(), map_of() }, sum = { .is_complete = true };
	struct run_start run = run_of();
	struct buf out = { 0 };

	maps[1].pid = 17;
	maps[1].is_complete = false;
	maps[1].all.n[FIELD_PSS] = NO;
	strcpy(maps[1].comm, "new\nline");
	for (size_t i = 0; i < NR(maps); i++)
		map__add(&sum, &maps[i]);
	CHECK(!sum.is_complete);
	CHECK_EQ(sum.nr_rows, 2 * NR(rows));
	CHECK_EQ(sum.all.n[FIELD_RSS], 2 * maps[0].all.n[FIELD_RSS]);
	CHECK_EQ(sum.classes[CLASS_HEAP].mappings, 2);
	run.nr_target_ids = 2;
	run.columns = 80;
	SHOW_MAP(format_find("text"), map, &out, &run, start, &maps[0]);
	SHOW_MAP(format_find("text"), map, &out, &run, row, &maps[0], &rows[0]);
	SHOW_MAP(format_find("text"), map, &out, &run, totals, &maps[0]);
	CHECK_EQ(out.len, 0);
	SHOW_MAP(format_find("text"), map, &out, &run, sum, maps, NR(maps), &sum);
	terminate(&out);
	CHECK_STR(out.data,
		  "PID       MAPS  SIZE   RSS  SWAP   PSS DIRTY CACHED  DISK  PEAK COMM\n"
		  "4242         5  100G 99.9M     -     0     -      -     -  130M postgres\n"
		  "17           5  100G 99.9M     -     -     -      -     -  130M new\\x0aline\n"
		  "all         10  200G  200M     -     -     -      -     -     -\n");
	out.len = 0;
	SHOW_MAP(format_find("json"), map, &out, &run, sum, maps, NR(maps), &sum);
	terminate(&out);
	CHECK(strstr(out.data,
		     "{\"type\":\"total\",\"pid\":null,\"class\":\"heap\",\"mappings\":2,"));
	CHECK(strstr(out.data, "\"pss\":null,"));
	CHECK(!strstr(out.data, "\"peak_rss\":1"));
	buf__free(&out);
	test_done("several processes");
}

static void test_quiet(void)
{
	struct memory_map map = map_of();
	struct run_start run = run_of();
	struct buf out;

	run.quiet = true;
	run.no_totals = true;
	run.strip = 0;
	out = show("text", &run, &map);
	CHECK(strncmp(out.data, "400000", 6) == 0);
	CHECK(strstr(out.data, "    0 /usr/lib/postgresql/bin/pg\n"));
	CHECK(!strstr(out.data, "\nall "));
	buf__free(&out);
	test_done("quiet, and without a strip");
}

static void add_evictions(struct buf *out, const char *name, const struct run_start *run)
{
	static const struct eviction files[] = {
		{ "/var/lib/a.db", 26 * M, 0, NULL },
		{ "new\nline", 64 * K, 4 * K, NULL },
		{ "another's", NO, NO, NULL },
		{ "/dev/null", NO, NO, "no page cache holds it" },
	};
	const struct format_ops *format = format_find(name);

	SHOW_MAP(format, map, out, run, begin);
	SHOW_MAP(format, map, out, run, evict_start);
	for (size_t i = 0; i < NR(files); i++)
		SHOW_MAP(format, map, out, run, evicted, &files[i]);
	terminate(out);
}

static void test_evictions(void)
{
	struct run_start run = run_of();
	struct buf out = { 0 };

	run.target = "files";
	add_evictions(&out, "text", &run);
	CHECK_STR(out.data, "CACHED  LEFT FILE\n"
			    " 26.0M     0 /var/lib/a.db\n"
			    "   64K    4K new\\x0aline\n"
			    "     -     - another's\n");
	out.len = 0;
	add_evictions(&out, "json", &run);
	CHECK(strstr(out.data, "\"target\":{\"type\":\"files\"}"));
	CHECK(strstr(out.data, "{\"type\":\"eviction\",\"file\":\"another's\",\"cached\":null,"
			       "\"left\":null,\"error\":null}\n"));
	CHECK(strstr(out.data, "\"file\":\"/dev/null\",\"cached\":null,\"left\":null,"
			       "\"error\":\"no page cache holds it\"}\n"));
	buf__free(&out);
	test_done("evictions");
}

/* Each "key": of the output stands in the schema, and each class. */
static void test_schema(void)
{
	struct memory_map map = map_of();
	struct run_start run = run_of();
	struct buf json = show("json", &run, &map);
	char want[64];

	add_evictions(&json, "json", &run);
	for (const char *end = json.data; (end = strstr(end, "\":")); end++) {
		const char *key = end - 1;

		while (key > json.data && *key != '"')
			key--;
		snprintf(want, sizeof(want), "%.*s\": {", (int)(end - key), key);
		if (!CHECK(strstr(json_schema(), want)))
			printf("#   %s\n", want);
	}
	for (size_t i = 0; i < NR_MAP_CLASSES; i++) {
		snprintf(want, sizeof(want), "\"%s\"", map_class_names[i]);
		CHECK(strstr(json_schema(), want));
	}
	buf__free(&json);
	test_done("the schema knows every key");
}

/* ---- This process ---- */

#define PAGES ((size_t)8)

static const struct map_row *row_at(const struct memory_map *map, const void *address)
{
	for (size_t i = 0; i < map->nr_rows; i++)
		if (map->rows[i].start == (uintptr_t)address)
			return &map->rows[i];
	return NULL;
}

static char *map_pages(int flags, int fd)
{
	size_t page = (size_t)getpagesize();
	/* Between pages that cannot be touched: no neighbour becomes one with it. */
	char *at = mmap(NULL, (PAGES + 2) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mmap(at + page, PAGES * page, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
}

static void expect_row(const struct memory_map *map, const char *at, const enum map_cell *cells,
		       size_t rss, size_t cached)
{
	const struct map_row *row = row_at(map, at);
	size_t page = (size_t)getpagesize();

	if (!CHECK(row))
		return;
	CHECK_EQ(row->n[FIELD_SIZE], PAGES * page);
	CHECK_EQ(row->n[FIELD_RSS], rss * page);
	CHECK_EQ(row->nr_cells, PAGES);
	/* In some containers a file cannot be told from another, not even one's own. */
	if (row->n[FIELD_CACHED] == NO && row->inode) {
		printf("# the page cache is not known here\n");
		return;
	}
	CHECK_EQ(row->n[FIELD_CACHED], cached * page);
	CHECK_EQ(row->n[FIELD_ON_DISK], 0);
	for (unsigned int i = 0; i < row->nr_cells; i++)
		CHECK_EQ(row->strip[i], cells[i]);
}

static void test_own(void)
{
	static const enum map_cell touched[PAGES] = {
		CELL_ABSENT, CELL_PRESENT, CELL_ABSENT, CELL_PRESENT,
		CELL_ABSENT, CELL_ABSENT,  CELL_ABSENT, CELL_PRESENT,
	};
	static const enum map_cell half[PAGES] = {
		CELL_CACHED, CELL_CACHED, CELL_CACHED, CELL_CACHED,
		CELL_ABSENT, CELL_ABSENT, CELL_ABSENT, CELL_ABSENT,
	};
	struct map_config config = { .pid = getpid(), .strip = 64 };
	size_t page = (size_t)getpagesize();
	char path[] = "/tmp/test_map.XXXXXX", zeroes[4096] = { 0 };
	int fd = mkstemp(path);
	char *anon = map_pages(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *file = map_pages(MAP_PRIVATE, fd);
	int zero = open("/dev/zero", O_RDWR);
	char *device = map_pages(MAP_PRIVATE, zero);
	struct memory_map map;

	for (size_t i = 0; i < 4 * page / sizeof(zeroes); i++)
		CHECK(write(fd, zeroes, sizeof(zeroes)) == sizeof(zeroes));
	anon[1 * page] = anon[3 * page] = anon[7 * page] = 1;
	device[1 * page] = device[3 * page] = device[7 * page] = 1;
	CHECK_EQ(map__read(&map, &config), 0);
	CHECK(map.peak_rss >= map.all.n[FIELD_RSS] / 2 && map.peak_rss != NO);
	CHECK(map.all.n[FIELD_PSS] && map.all.n[FIELD_PSS] <= map.all.n[FIELD_RSS]);
	CHECK(*map.comm);
	CHECK(map.is_complete);
	expect_row(&map, anon, touched, 3, 0);
	expect_row(&map, file, half, 0, 4);
	expect_row(&map, device, touched, 3, 0);
	map__free(&map);
	close(fd);
	close(zero);
	unlink(path);
	config.pid = 0x7fffffff;
	CHECK(map__read(&map, &config) < 0 && !map.nr_rows);
	map__free(&map);
	test_done("this process");
}

int main(void)
{
	test_classes();
	test_totals();
	test_cells();
	test_cell_states();
	test_formats();
	test_width();
	test_names();
	test_several();
	test_quiet();
	test_evictions();
	test_schema();
	test_own();
	return test_status();
}
