/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory maps that are written to a capture, and read again; and maps that cannot be. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/recording/player.h"
#include "../../src/recording/recorder.h"
#include "format_test.h"
#include "play.h"

#define CELLS	 32
#define PAGE	 4096ULL
#define NR(list) (sizeof(list) / sizeof((list)[0]))

static int new_file(void)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

/* ---- Round trip -------------------------------------------------------------------------------- */

/* This process's, with a mapping of pages in several states. */
static struct memory_map read_own(void)
{
	const struct map_config config = {
		.pid = getpid(), .strip = CELLS, .keep_runs = true, .keep_spans = true
	};
	const size_t size = 100 * PAGE;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct memory_map map;

	CHECK(p != MAP_FAILED);
	for (size_t i = 0; i < 100; i += 1 + i / 10)
		p[i * PAGE] = 1;
	CHECK_EQ(map__read(&map, &config), 0);
	munmap(p, size);
	return map;
}

static void record_maps(int fd, const struct memory_map *map, uint64_t segment_bytes)
{
	struct run_start run = run_of();
	struct buf nothing = { 0 };
	struct format *capture = format__new(&capture_format, &nothing, &run);
	const struct recorder_options options = { .fd = fd,
						  .name = "capture",
						  .segment_bytes = segment_bytes };
	const struct run_end end = { .elapsed_ns = 1 };
	unsigned long long dropped;

	CHECK_EQ(recorder__open(capture, &options), 0);
	/* Their rows are in the same blocks. */
	recorder__map(capture, map);
	recorder__map(capture, map);
	format__show(capture, end, &end);
	CHECK_EQ(recorder__close(capture, &dropped), 0);
	format__free(capture);
}

static void check_row(const struct map_row *row, const struct map_row *wanted)
{
	CHECK_EQ(row->start, wanted->start);
	CHECK_EQ(row->end, wanted->end);
	CHECK_EQ(row->offset, wanted->offset);
	CHECK_EQ(row->inode, wanted->inode);
	CHECK_EQ(row->dev, wanted->dev);
	CHECK_EQ(row->class, wanted->class);
	CHECK_STR(row->perms, wanted->perms);
	CHECK_STR(row->name, wanted->name);
	CHECK(!memcmp(row->n, wanted->n, sizeof(row->n)));
	CHECK_EQ(row->nr_spans, wanted->nr_spans);
	if (CHECK(row->nr_cells == wanted->nr_cells))
		CHECK(!memcmp(row->strip, wanted->strip, row->nr_cells));
}

static void check_map(struct memory_map *map, const struct memory_map *wanted)
{
	CHECK(map__restore(map, CELLS, PAGE));
	CHECK_EQ(map->pid, wanted->pid);
	CHECK_STR(map->comm, wanted->comm);
	CHECK_EQ(map->begin_ns, wanted->begin_ns);
	CHECK_EQ(map->end_ns, wanted->end_ns);
	CHECK_EQ(map->peak_rss, wanted->peak_rss);
	CHECK_EQ(map->knows_runs, wanted->knows_runs);
	CHECK(map->is_complete);
	if (!CHECK(map->nr_rows == wanted->nr_rows))
		return;
	for (size_t i = 0; i < map->nr_rows; i++)
		check_row(&map->rows[i], &wanted->rows[i]);
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		CHECK(!memcmp(&map->classes[i], &wanted->classes[i], sizeof(map->classes[i])));
	CHECK(!memcmp(&map->all, &wanted->all, sizeof(map->all)));
}

static struct player *play_maps(int fd)
{
	static struct played played;
	const struct capture_problem_sink sink = { count_problem, &played };

	lseek(fd, 0, SEEK_SET);
	return player__new(&(struct capture_input) { .fd = fd }, &sink);
}

