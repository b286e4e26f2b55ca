/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <ctype.h>

#include "../base/units.h"
#include "columns.h"
#include "map_fields.h"
#include "table.h"

#define CLEAR	    "\033[H\033[J" /* moves the cursor to the top, and clears the screen */
#define EXACT_WIDTH 5		   /* columns more for a count, with -w */
#define CAUSE_BAR   10
#define LINES_OTHER 4  /* that are no rows: heading, titles, "... more rows", the cursor */
#define RANK_SOME   5  /* ranks up to this are left out for keys of KEY_ENOUGH */
#define RANK_MAX    11 /* the higher ranks only for keys of KEY_LEAST */
#define KEY_ENOUGH  24 /* columns, to tell keys apart */
#define KEY_LEAST   12 /* "..gnu/libc.so": less tells nothing */
#define KEY_PADDED  48 /* if lines are not cut; a longer key pushes the next one */

/* What all lines of a block have in common. */
struct block {
	const struct run_start *run;
	const struct interval *interval;
	const struct row *sample; /* a row with keys; NULL: there is none */
	bool has_bars;		  /* of causes */
	unsigned int pid_width;
	struct table table;
	size_t key_width; /* of the first of two keys */
};

static const struct row *row_of(const struct cell *cell)
{
	return cell->row;
}

static const struct interval *interval_of(const struct table *table)
{
	return ((const struct block *)table->of)->interval;
}

static void add_faults(struct buf *out, const struct cell *cell)
{
	units_add_count(out, row_of(cell)->count, cell->width);
}

static void add_share(struct buf *out, const struct cell *cell)
{
	units_add_share(out, row_of(cell)->count, interval_of(cell->table)->sums.faults);
}

static void add_share_of_major(struct buf *out, const struct cell *cell)
{
	units_add_share(out, row_of(cell)->major, interval_of(cell->table)->sums.major);
}

static void add_share_of_total(struct buf *out, const struct cell *cell)
{
	units_add_share(out, row_of(cell)->sum_ns, interval_of(cell->table)->sums.latency_ns);
}

