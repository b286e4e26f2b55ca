/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>
#include <stdio.h>

#include "../base/units.h"
#include "../map/account.h"
#include "columns.h"
#include "map_fields.h"
#include "formats.h"
#include "table.h"

#define PERMS_WIDTH  4
#define KINDS_INDENT strlen("kinds: ")
#define PASSED_MAX   100 /* rows of transient mappings; further ones are only counted */

static void add_signed_bytes(struct buf *out, int64_t bytes)
{
	if (bytes < 0)
		buf__addc(out, '-');
	add_map_bytes(out, (uint64_t)(bytes < 0 ? -bytes : bytes));
}

/* The numbers of a line. */
struct line {
	const struct map_account *account;
	uint64_t rss;
};

static const struct map_account *account_of(const struct cell *cell)
{
	return ((const struct line *)cell->row)->account;
}

static void add_before(struct buf *out, const struct cell *cell)
{
	add_map_bytes(out, account_of(cell)->rss_before);
}

static void add_by_faults(struct buf *out, const struct cell *cell)
{
	add_map_bytes(out, account_of(cell)->by_faults);
}

static void add_around(struct buf *out, const struct cell *cell)
{
	add_map_bytes(out, account_of(cell)->around);
}

static void add_gone(struct buf *out, const struct cell *cell)
{
	add_map_bytes(out, account_of(cell)->gone);
}

static void add_remainder(struct buf *out, const struct cell *cell)
{
	if (account_of(cell)->by_faults == MAP_UNKNOWN)
		buf__addc(out, '-');
	else
		add_signed_bytes(out, account_of(cell)->remainder);
}

static void add_after(struct buf *out, const struct cell *cell)
{
	add_map_bytes(out, ((const struct line *)cell->row)->rss);
}

static void add_faults(struct buf *out, const struct cell *cell)
{
	buf__add_u64(out, account_of(cell)->faults);
}

static void add_major(struct buf *out, const struct cell *cell)
{
	buf__add_u64(out, account_of(cell)->major);
}

static void add_time(struct buf *out, const struct cell *cell)
{
	units_add_short_duration(out, account_of(cell)->ns);
}

static bool has_remainder(const struct table *table, const struct column *column)
{
	const struct memory_map *map = table->of;

	(void)column;
	return table->run->wide || map->has_remainder;
}

static bool has_major(const struct table *table, const struct column *column)
{
	const struct memory_map *map = table->of;

	(void)column;
	return table->run->wide || map->all.account->major;
}

static const struct column columns[] = {
	{ "BEFORE", 6, .rank = 2, .add = add_before },
	{ "FAULT", 5, .rank = 5, .add = add_by_faults },
	{ "AROUND", 6, .rank = 4, .add = add_around },
	{ "GONE", 5, .rank = 3, .add = add_gone },
	{ "REST", 5, .rank = 1, .is_wanted = has_remainder, .add = add_remainder },
	{ "AFTER", 5, .add = add_after },
	{ "FAULTS", 6, .add = add_faults },
	{ "MAJOR", 5, .is_wanted = has_major, .add = add_major },
	{ "TIME", 5, .add = add_time },
	{ NULL, 0, .add = NULL },
};

#define RANK_MAX 5

/* Rows of mappings end with a mark and a name, rows of processes (in a sum) with PEAK and COMM. */
static size_t last_width(const struct memory_map *map)
{
	return map->pid ? strlen("  ") + MAP_NAME_ROOM : MAP_PROCESS_WIDTH;
}

static struct table table_of(const struct run_start *run, const struct memory_map *map)
{
	struct table table = { .columns = columns, .run = run, .of = map };

	table__fit(&table, map_range_width(run) + strlen(" ") + last_width(map), RANK_MAX);
	return table;
}

static void add_columns(struct buf *out, const struct run_start *run, const struct memory_map *map,
			const struct map_account *account, uint64_t rss)
{
	struct table table = table_of(run, map);

	table__add_row(out, &table, &(struct line) { account, rss });
}

static void pad_first(struct buf *out, const struct run_start *run, size_t line)
{
	buf__pad_to(out, line, map_range_width(run) + (run->wide ? 1 + PERMS_WIDTH : 0));
	buf__addc(out, ' ');
}

static void add_titles(struct buf *out, const struct run_start *run, const struct memory_map *map,
		       const char *first, const char *last)
{
	struct table table = table_of(run, map);
	size_t line = out->len;

	if (run->quiet)
		return;
	buf__adds(out, first);
	pad_first(out, run, line);
	table__add_titles(out, &table);
	buf__adds(out, last);
	end_line(out, run, line, true);
}