static void check_round_trip(uint64_t segment_bytes)
{
	struct memory_map wanted = read_own();
	int fd = new_file();
	struct player *player;
	enum player_event event;
	size_t nr = 0;

	record_maps(fd, &wanted, segment_bytes);
	player = play_maps(fd);
	while (player__next(player, &event) == 1) {
		struct memory_map map;

		if (event != PLAYER_MAP)
			continue;
		map = player__map(player);
		check_map(&map, &wanted);
		map__free(&map);
		nr++;
	}
	CHECK_EQ(nr, 2);
	CHECK_EQ(player__refused(player), 0);
	player__free(player);
	map__free(&wanted);
	close(fd);
}

static void test_round_trip(void)
{
	check_round_trip(0);
	test_done("memory maps that are recorded are played");
	/* Not so many blocks that some are refused, as they come faster than they are written. */
	check_round_trip(24000);
	test_done("in several segments");
}

/* ---- A stranger's capture ---------------------------------------------------------------------- */

static void add_row(struct capture_writer *writer, enum recording_table table, const void *row)
{
	uint64_t values[RECORDING_COLUMNS];

	recording_values(table, row, values);
	CHECK_EQ(capture_writer__row(writer, table, values), 0);
}

static void nothing_to_do(void *ctx)
{
	(void)ctx;
}

static struct capture_writer *begin_capture(int fd)
{
	const struct capture_writer_options options = { .output.fd = fd,
							.name = "capture",
							.schema = recording_schema(),
							.segment_bytes = 1 << 20,
							.begin_segment = nothing_to_do };
	const struct start_row start = { .page_size = PAGE };
	static const char *const strings[] = { "r-xp", "text", "/bin/ls", "rxwp", "nonsense" };
	struct capture_writer *writer;
	uint32_t id;

	CHECK_EQ(capture_writer__open(&options, &writer), 0);
	CHECK_EQ(capture_writer__begin(writer), 0);
	add_row(writer, RECORDING_START, &start);
	for (uint32_t i = 0; i < NR(strings); i++) {
		CHECK_EQ(capture_writer__string(writer, strings[i], strlen(strings[i]), &id), 0);
		CHECK_EQ(id, i + 1);
	}
	return writer;
}

#define MAPPING(first, last, ...)                                                            \
	{                                                                                    \
		.map = 1, .start = (first)*PAGE, .end = (last)*PAGE, .perms = 1, .class = 2, \
		.name = 3, __VA_ARGS__                                                       \
	}

/* The map that is read of these rows, whose other ones are impossible. */
static void check_stranger(const struct map_pages_row *pages, size_t nr_pages,
			   const struct map_mapping_row *mappings, size_t nr_mappings,
			   unsigned long long refused, const char *strips)
{
	const struct whole_map_row whole = {
		.map = 1, .pid = 7, .nr_mappings = (uint32_t)nr_mappings, .is_complete = 1
	};
	int fd = new_file();
	struct capture_writer *writer = begin_capture(fd);
	struct memory_map map = { 0 };
	struct player *player;
	enum player_event event;
	struct buf cells = { 0 };

	for (size_t i = 0; i < nr_pages; i++)
		add_row(writer, RECORDING_MAP_PAGES, &pages[i]);
	for (size_t i = 0; i < nr_mappings; i++)
		add_row(writer, RECORDING_MAP_MAPPING, &mappings[i]);
	add_row(writer, RECORDING_MAP, &whole);
	add_row(writer, RECORDING_MAP, &whole); /* twice */
	CHECK_EQ(capture_writer__end(writer), 0);
	player = play_maps(fd);
	while (player__next(player, &event) == 1)
		if (event == PLAYER_MAP)
			map = player__map(player);
	CHECK_EQ(player__refused(player), refused + 1);
	CHECK(map__restore(&map, 4, PAGE));
	for (size_t i = 0; i < map.nr_rows; i++)
		for (unsigned int j = 0; j < map.rows[i].nr_cells; j++)
			buf__addc(&cells, (char)('0' + map.rows[i].strip[j]));
	buf__addc(&cells, '\0');
	CHECK_STR(cells.data, strips);
	buf__free(&cells);
	map__free(&map);
	player__free(player);
	close(fd);
}

