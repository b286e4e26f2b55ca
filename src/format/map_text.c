/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "../map/map.h"
#include "columns.h"
#include "map_fields.h"
#include "formats.h"
#include "table.h"

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

static void add_number(struct buf *out, const struct cell *cell)
{
	const uint64_t *n = cell->row;

	add_map_bytes(out, n[cell->column->value]);
}

static void add_number_share(struct buf *out, const struct cell *cell)
{
	const uint64_t *n = cell->row;

	add_share(out, n[cell->column->value], n[cell->column->whole]);
}

/* In rows only with -w, in totals always. */
static bool is_wide(const struct table *table, const struct column *column)
{
	(void)column;
	return table->of_totals || table->run->wide;
}

static bool is_any(const struct table *table, const struct column *column)
{
	const struct memory_map *map = table->of;

	return is_wide(table, column) || map->all.n[column->value];
}

/* The numbers of mappings and of totals. */
static const struct column columns[] = {
	{ "SIZE", 5, .value = FIELD_SIZE, .rank = 4, .add = add_number },
	{ "RSS", 5, .value = FIELD_RSS, .add = add_number },
	{ "RSS%", 4, .value = FIELD_RSS, .whole = FIELD_SIZE, .is_wanted = is_wide,
	  .rank_in_totals = 4, .add = add_number_share },
	{ "HUGE%", 5, .value = FIELD_HUGE, .whole = FIELD_RSS, .is_wanted = is_wide,
	  .rank_in_totals = 3, .add = add_number_share },
	{ "SWAP", 5, .value = FIELD_SWAP, .is_wanted = is_any, .rank = 3, .rank_in_totals = 6,
	  .add = add_number },
	{ "PSS", 5, .value = FIELD_PSS, .is_wanted = is_wide, .add = add_number },
	{ "SHARE", 5, .value = FIELD_SHARED, .is_wanted = is_wide, .rank_in_totals = 2,
	  .add = add_number },
	{ "DIRTY", 5, .value = FIELD_DIRTY, .is_wanted = is_wide, .rank_in_totals = 5,
	  .add = add_number },
	{ "LOCK", 5, .value = FIELD_LOCKED, .is_wanted = is_wide, .rank_in_totals = 1,
	  .add = add_number },
	{ "CACHED", 6, .value = FIELD_CACHED, .rank = 2, .rank_in_totals = 7, .add = add_number },
	{ "DISK", 5, .value = FIELD_ON_DISK, .rank = 1, .rank_in_totals = 8, .add = add_number },
	{ NULL, 0, .add = NULL },
};

#define RANK_MAX 8

static struct table rows_of(const struct run_start *run, const struct memory_map *map)
{
	struct table table = { .columns = columns, .run = run, .of = map };
	size_t strip = run->strip ? run->strip + 1 : 0;

	table__fit(&table, map_range_width(run) + strlen(" PERM ") + strip + MAP_NAME_ROOM,
		   RANK_MAX);
	return table;
}

/* The lines of totals of classes, or of processes. */
static struct table totals_of(const struct run_start *run, bool of_processes)
{
	struct table table = { .columns = columns, .run = run, .of_totals = true };

	table__fit(&table, strlen("CLASS     MAPS") + (of_processes ? MAP_PROCESS_WIDTH : 0),
		   RANK_MAX);
	return table;
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
	struct table table = rows_of(run, map);
	size_t line;

	if (run->quiet || is_brief(run))
		return;
	add_process_title(out, run, map);
	line = out->len;
	buf__adds(out, run->wide ? "RANGE" : "START");
	buf__pad_to(out, line, map_range_width(run));
	buf__adds(out, " PERM ");
	table__add_titles(out, &table);
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
	struct table table = rows_of(run, map);
	size_t line = out->len;

	if (is_brief(run))
		return;
	add_map_range(out, run, row, line);
	buf__addf(out, " %s ", row->perms);
	table__add_row(out, &table, row->n);
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
	struct table table = totals_of(run, process);
	size_t line = out->len;

	buf__adds(out, first);
	buf__pad_to(out, line, 8);
	buf__addc(out, ' ');
	buf__add_u64_right(out, total->mappings, 5);
	buf__addc(out, ' ');
	table__add_row(out, &table, total->n);
	if (process) {
		add_map_peak_column(out, process);
		buf__add_text(out, process->comm);
	}
	end_line(out, run, line, false);
}

static void add_total_titles(struct buf *out, const struct run_start *run, const char *first,
			     bool of_processes)
{
	struct table table = totals_of(run, of_processes);
	size_t line = out->len;

	if (run->quiet)
		return;
	buf__adds(out, first);
	buf__pad_to(out, line, 8);
	buf__adds(out, "  MAPS ");
	table__add_titles(out, &table);
	if (of_processes)
		buf__adds(out, " PEAK COMM");
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
