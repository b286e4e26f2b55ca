/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures with any rows in any order: what is played of them is clean text, and JSON. The first
 * byte of each part of the input is a table, or a string.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/capture/writer.h"
#include "../../src/faults/aggregate.h"
#include "../../src/format/formats.h"
#include "../../src/recording/tables.h"
#include "../unit/play.h"
#include "check_json.h"

#define PARTS_MAX 200

/* What a part is; inputs have these numbers. */
enum { PART_STRING = RECORDING_TABLES, PART_FLUSH };

static const uint8_t parts[] = {
	RECORDING_START,  RECORDING_TARGET,    RECORDING_SETTING,     RECORDING_CGROUP,
	RECORDING_THREAD, RECORDING_MAPPING,   RECORDING_FRAME,	      RECORDING_STACK,
	RECORDING_FAULT,  RECORDING_LOSS,      RECORDING_END,	      PART_STRING,
	PART_FLUSH,	  RECORDING_MAP_PAGES, RECORDING_MAP_MAPPING, RECORDING_MAP,
};

/* A few bytes are enough for a row: most of its columns are 0, or what the one before had. */
static void add_row(struct capture_writer *writer, enum recording_table table, struct input *input,
		    uint64_t values[RECORDING_COLUMNS])
{
	const struct capture_schema schema = recording_schema();
	const struct capture_table *columns = &schema.tables[table];

	for (unsigned int nr = input__u8(input) % 16; nr; nr--) {
		size_t i = input__u8(input) % columns->nr_columns;
		unsigned int bits = 8u * columns->columns[i].width;

		values[i] = input__number(input) & (UINT64_MAX >> (64 - bits));
	}
	EXPECT(!capture_writer__row(writer, table, values));
}

static void make(int fd, struct input *input)
{
	const struct capture_writer_options options = { .output.fd = fd,
							.name = "capture",
							.schema = recording_schema(),
							.segment_bytes = 1 << 20 };
	static uint64_t values[RECORDING_TABLES][RECORDING_COLUMNS];
	struct capture_writer *writer;

	memset(values, 0, sizeof(values));
	EXPECT(!capture_writer__open(&options, &writer));
	EXPECT(!capture_writer__begin(writer));
	for (int i = 0; i < PARTS_MAX && input__left(input); i++) {
		uint8_t part = parts[input__u8(input) % sizeof(parts)];
		char text[300];
		uint32_t id;

		if (part < RECORDING_TABLES)
			add_row(writer, part, input, values[part]);
		else if (part == PART_STRING)
			capture_writer__string(writer, input__text(input, text, sizeof(text)),
					       strlen(text), &id);
		else
			capture_writer__flush(writer);
	}
	EXPECT(!capture_writer__end(writer));
}

/* A table of all faults, by these keys. */
static void play_table(int fd, enum ft_key_type first, enum ft_key_type second, struct buf *out)
{
	const struct aggregate_options options = {
		.rows.by = { first, second },
		.max_rows = 20,
		.tells_rest = true,
		.bytes = true,
		.cause = true,
		.residency = true,
		.of_faults = true,
	};
	struct played played = { 0 };
	const struct capture_problem_sink sink = { count_problem, &played };
	struct player *player = player__new(&(struct capture_input) { .fd = fd }, &sink);
	struct run_start run = { .plan = "", .cause = true, .bytes = true, .wide = true };
	struct format *format = format__new(&json_format, out, &run);
	struct interval interval = { 0 };
	struct aggregate *table;
	enum player_event event;

	EXPECT(!aggregate__new(&options, &table));
	lseek(fd, 0, SEEK_SET);
	while (player__next(player, &event) == 1) {
		const struct source_info info = player__info(player);
		const struct fault *fault = player__fault(player);

		if (event == PLAYER_START)
			aggregate__begin_faults(table, &info);
		else if (event == PLAYER_FAULT && aggregate__counts(table, fault))
			aggregate__add_fault(table, fault);
		else if (event == PLAYER_THROTTLED && aggregate__counts(table, fault))
			aggregate__add_throttled(table, fault);
	}
	EXPECT(!aggregate__interval(table, true, &interval));
	if (interval.nr_shown)
		format__show(format, hist, &interval);
	format__show(format, top, &interval);
	aggregate__free(table);
	format__free(format);
	player__free(player);
}

/* Each memory map, with strips and totals. */
static void play_maps(int fd, const struct format_ops *ops, struct buf *out)
{
	struct played played = { 0 };
	const struct capture_problem_sink sink = { count_problem, &played };
	struct player *player = player__new(&(struct capture_input) { .fd = fd }, &sink);
	struct run_start run = { .strip = 32, .wide = true };
	struct format *format = format__new(ops, out, &run);
	enum player_event event;

	lseek(fd, 0, SEEK_SET);
	while (player__next(player, &event) == 1) {
		struct memory_map map;

		if (event != PLAYER_MAP)
			continue;
		map = player__map(player);
		EXPECT(map__restore(&map, run.strip, player__start(player)->page_size));
		format__show_map(format, start, &map);
		for (size_t i = 0; i < map.nr_rows; i++)
			format__show_map(format, row, &map, &map.rows[i]);
		format__show_map(format, totals, &map);
		map__free(&map);
	}
	format__free(format);
	player__free(player);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct buf text = { 0 }, json = { 0 };
	int fd = memfd_create("capture", MFD_CLOEXEC);

	EXPECT(fd >= 0);
	make(fd, &input);
	play(fd, &text_format, true, &text);
	play_maps(fd, &text_format, &text);
	if (text.len)
		check_lines(&text, false);
	play(fd, &json_format, true, &json);
	play_maps(fd, &json_format, &json);
	play_table(fd, FT_KEY_SYMBOL, FT_KEY_STACK, &json);
	play_table(fd, FT_KEY_LINE, FT_KEY_VMA, &json);
	play_table(fd, FT_KEY_FILE, FT_KEY_COMM, &json);
	if (json.len)
		check_json_lines(&json);
	buf__free(&text);
	buf__free(&json);
	close(fd);
	return 0;
}
