/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "../map/map.h"
#include "columns.h"
#include "map_fields.h"
#include "formats.h"

/* The cells of a strip in Unicode, and with --ascii. */
static const struct {
	const char *block;
	char ascii;
	const char *meaning;
} cells[NR_MAP_CELLS] = {
	[CELL_PRESENT] = { "\u2588", '#', "present" },
	[CELL_PARTLY] = { "\u2584", '+', "partly" },
	[CELL_CACHED] = { "\u2592", 'c', "cached" },
	[CELL_SWAPPED] = { "\u259a", 's', "swapped" },
	[CELL_ABSENT] = { "\u00b7", '.', "absent" },
	[CELL_UNKNOWN] = { "?", '?', "unknown" },
};

static void add_cell(struct buf *out, const struct run_start *run, size_t cell)
{
	if (run->ascii)
		buf__addc(out, cells[cell].ascii);
	else
		buf__adds(out, cells[cell].block);
}

/* Rounded down, so that 100% is all of it; a part of less than 1% is "<1%", not 0%. */
static void add_share(struct buf *out, uint64_t part, uint64_t whole)
{
	bool known = part != MAP_UNKNOWN && whole != MAP_UNKNOWN;
	uint64_t percent = known && whole ? part * 100 / whole : 0;

	if (!known)
		buf__addc(out, '-');
	else if (part && !percent)
		buf__adds(out, "<1%");
	else
		buf__addf(out, "%lu%%", percent);
}

enum shown { ALWAYS, WIDE, IF_ANY };

/*
 * The number columns of mappings and of totals. Where a line is too narrow for all of them,
 * those with a rank are left out, rank 1 first; rank 0 stays.
 */
static const struct number {
	const char *title;
	unsigned int width;
	enum map_field field;
	bool is_share;
	enum map_field whole; /* what it is a share of */
	enum shown in_rows;
	unsigned int rank_in_rows;
	unsigned int rank_in_totals;
} numbers[] = {
	{ "SIZE", 5, FIELD_SIZE, false, 0, ALWAYS, 4, 0 },
	{ "RSS", 5, FIELD_RSS, false, 0, ALWAYS, 0, 0 },
	{ "RSS%", 4, FIELD_RSS, true, FIELD_SIZE, WIDE, 0, 4 },
	{ "HUGE%", 5, FIELD_HUGE, true, FIELD_RSS, WIDE, 0, 3 },
	{ "SWAP", 5, FIELD_SWAP, false, 0, IF_ANY, 3, 6 },
	{ "PSS", 5, FIELD_PSS, false, 0, WIDE, 0, 0 },
	{ "SHARE", 5, FIELD_SHARED, false, 0, WIDE, 0, 2 },
	{ "DIRTY", 5, FIELD_DIRTY, false, 0, WIDE, 0, 5 },
	{ "LOCK", 5, FIELD_LOCKED, false, 0, WIDE, 0, 1 },
	{ "CACHED", 6, FIELD_CACHED, false, 0, ALWAYS, 2, 7 },
	{ "DISK", 5, FIELD_ON_DISK, false, 0, ALWAYS, 1, 8 },
};

#define NR_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))
#define RANK_MAX   8

static bool is_in_rows(const struct number *number, const struct run_start *run,
		       const struct memory_map *map, unsigned int left_out)
{
	if (number->rank_in_rows && number->rank_in_rows <= left_out)
		return false;
	return number->in_rows == ALWAYS || run->wide ||
	       (number->in_rows == IF_ANY && map->all.n[number->field]);
}

/* The highest rank of number that rows leave out to make room for names; 0: none. */
static unsigned int left_out_of_rows(const struct run_start *run, const struct memory_map *map)
{
	for (unsigned int rank = 0;; rank++) {
		size_t used = map_range_width(run) + strlen(" PERM ");

		for (size_t i = 0; i < NR_NUMBERS; i++)
			if (is_in_rows(&numbers[i], run, map, rank))
				used += numbers[i].width + 1;
		used += run->strip ? run->strip + 1 : 0;
		if (!is_cut(run) || rank == RANK_MAX || used + MAP_NAME_ROOM <= run->columns)
			return rank;
	}
}

static bool is_in_totals(const struct number *number, unsigned int left_out)
{
	return !number->rank_in_totals || number->rank_in_totals > left_out;
}

/* The same rank for totals; other: the columns that the end of the line needs. */
static unsigned int left_out_of_totals(const struct run_start *run, unsigned int other)
{
	for (unsigned int rank = 0;; rank++) {
		size_t used = strlen("CLASS     MAPS") + other;

		for (size_t i = 0; i < NR_NUMBERS; i++)
			if (is_in_totals(&numbers[i], rank))
				used += numbers[i].width + 1;
		if (!is_cut(run) || rank == RANK_MAX || used <= run->columns)
			return rank;
	}
}

static void add_number(struct buf *out, const struct number *number, const uint64_t *n)
{
	size_t start = out->len;

	if (number->is_share)
		add_share(out, n[number->field], n[number->whole]);
	else
		add_map_bytes(out, n[number->field]);
	buf__right_align(out, start, number->width);
	buf__addc(out, ' ');
}

/* Of several processes only the totals are shown, unless -w asks for the mappings. */
static bool is_brief(const struct run_start *run)
{
	return run->nr_target_ids > 1 && !run->wide;
}

/* A line such as "4242 postgres:" above the mappings, where several processes are shown. */
static void add_process_title(struct buf *out, const struct run_start *run,
			      const struct memory_map *map)
{
	size_t line = out->len;

	if (run->nr_target_ids < 2)
		return;
	buf__addf(out, "%d ", map->pid);
	buf__add_text(out, map->comm);
	buf__addc(out, ':');
	end_line(out, run, line, true);
}