static void add_share_of_bytes(struct buf *out, const struct cell *cell)
{
	const struct row *row = row_of(cell);
	const struct interval *interval = interval_of(cell->table);

	if (row->bytes == FT_UNKNOWN64 || interval->bytes == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		units_add_share(out, row->bytes, interval->bytes);
}

static void add_major(struct buf *out, const struct cell *cell)
{
	units_add_count(out, row_of(cell)->major, cell->width);
}

/* Faults a second. */
static void add_rate(struct buf *out, const struct cell *cell)
{
	const struct interval *interval = interval_of(cell->table);
	unsigned long long span_ns = interval->end_ns - interval->begin_ns;
	double rate = span_ns ? (double)row_of(cell)->count * 1e9 / (double)span_ns : 0;

	if (!span_ns)
		buf__addc(out, '-');
	else if (rate < 9.995)
		buf__add_fixed(out, (uint64_t)(rate * 100 + 0.5), 2);
	else
		units_add_count(out, (uint64_t)(rate + 0.5), cell->width);
}

static void add_total(struct buf *out, const struct cell *cell)
{
	const struct row *row = row_of(cell);

	text_add_brief_duration(out, row_known(row) ? row->sum_ns : FT_UNKNOWN64);
}

/* The share of the time that passed: 100% is one thread that does nothing but fault. */
static void add_time(struct buf *out, const struct cell *cell)
{
	const struct interval *interval = interval_of(cell->table);

	if (row_known(row_of(cell)))
		units_add_share(out, row_of(cell)->sum_ns, interval->end_ns - interval->begin_ns);
	else
		buf__addc(out, '-');
}

static void add_mean(struct buf *out, const struct cell *cell)
{
	text_add_brief_duration(out, row_mean(row_of(cell)));
}

static void add_p99(struct buf *out, const struct cell *cell)
{
	text_add_brief_duration(out, row_percentile(row_of(cell), 0.99));
}

static void add_max(struct buf *out, const struct cell *cell)
{
	text_add_brief_duration(out, row_of(cell)->max_ns);
}

static void add_causes(struct buf *out, const struct cell *cell)
{
	text_add_cause_bar(out, row_of(cell), cell->width);
}

static void add_cached(struct buf *out, const struct cell *cell)
{
	if (row_of(cell)->has_cached)
		buf__addf(out, "%u%%", row_of(cell)->cached);
	else
		buf__addc(out, '-');
}

static void add_read_pages(struct buf *out, const struct cell *cell)
{
	if (row_of(cell)->read_pages == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		units_add_count(out, row_of(cell)->read_pages, cell->width);
}

static void add_bytes(struct buf *out, const struct cell *cell)
{
	add_map_bytes(out, row_of(cell)->bytes);
}

static bool has_cause(const struct table *table, const struct column *column)
{
	(void)column;
	return ((const struct block *)table->of)->has_bars;
}

static bool has_residency(const struct table *table, const struct column *column)
{
	(void)column;
	return table->run->residency;
}

static bool has_bytes(const struct table *table, const struct column *column)
{
	(void)column;
	return table->run->bytes;
}

/* Shares are of what the rows are sorted by, where that adds up; else of the faults. */
static bool is_sorted_by(const struct table *table, const struct column *column)
{
	return interval_of(table)->sort == column->value;
}

static bool is_share_of_faults(const struct table *table, const struct column *column)
{
	enum sort sort = interval_of(table)->sort;

	(void)column;
	return sort != SORT_MAJOR && sort != SORT_TOTAL && sort != SORT_BYTES;
}

/* Columns are left out where keys need the room; the keys follow and take the rest of the line. */
static const struct column columns[] = {
	{ "FAULTS", 7, .wider = EXACT_WIDTH, .add = add_faults },
	{ "SHARE", 5, .rank = 4, .is_wanted = is_share_of_faults, .add = add_share },
	{ "MAJ%", 5, .rank = 4, .value = SORT_MAJOR, .is_wanted = is_sorted_by,
	  .add = add_share_of_major },
	{ "TOT%", 5, .rank = 4, .value = SORT_TOTAL, .is_wanted = is_sorted_by,
	  .add = add_share_of_total },
	{ "BYT%", 5, .rank = 4, .value = SORT_BYTES, .is_wanted = is_sorted_by,
	  .add = add_share_of_bytes },
	{ "MAJOR", 5, .wider = EXACT_WIDTH, .rank = 7, .add = add_major },
	{ "FLT/S", 5, .wider = EXACT_WIDTH, .rank = 1, .add = add_rate },
	{ "TOTAL", 6, .rank = 8, .add = add_total },
	{ "TIME%", 5, .rank = 3, .add = add_time },
	{ "MEAN", 6, .rank = 2, .add = add_mean },
	{ "P99", 6, .rank = 5, .add = add_p99 },
	{ "MAX", 6, .rank = 6, .add = add_max },
	{ "BYTES", 5, .is_wanted = has_bytes, .add = add_bytes },
	{ "CAUSE", CAUSE_BAR, .rank = 11, .is_wanted = has_cause, .add = add_causes },
	{ "RDPAGE", 6, .wider = EXACT_WIDTH, .rank = 10, .is_wanted = has_residency,
	  .add = add_read_pages },
	{ "CACHED", 6, .rank = 9, .is_wanted = has_residency, .add = add_cached },
	{ NULL, 0, .add = NULL },
};

/* What the rows are sorted by stays on any terminal: without it their order looks random. */
static add_cell_fn *const sorted_by[] = {
	[SORT_COUNT] = add_faults, [SORT_MAJOR] = add_major, [SORT_TOTAL] = add_total,
	[SORT_MEAN] = add_mean,	   [SORT_P99] = add_p99,     [SORT_MAX] = add_max,
	[SORT_BYTES] = add_bytes,
};

static void add_summary(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;
	size_t line = out->len;

	text_add_span(f, interval);
	if (!interval->sums.faults) {
		buf__adds(out, ": no faults");
	} else {
		buf__addf(out, ": %llu fault%s, %llu major, ", interval->sums.faults,
			  plural(interval->sums.faults), interval->sums.major);
		units_add_duration(out, interval->sums.latency_ns);
		buf__adds(out, " in total");
		text_add_throttled(out, interval->throttled_ns);
	}
	end_line(out, f->run, line, true);
}

/* "KIND", "PID VMA" */
static void add_key_title(struct buf *out, const struct block *block, enum ft_key_type type)
{
	size_t start = out->len;

	if (type == FT_KEY_VMA && block->pid_width) {
		buf__adds(out, "PID");
		buf__pad_to(out, start, block->pid_width + 1);
	}
	for (const char *c = key_names[type]; *c; c++)
		buf__addc(out, (char)toupper((unsigned char)*c));
}

static void add_titles(struct buf *out, const struct block *block)
{
	const struct row *row = block->sample;
	size_t line = out->len;

	table__add_titles(out, &block->table);
	for (size_t i = 0; row && i < row->nr_keys; i++) {
		size_t start = out->len;

		buf__addc(out, ' ');
		add_key_title(out, block, row->keys[i].type);
		if (i + 1 < row->nr_keys)
			buf__pad_to(out, start, (unsigned int)block->key_width + 2);
	}
	end_line(out, block->run, line, true);
}

/* The last key gets the rest of the line. */
static void add_keys(struct buf *out, const struct block *block, const struct row *row, size_t line)
{
	for (size_t i = 0; i < row->nr_keys; i++) {
		bool last = i + 1 == row->nr_keys;
		size_t used, start, width = block->key_width;

		buf__addc(out, ' ');
		used = buf__columns(out, line);
		start = out->len;
		if (last)
			width = block->run->columns > used ? block->run->columns - used : 0;
		if (is_cut(block->run))
			text_add_short_key(out, block->run, &row->keys[i], block->pid_width, width);
		else
			text_add_key(out, block->run, &row->keys[i], block->pid_width);
		if (last)
			break;
		buf__addc(out, ' ');
		buf__pad_to(out, start, (unsigned int)width + 1);
	}
}

static void add_row(struct buf *out, const struct block *block, const struct row *row)
{
	size_t line = out->len;

	table__add_row(out, &block->table, row);
	if (row->overflow)
		buf__adds(out, " (overflow)");
	else if (!row->nr_keys)
		buf__adds(out, " all faults");
	else
		add_keys(out, block, row, line);
	end_line(out, block->run, line, false);
}

/* The columns that the widest i-th key of the rows takes. */
static size_t widest_key(const struct block *block, size_t i)
{
	struct buf text = { 0 };
	size_t most = 0;

	for (size_t r = 0; r < block->interval->nr_shown; r++) {
		const struct row *row = &block->interval->rows[r];
		size_t width;

		if (i >= row->nr_keys)
			continue;
		text.len = 0;
		text_add_key(&text, block->run, &row->keys[i], block->pid_width);
		width = buf__columns(&text, 0);
		most = width > most ? width : most;
	}
	buf__free(&text);
	return most;
}

static size_t at_least(const struct block *block, size_t i)
{
	size_t title = strlen(key_names[block->sample->keys[i].type]),
	       widest = widest_key(block, i);

	return widest > title ? widest : title;
}

/* The spaces before each of the keys, and behind the first of two. */
static size_t spaces_of_keys(const struct block *block)
{
	return block->sample->nr_keys > 1 ? strlen("   ") : strlen(" ");
}

/* The columns that a line has for keys. */
static size_t room_for_keys(const struct block *block)
{
	size_t used = block->table.width + spaces_of_keys(block);

	return block->run->columns > used ? block->run->columns - used : 0;
}

/* The columns that the keys need, if `enough` columns do for each. */
static size_t wanted_by_keys(const struct block *block, size_t enough)
{
	size_t wanted = 0;

	for (size_t i = 0; i < block->sample->nr_keys; i++) {
		size_t width = at_least(block, i);

		wanted += width < enough ? width : enough;
	}
	return wanted;
}

/* Leaves out whole columns, by rank, rather than cut all keys alike. */
static void spare_columns(struct block *block)
{
	size_t spaces = spaces_of_keys(block);

	table__fit(&block->table, spaces + wanted_by_keys(block, KEY_ENOUGH), RANK_SOME);
	table__fit(&block->table, spaces + wanted_by_keys(block, KEY_LEAST), RANK_MAX);
	block->has_bars &= block->table.left_out < RANK_MAX;
}

/* The room goes to the key that needs it, or half to each. */
static size_t first_key_width(const struct block *block)
{
	size_t first = at_least(block, 0), second = at_least(block, 1), room;

	if (!is_cut(block->run))
		return first < KEY_PADDED ? first : KEY_PADDED;
	room = room_for_keys(block);
	if (first + second <= room)
		return first;
	if (second < room / 2)
		return room - second;
	return first < room / 2 ? first : room / 2;
}

/* Rows of one cause each need no bar of causes. */
static bool has_bars(const struct run_start *run, const struct row *sample)
{
	for (size_t i = 0; sample && i < sample->nr_keys && !run->wide; i++)
		if (sample->keys[i].type == FT_KEY_CAUSE)
			return false;
	return run->cause;
}

/* How many rows fit the terminal beside the lines that are no rows. */
static size_t room_for_rows(const struct block *block)
{
	const struct interval *interval = block->interval;
	const struct run_start *run = block->run;
	size_t other = LINES_OTHER + block->has_bars;

	if (!run->redraw || !run->lines || run->lines >= interval->nr_shown + other)
		return interval->nr_shown;
	return run->lines > other ? run->lines - other : 1;
}

static void add_table(struct buf *out, const struct run_start *run, const struct interval *interval)
{
	const struct row *last = &interval->rows[interval->nr_shown - 1];
	struct block block = {
		.run = run,
		.interval = interval,
		.sample = interval->rows[0].nr_keys ? interval->rows : NULL,
		.pid_width = text_pid_width(run, interval),
	};
	size_t room;

	block.has_bars = has_bars(run, block.sample);
	room = room_for_rows(&block);
	block.table = (struct table) {
		.columns = columns, .run = run, .of = &block, .kept = sorted_by[interval->sort]
	};
	if (block.sample)
		spare_columns(&block);
	else
		table__lay_out(&block.table);
	if (block.sample && block.sample->nr_keys > 1)
		block.key_width = first_key_width(&block);
	if (!run->quiet)
		add_titles(out, &block);
	/* The (overflow) row is always shown: it tells that the table is not complete. */
	for (size_t i = 0; i + last->overflow < room; i++)
		add_row(out, &block, &interval->rows[i]);
	if (last->overflow)
		add_row(out, &block, last);
	text_add_hidden(out, run, interval->nr_rows - room);
	if (block.has_bars)
		text_add_cause_legend(out, run, interval, CAUSE_BAR);
}

void text_top(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;

	if (run->redraw)
		buf__adds(out, CLEAR);
	if (!run->no_totals)
		add_summary(f, interval);
	if (interval->nr_shown)
		add_table(out, run, interval);
	if (interval->nr && !run->redraw)
		buf__addc(out, '\n');
}
