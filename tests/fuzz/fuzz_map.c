/* SPDX-License-Identifier: GPL-2.0-only */
/* Any maps of memory, with and without what was traced, as text and as JSON; and evictions. */
#include "../../src/format/formats.h"
#include "../../src/map/account.h"
#include "check_json.h"
#include "samples.h"

#define ROWS  3
#define CELLS 16

/* A map and all that it points to. */
struct sample_map {
	struct memory_map map;
	struct map_row rows[ROWS];
	struct map_account accounts[ROWS], class_accounts[NR_MAP_CLASSES], all_account;
	struct map_trace trace;
	unsigned char strips[ROWS][CELLS];
	struct texts texts;
};

static uint64_t some_bytes(struct input *input)
{
	uint64_t value = input__number(input);

	/* Sums of real maps do not overflow. */
	return value == MAP_UNKNOWN ? value : value >> 8;
}

static void fill_account(struct map_account *account, struct input *input)
{
	account->change = (enum map_change)(input__u8(input) % NR_MAP_CHANGES);
	account->passed_before = input__u8(input) & 3;
	account->faults = some_bytes(input) & INT64_MAX;
	account->major = some_bytes(input) & INT64_MAX;
	account->ns = some_bytes(input) & INT64_MAX;
	account->kinds[input__u8(input) % NR_MAP_KINDS] = some_bytes(input) & INT64_MAX;
	/* Copies are counted by where they are from: those that are just FT_KIND_COW do not exist. */
	account->kinds[FT_KIND_COW] = 0;
	account->rss_before = some_bytes(input);
	account->by_faults = some_bytes(input);
	account->around = some_bytes(input);
	account->gone = some_bytes(input);
	account->remainder = (int64_t)some_bytes(input) >> 1;
}

static void fill_row(struct sample_map *sample, size_t i, bool is_traced, struct input *input)
{
	struct map_row *row = &sample->rows[i];

	*row = (struct map_row) {
		.start = input__number(input),
		.end = input__number(input),
		.offset = input__number(input),
		.inode = input__number(input),
		.dev = (uint32_t)input__number(input),
		.class = (enum map_class)(input__u8(input) % NR_MAP_CLASSES),
		.name = next_text(&sample->texts, input),
		.strip = sample->strips[i],
		.nr_cells = input__u8(input) % (CELLS + 1),
		.account = is_traced ? &sample->accounts[i] : NULL,
	};
	vma_perms(input__u8(input), row->perms);
	for (size_t n = 0; n < NR_MAP_FIELDS; n++)
		row->n[n] = some_bytes(input);
	for (size_t n = 0; n < row->nr_cells; n++)
		row->strip[n] = input__u8(input) % NR_MAP_CELLS;
	if (is_traced)
		fill_account(row->account, input);
}

static void add_totals(struct sample_map *sample, bool is_traced)
{
	struct memory_map *map = &sample->map;

	for (size_t i = 0; is_traced && i < NR_MAP_CLASSES; i++)
		map->classes[i].account = &sample->class_accounts[i];
	map->all.account = is_traced ? &sample->all_account : NULL;
	for (size_t i = 0; i < ROWS; i++) {
		struct map_row *row = &sample->rows[i];

		map__add_total(&map->classes[row->class], row);
		map__add_total(&map->all, row);
		if (!is_traced)
			continue;
		account__add(map->classes[row->class].account, row->account);
		account__add(map->all.account, row->account);
	}
}

static void fill_trace(struct sample_map *sample, struct input *input)
{
	uint8_t flags = input__u8(input);

	sample->trace = (struct map_trace) {
		.faults = input__number(input),
		.major = input__number(input),
		.major_ns = input__number(input),
		.window_ns = input__number(input),
		.is_from_exec = flags & 1,
		.has_after = flags & 2,
		.is_followed = flags & 4,
		.still_runs = flags & 8,
		.parent = flags & 16 ? 17 : 0,
		.cgroup = flags & 32 ? next_text(&sample->texts, input) : NULL,
		.moved_to = flags & 64 ? next_text(&sample->texts, input) : NULL,
		.refaults_anon = input__number(input) >> 32,
		.refaults_file = input__number(input) >> 32,
		.is_thrashing = flags & 128,
	};
	/* Refaults are known of a cgroup, or not known as the process has moved, or neither. */
	if (!sample->trace.cgroup)
		sample->trace.refaults_anon = sample->trace.refaults_file = MAP_UNKNOWN;
	sample->map.trace = &sample->trace;
}

static void fill_map(struct sample_map *sample, bool is_traced, struct input *input)
{
	memset(sample, 0, sizeof(*sample));
	sample->map = (struct memory_map) {
		.pid = 4242,
		.rows = sample->rows,
		.nr_rows = ROWS,
		.peak_rss = some_bytes(input),
		.is_complete = input__u8(input) & 1,
		.has_remainder = input__u8(input) & 1,
	};
	input__text(input, sample->map.comm, sizeof(sample->map.comm));
	if (is_traced)
		fill_trace(sample, input);
	for (size_t i = 0; i < ROWS; i++)
		fill_row(sample, i, is_traced, input);
	add_totals(sample, is_traced);
}

static void show(const struct format_ops *ops, const struct run_start *run,
		 const struct memory_map *map, const struct run_end *end, struct buf *out)
{
	struct format *format = format__new(ops, out, run);

	EXPECT(format);
	format__show_map(format, begin);
	format__show_map(format, start, map);
	for (size_t i = 0; i < map->nr_rows; i++)
		format__show_map(format, row, map, &map->rows[i]);
	format__show_map(format, totals, map);
	format__show_map(format, end, map, end);
	format__free(format);
}

static void evict(const struct format_ops *ops, const struct run_start *run,
		  const struct eviction *file, struct buf *out)
{
	struct format *format = format__new(ops, out, run);

	EXPECT(format);
	format__show_map(format, begin);
	format__show_map(format, evict_start);
	format__show_map(format, evicted, file);
	format__free(format);
}

static void show_eviction(const struct run_start *run, struct input *input)
{
	struct texts texts = { .nr = 0 };
	const struct eviction file = {
		.path = next_text(&texts, input),
		.cached = some_bytes(input),
		.left = some_bytes(input),
		.error = next_text_or_null(&texts, input),
	};
	struct buf text = { 0 }, json = { 0 };

	evict(&text_format, run, &file, &text);
	check_lines(&text, run->color);
	evict(&json_format, run, &file, &json);
	check_json_lines(&json);
	buf__free(&text);
	buf__free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sample_map sample;
	struct input input = { data, data + size };
	struct texts texts = { .nr = 0 };
	bool is_traced = input__u8(&input) & 1;
	struct run_start run = sample_run(&input, &texts, "map");
	struct run_end end = sample_end(&input);
	struct buf text = { 0 }, json = { 0 };

	run.plan = is_traced ? "fentry" : NULL;
	fill_map(&sample, is_traced, &input);
	show(&text_format, &run, &sample.map, &end, &text);
	check_lines(&text, run.color);
	show(&json_format, &run, &sample.map, &end, &json);
	check_json_lines(&json);
	run.plan = NULL;
	show_eviction(&run, &input);
	buf__free(&text);
	buf__free(&json);
	return 0;
}