/* "4243 cc1, child of 4242, from its exec:", where forks are followed. */
static void add_process_title(struct buf *out, const struct run_start *run,
			      const struct memory_map *map)
{
	const struct map_trace *trace = map->trace;
	size_t line = out->len;

	if (run->quiet || !trace->is_followed)
		return;
	buf__addf(out, "%d ", map->pid);
	buf__add_text(out, *map->comm ? map->comm : "-");
	if (trace->parent)
		buf__addf(out, ", child of %d, from its %s", trace->parent,
			  trace->is_from_exec ? "exec" : "fork");
	buf__adds(out, trace->still_runs ? ", still runs:" : ":");
	end_line(out, run, line, true);
}

static void start(struct format *f, const struct memory_map *map)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;

	add_process_title(out, run, map);
	add_titles(out, run, map, run->wide ? "RANGE                     PERM" : "START", "  NAME");
}

static bool is_idle(const struct map_account *a)
{
	bool has_moved = a->by_faults != MAP_UNKNOWN && (a->by_faults || a->around || a->gone);

	return !a->faults && !a->kinds[FT_KIND_ERROR] && !has_moved && !a->remainder;
}

/* On a terminal, transient mappings beyond PASSED_MAX are left out if the totals count them. */
static bool is_left_out(const struct run_start *run, const struct map_account *a)
{
	return run->columns && !run->wide && !run->no_totals && a->change == CHANGE_PASSED &&
	       a->passed_before >= PASSED_MAX;
}

/*
 * Adds "anon 256, cow:file 3" in lines of at most width columns; 0: in one line. The first line
 * began at byte offset line. Returns where the last one begins.
 */
static size_t add_kinds(struct buf *out, const struct map_account *a, unsigned int width,
			size_t line)
{
	char name[MAP_KIND_TEXT], kind[MAP_KIND_TEXT + 32];
	bool is_first = true;

	for (size_t i = 0; i < NR_MAP_KINDS; i++) {
		size_t n;

		if (!a->kinds[i])
			continue;
		n = (size_t)snprintf(kind, sizeof(kind), "%s %lu", map_kind_name(i, name),
				     a->kinds[i]);
		/* A comma may follow the kind. */
		if (!is_first && width && buf__columns(out, line) + n + strlen(", ,") > width) {
			buf__adds(out, ",\n");
			line = out->len;
			buf__pad_to(out, line, KINDS_INDENT);
		} else if (!is_first) {
			buf__adds(out, ", ");
		}
		buf__adds(out, kind);
		is_first = false;
	}
	return line;
}

/* After an exec every mapping is new: none is marked as such. */
static char mark_of(const struct memory_map *map, const struct map_row *row)
{
	static const char marks[NR_MAP_CHANGES] = {
		[CHANGE_KEPT] = ' ',   [CHANGE_NEW] = '+',	[CHANGE_GONE] = '-',
		[CHANGE_PASSED] = '~', [CHANGE_UNMAPPED] = '!', [CHANGE_UNKNOWN] = ' ',
	};

	if (row->account->change == CHANGE_NEW && map->trace->is_from_exec)
		return ' ';
	return marks[row->account->change];
}

static void row(struct format *f, const struct memory_map *map, const struct map_row *row)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	size_t line = out->len;

	if ((is_idle(row->account) && !run->wide) || is_left_out(run, row->account))
		return;
	add_map_range(out, run, row, line);
	if (run->wide)
		buf__addf(out, " %s", row->perms);
	pad_first(out, run, line);
	add_columns(out, run, map, row->account, row->n[FIELD_RSS]);
	buf__addc(out, mark_of(map, row));
	buf__addc(out, ' ');
	if (row->account->change == CHANGE_UNMAPPED)
		buf__adds(out, "[no mapping]");
	else
		add_map_name(out, run, row, line);
	if (run->wide && !is_idle(row->account)) {
		buf__adds(out, "  ");
		add_kinds(out, row->account, 0, line);
	}
	end_line(out, run, line, false);
}

static void add_idle(struct buf *out, const struct run_start *run, const struct memory_map *map)
{
	size_t nr = 0, line = out->len;

	for (size_t i = 0; i < map->nr_rows; i++)
		nr += is_idle(map->rows[i].account);
	if (!nr || run->wide)
		return;
	buf__addf(out, "(%zu more, where nothing happened: -w shows them)", nr);
	end_line(out, run, line, false);
}

static void add_left_out(struct buf *out, const struct run_start *run, const struct memory_map *map)
{
	size_t nr = 0, line = out->len;
	uint64_t faults = 0;

	for (size_t i = 0; i < map->nr_rows; i++) {
		if (!is_left_out(run, map->rows[i].account))
			continue;
		nr++;
		faults += map->rows[i].account->faults;
	}
	if (!nr)
		return;
	buf__addf(out, "(%zu more that came and went: %lu faults; -w shows them)", nr, faults);
	end_line(out, run, line, false);
}