#define PAGES(first, last, is)                                                          \
	{                                                                               \
		.map = 1, .start = (first)*PAGE, .end = (last)*PAGE, .state = PAGE_##is \
	}

static void test_impossible_maps(void)
{
	static const struct map_mapping_row mappings[] = {
		MAPPING(1, 1), /* empty */
		MAPPING(1, 5, .nr_pages = 1),
		MAPPING(4, 6), /* overlaps with the one before */
		MAPPING(8, 9, .end = 8 * PAGE + 1),
		MAPPING(8, 9, .perms = 4),
		MAPPING(8, 9, .class = 5),
		MAPPING(8, 9, .perms = 99),
		MAPPING(8, 9, .map = 2),
		MAPPING(8, 9),
	};
	static const struct map_pages_row pages[] = {
		PAGES(2, 3, PRESENT),
		{ .map = 1, .start = 9, .end = 9 },
		{ .map = 1, .end = 1, .state = PAGE_NR_STATES }
	};
	const char present_is_second[] = { '0' + CELL_ABSENT, '0' + CELL_PRESENT, '0' + CELL_ABSENT,
					   '0' + CELL_ABSENT, '0' + CELL_ABSENT,  '\0' };

	check_stranger(pages, NR(pages), mappings, NR(mappings), 2 + 6, present_is_second);
	test_done("memory maps that cannot be");
}

static void test_lost_pages(void)
{
	static const struct map_mapping_row mapping = MAPPING(1, 5, .nr_pages = 2);
	static const struct map_pages_row cases[][3] = {
		{ PAGES(1, 2, PRESENT) },
		{ PAGES(1, 2, PRESENT), PAGES(4, 6, PRESENT) },
		{ PAGES(3, 4, PRESENT), PAGES(1, 2, PRESENT) },
		{ PAGES(1, 3, PRESENT), PAGES(2, 4, CACHED) },
		{ PAGES(1, 2, PRESENT), PAGES(2, 3, CACHED), PAGES(3, 4, PRESENT) },
		{ PAGES(1, 2, PRESENT), { .map = 1, .start = 2 * PAGE + 1, .end = 3 * PAGE } },
	};
	const char unknown[] = { '0' + CELL_UNKNOWN, '0' + CELL_UNKNOWN, '0' + CELL_UNKNOWN,
				 '0' + CELL_UNKNOWN, '\0' };

	for (size_t i = 0; i < NR(cases); i++) {
		size_t nr = cases[i][2].map ? 3 : cases[i][1].map ? 2 : 1;

		check_stranger(cases[i], nr, &mapping, 1, 0, unknown);
	}
	test_done("a mapping whose pages were lost");
}

/* Those that are too many are left out, and the map is not complete. */
static void test_limits(void)
{
	struct map_config config = { .pid = getpid(), .keep_spans = true, .max_rows = 3 };
	struct memory_map map;

	CHECK_EQ(map__read(&map, &config), -ETIME);
	CHECK_EQ(map.nr_rows, 3);
	CHECK(!map.is_complete);
	map__free(&map);
	config = (struct map_config) { .pid = getpid(), .keep_spans = true, .max_spans = 2 };
	CHECK_EQ(map__read(&map, &config), -ETIME);
	CHECK(map.nr_rows > 0 && map.spans.len <= 2 * sizeof(struct map_span));
	CHECK(!map.is_complete);
	map__free(&map);
	config = (struct map_config) { .pid = getpid(), .keep_spans = true, .until_ns = 1 };
	CHECK_EQ(map__read(&map, &config), -ETIME);
	CHECK_EQ(map.nr_rows, 0);
	map__free(&map);
	test_done("what is too large or takes too long is left out");
}

int main(void)
{
	test_round_trip();
	test_impossible_maps();
	test_lost_pages();
	test_limits();
	return test_status();
}