static void text_start(struct format *f, const struct memory_map *map)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	unsigned int left_out = left_out_of_rows(run, map);
	size_t line;

	if (run->quiet || is_brief(run))
		return;
	add_process_title(out, run, map);
	line = out->len;
	buf__adds(out, run->wide ? "RANGE" : "START");
	buf__pad_to(out, line, map_range_width(run));
	buf__adds(out, " PERM ");
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (is_in_rows(&numbers[i], run, map, left_out))
			add_map_title(out, numbers[i].title, numbers[i].width);
	if (run->strip) {
		size_t start = out->len;

		buf__adds(out, "PAGES");
		buf__pad_to(out, start, run->strip);
		buf__addc(out, ' ');
	}
	buf__adds(out, "NAME");
	end_line(out, run, line, true);
}

static void add_strip(struct buf *out, const struct run_start *run, const struct map_row *row)
{
	size_t start = out->len;

	if (!run->strip)
		return;
	for (unsigned int i = 0; i < row->nr_cells; i++)
		add_cell(out, run, row->strip[i]);
	buf__pad_to(out, start, run->strip);
	buf__addc(out, ' ');
}

static void text_row(struct format *f, const struct memory_map *map, const struct map_row *row)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	unsigned int left_out = left_out_of_rows(run, map);
	size_t line = out->len;

	if (is_brief(run))
		return;
	add_map_range(out, run, row, line);
	buf__addf(out, " %s ", row->perms);
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (is_in_rows(&numbers[i], run, map, left_out))
			add_number(out, &numbers[i], row->n);
	add_strip(out, run, row);
	add_map_name(out, run, row, line);
	end_line(out, run, line, false);
}

static void add_legend(struct buf *out, const struct run_start *run)
{
	size_t line = out->len;

	buf__adds(out, "PAGES:");
	for (size_t i = 0; i < NR_MAP_CELLS; i++) {
		buf__adds(out, "  ");
		add_cell(out, run, i);
		buf__addf(out, " %s", cells[i].meaning);
	}
	end_line(out, run, line, false);
}

/* A line of totals. process: whose they are, or the sum of several; NULL for a class. */
static void add_total(struct buf *out, const struct run_start *run, const char *first,
		      const struct map_total *total, const struct memory_map *process)
{
	unsigned int left_out = left_out_of_totals(run, process ? MAP_PROCESS_WIDTH : 0);
	size_t line = out->len;

	buf__adds(out, first);
	buf__pad_to(out, line, 8);
	buf__addc(out, ' ');
	buf__add_u64_right(out, total->mappings, 5);
	buf__addc(out, ' ');
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (is_in_totals(&numbers[i], left_out))
			add_number(out, &numbers[i], total->n);
	if (process) {
		add_map_peak_column(out, process);
		buf__add_text(out, process->comm);
	}
	end_line(out, run, line, false);
}

static void add_total_titles(struct buf *out, const struct run_start *run, const char *first,
			     bool of_processes)
{
	unsigned int left_out = left_out_of_totals(run, of_processes ? MAP_PROCESS_WIDTH : 0);
	size_t line = out->len;

	if (run->quiet)
		return;
	buf__adds(out, first);
	buf__pad_to(out, line, 8);
	buf__adds(out, "  MAPS ");
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (is_in_totals(&numbers[i], left_out))
			add_map_title(out, numbers[i].title, numbers[i].width);
	if (of_processes) {
		add_map_title(out, "PEAK", MAP_PEAK_WIDTH);
		buf__adds(out, "COMM");
	}
	end_line(out, run, line, true);
}

static void text_totals(struct format *f, const struct memory_map *map)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;

	if (run->no_totals || is_brief(run))
		return;
	if (run->strip && !run->quiet)
		add_legend(out, run);
	buf__addc(out, '\n');
	add_total_titles(out, run, "CLASS", false);
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		if (map->classes[i].mappings)
			add_total(out, run, map_class_names[i], &map->classes[i], NULL);
	add_total(out, run, "all", &map->all, NULL);
	add_map_peak(out, run, map);
	if (run->nr_target_ids > 1)
		buf__addc(out, '\n');
}

static void text_sum(struct format *f, const struct memory_map *maps, size_t nr,
		     const struct memory_map *sum)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	char pid[16];

	add_total_titles(out, run, "PID", true);
	for (size_t i = 0; i < nr; i++) {
		snprintf(pid, sizeof(pid), "%d", maps[i].pid);
		add_total(out, run, pid, &maps[i].all, &maps[i]);
	}
	if (!run->no_totals)
		add_total(out, run, "all", &sum->all, sum);
}

static void text_evict_start(struct format *f)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	size_t line = out->len;

	if (run->quiet)
		return;
	buf__adds(out, "CACHED  LEFT FILE");
	end_line(out, run, line, true);
}

static void text_evicted(struct format *f, const struct eviction *file)
{
	struct buf *out = f->out;
	size_t start = out->len;

	if (file->error) /* the caller logs it */
		return;
	add_map_bytes(out, file->cached);
	buf__right_align(out, start, 6);
	start = out->len;
	add_map_bytes(out, file->left);
	buf__right_align(out, start, 6);
	buf__addc(out, ' ');
	buf__add_text(out, file->path);
	buf__addc(out, '\n');
}

const struct map_ops text_map = {
	.start = text_start,
	.row = text_row,
	.totals = text_totals,
	.sum = text_sum,
	.evict_start = text_evict_start,
	.evicted = text_evicted,
};