static void add_total(struct buf *out, const struct run_start *run, const struct memory_map *map,
		      const char *class, const struct map_total *total)
{
	bool is_known = map->trace->has_after;
	size_t line = out->len;

	buf__adds(out, class);
	pad_first(out, run, line);
	add_columns(out, run, map, total->account, is_known ? total->n[FIELD_RSS] : MAP_UNKNOWN);
	end_line(out, run, line, false);
}

static void add_classes(struct buf *out, const struct run_start *run, const struct memory_map *map)
{
	add_titles(out, run, map, "CLASS", "");
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		if (map->classes[i].mappings || !is_idle(map->classes[i].account))
			add_total(out, run, map, map_class_names[i], &map->classes[i]);
	add_total(out, run, map, "all", &map->all);
}

static void add_kinds_line(struct buf *out, const struct run_start *run,
			   const struct memory_map *map)
{
	size_t start = out->len, line = start, kinds;

	buf__adds(out, "kinds: ");
	kinds = out->len;
	line = add_kinds(out, map->all.account, is_cut(run) ? run->columns : 0, line);
	/* Without faults there are no kinds: remove the line. */
	if (out->len == kinds) {
		out->len = start;
		return;
	}
	end_line(out, run, line, false);
	if (!map->all.account->kinds[FT_KIND_DEVICE])
		return;
	line = out->len;
	buf__adds(out, "  device: memory that a driver or the kernel itself maps, as [vdso]");
	end_line(out, run, line, false);
}

/* How much of the time went into major faults, and is that thrashing? */
static void add_pressure(struct buf *out, const struct run_start *run,
			 const struct map_trace *trace)
{
	size_t line = out->len;
	uint64_t window = trace->window_ns ? trace->window_ns : 1;

	buf__addf(out, "major faults: %lu, ", trace->major);
	units_add_short_duration(out, trace->major_ns);
	buf__addf(out, ", %lu%% of the time%s", trace->major_ns * 100 / window,
		  trace->is_thrashing ? ": thrashing" : "");
	end_line(out, run, line, trace->is_thrashing);
}

/* The kernel counts refaults by cgroup, so the cgroup is named. */
static void add_refaults(struct buf *out, const struct run_start *run,
			 const struct map_trace *trace)
{
	bool is_known = trace->refaults_anon != MAP_UNKNOWN;
	uint64_t window = trace->window_ns ? trace->window_ns : 1;
	size_t line = out->len;

	if (!is_known && !trace->moved_to)
		return;
	buf__adds(out, "refaults (pages that were evicted and needed again): ");
	if (is_known)
		buf__addf(out, "%lu/s",
			  (trace->refaults_anon + trace->refaults_file) * 1000000000 / window);
	else
		buf__adds(out, "unknown");
	end_line(out, run, line, false);
	line = out->len;
	if (is_known)
		buf__addf(out, "  %lu anon, %lu file, of all processes in cgroup ",
			  trace->refaults_anon, trace->refaults_file);
	else
		buf__adds(out, "  counted by cgroup, and the process has moved to ");
	buf__add_text(out, is_known ? trace->cgroup : trace->moved_to);
	end_line(out, run, line, false);
}

static void totals(struct format *f, const struct memory_map *map)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;

	if (run->no_totals)
		return;
	add_left_out(out, run, map);
	add_idle(out, run, map);
	buf__addc(out, '\n');
	add_classes(out, run, map);
	add_map_peak(out, run, map);
	add_kinds_line(out, run, map);
	add_pressure(out, run, map->trace);
	add_refaults(out, run, map->trace);
	if (map->trace->is_followed)
		buf__addc(out, '\n');
}

static void add_process(struct buf *out, const struct run_start *run, const struct memory_map *sum,
			const char *first, const struct memory_map *map)
{
	size_t line = out->len;

	buf__adds(out, first);
	pad_first(out, run, line);
	add_columns(out, run, sum, map->all.account, map->all.n[FIELD_RSS]);
	add_map_peak_column(out, map);
	buf__add_text(out, map->comm);
	end_line(out, run, line, false);
}

static void sum(struct format *f, const struct memory_map *maps, size_t nr,
		const struct memory_map *sum_of_all)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	char pid[16];

	add_titles(out, run, sum_of_all, "PID", " PEAK COMM");
	for (size_t i = 0; i < nr; i++) {
		snprintf(pid, sizeof(pid), "%d", maps[i].pid);
		add_process(out, run, sum_of_all, pid, &maps[i]);
	}
	if (!run->no_totals)
		add_process(out, run, sum_of_all, "all", sum_of_all);
}

const struct map_ops text_account = {
	.start = start,
	.row = row,
	.totals = totals,
	.sum = sum,
};
