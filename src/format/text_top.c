/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <ctype.h>

#include "../base/units.h"
#include "columns.h"
#include "map_fields.h"

#define CLEAR	    "\033[H\033[J" /* moves the cursor to the top, and clears the screen */
#define EXACT_WIDTH 5		   /* columns more for a count, with -w */
#define CAUSE_BAR   10
#define LINES_OTHER 4  /* that are no rows: heading, titles, "... more rows", the cursor */
#define SPARE_SOME  5  /* ranks up to this are left out for keys of KEY_ENOUGH */
#define SPARE_MAX   11 /* the higher ranks only for keys of KEY_LEAST */
#define KEY_ENOUGH  24 /* columns, to tell keys apart */
#define KEY_LEAST   12 /* "..gnu/libc.so": less tells nothing */
#define KEY_PADDED  48 /* if lines are not cut; a longer key pushes the next one */

struct column {
	const char *title;
	unsigned int width;
	bool for_cause;	    /* only if has_bars() */
	bool for_residency; /* only with --residency */
	bool for_bytes;	    /* only if run->bytes */
	bool is_count;	    /* is wider with -w, to be exact */
	unsigned int spare; /* rank: left out where keys need the room, 1 first; 0 stays */
	void (*add)(struct buf *out, const struct interval *interval, const struct row *row,
		    unsigned int width);
};

static void add_faults(struct buf *out, const struct interval *interval, const struct row *row,
		       unsigned int width)
{
	(void)interval;
	units_add_count(out, row->count, width);
}

/* Shares are of what the rows are sorted by, where that adds up; else of the faults. */
static const char *share_title(const struct interval *interval)
{
	switch (interval->sort) {
	case SORT_MAJOR: return "MAJ%";
	case SORT_TOTAL: return "TOT%";
	case SORT_BYTES: return "BYT%";
	default: return "SHARE";
	}
}

static void add_share_of_bytes(struct buf *out, const struct interval *interval,
			       const struct row *row)
{
	if (row->bytes == FT_UNKNOWN64 || interval->bytes == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		units_add_share(out, row->bytes, interval->bytes);
}

static void add_share(struct buf *out, const struct interval *interval, const struct row *row,
		      unsigned int width)
{
	(void)width;
	if (interval->sort == SORT_MAJOR)
		units_add_share(out, row->major, interval->sums.major);
	else if (interval->sort == SORT_TOTAL)
		units_add_share(out, row->sum_ns, interval->sums.latency_ns);
	else if (interval->sort == SORT_BYTES)
		add_share_of_bytes(out, interval, row);
	else
		units_add_share(out, row->count, interval->sums.faults);
}

static void add_major(struct buf *out, const struct interval *interval, const struct row *row,
		      unsigned int width)
{
	(void)interval;
	units_add_count(out, row->major, width);
}

/* Faults a second. */
static void add_rate(struct buf *out, const struct interval *interval, const struct row *row,
		     unsigned int width)
{
	unsigned long long span_ns = interval->end_ns - interval->begin_ns;
	double rate = span_ns ? (double)row->count * 1e9 / (double)span_ns : 0;

	if (!span_ns)
		buf__addc(out, '-');
	else if (rate < 9.995)
		buf__add_fixed(out, (uint64_t)(rate * 100 + 0.5), 2);
	else
		units_add_count(out, (uint64_t)(rate + 0.5), width);
}

static void add_total(struct buf *out, const struct interval *interval, const struct row *row,
		      unsigned int width)
{
	(void)interval;
	(void)width;
	text_add_brief_duration(out, row_known(row) ? row->sum_ns : FT_UNKNOWN64);
}

/* The share of the time that passed: 100% is one thread that does nothing but fault. */
static void add_time(struct buf *out, const struct interval *interval, const struct row *row,
		     unsigned int width)
{
	(void)width;
	if (row_known(row))
		units_add_share(out, row->sum_ns, interval->end_ns - interval->begin_ns);
	else
		buf__addc(out, '-');
}

static void add_mean(struct buf *out, const struct interval *interval, const struct row *row,
		     unsigned int width)
{
	(void)interval;
	(void)width;
	text_add_brief_duration(out, row_mean(row));
}

static void add_p99(struct buf *out, const struct interval *interval, const struct row *row,
		    unsigned int width)
{
	(void)interval;
	(void)width;
	text_add_brief_duration(out, row_percentile(row, 0.99));
}

static void add_max(struct buf *out, const struct interval *interval, const struct row *row,
		    unsigned int width)
{
	(void)interval;
	(void)width;
	text_add_brief_duration(out, row->max_ns);
}

static void add_causes(struct buf *out, const struct interval *interval, const struct row *row,
		       unsigned int width)
{
	(void)interval;
	text_add_cause_bar(out, row, width);
}

static void add_cached(struct buf *out, const struct interval *interval, const struct row *row,
		       unsigned int width)
{
	(void)interval;
	(void)width;
	if (row->has_cached)
		buf__addf(out, "%u%%", row->cached);
	else
		buf__addc(out, '-');
}

static void add_read_pages(struct buf *out, const struct interval *interval, const struct row *row,
			   unsigned int width)
{
	(void)interval;
	if (row->read_pages == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		units_add_count(out, row->read_pages, width);
}

static void add_bytes(struct buf *out, const struct interval *interval, const struct row *row,
		      unsigned int width)
{
	(void)interval;
	(void)width;
	add_map_bytes(out, row->bytes);
}

/* Values are right-aligned; the keys follow and take the rest of the line. */
static const struct column columns[] = {
	{ "FAULTS", 7, .is_count = true, .add = add_faults },
	{ "SHARE", 5, .spare = 4, .add = add_share }, /* see share_title() */
	{ "MAJOR", 5, .is_count = true, .spare = 7, .add = add_major },
	{ "FLT/S", 5, .is_count = true, .spare = 1, .add = add_rate },
	{ "TOTAL", 6, .spare = 8, .add = add_total },
	{ "TIME%", 5, .spare = 3, .add = add_time },
	{ "MEAN", 6, .spare = 2, .add = add_mean },
	{ "P99", 6, .spare = 5, .add = add_p99 },
	{ "MAX", 6, .spare = 6, .add = add_max },
	{ "BYTES", 5, .for_bytes = true, .add = add_bytes },
	{ "CAUSE", CAUSE_BAR, .for_cause = true, .spare = 11, .add = add_causes },
	{ "RDPAGE", 6, .for_residency = true, .is_count = true, .spare = 10,
	  .add = add_read_pages },
	{ "CACHED", 6, .for_residency = true, .spare = 9, .add = add_cached },
	{ NULL, 0, .add = NULL },
};

/* What all lines of a block have in common. */
struct block {
	const struct run_start *run;
	const struct interval *interval;
	const struct row *sample; /* a row with keys; NULL: there is none */
	bool has_bars;		  /* of causes */
	unsigned int pid_width;
	unsigned int spared; /* columns up to this rank are left out */
	size_t key_width;    /* of the first of two keys */
};

/* What the rows are sorted by stays on any terminal: without it their order looks random. */
static bool is_sorted_by(const struct column *column, const struct block *block)
{
	static void (*const by[])(struct buf *, const struct interval *, const struct row *,
				  unsigned int) = {
		[SORT_COUNT] = add_faults, [SORT_MAJOR] = add_major, [SORT_TOTAL] = add_total,
		[SORT_MEAN] = add_mean,	   [SORT_P99] = add_p99,     [SORT_MAX] = add_max,
		[SORT_BYTES] = add_bytes,
	};

	return column->add == by[block->interval->sort];
}

static bool is_spared(const struct column *column, const struct block *block)
{
	return column->spare && column->spare <= block->spared && !is_sorted_by(column, block);
}

static bool is_left_out(const struct column *column, const struct block *block)
{
	return (column->for_cause && !block->has_bars) ||
	       (column->for_residency && !block->run->residency) ||
	       (column->for_bytes && !block->run->bytes) || is_spared(column, block);
}

/* The next column that the block shows; after NULL the first one, after the last one NULL. */
static const struct column *next_column(const struct column *column, const struct block *block)
{
	column = column ? column + 1 : columns;
	while (is_left_out(column, block))
		column++;
	return column->title ? column : NULL;
}

static unsigned int width_of(const struct column *column, const struct run_start *run)
{
	return column->width + (run->wide && column->is_count ? EXACT_WIDTH : 0);
}

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
	const struct column *column = NULL;
	size_t line = out->len;

	while ((column = next_column(column, block))) {
		size_t start = out->len;

		buf__adds(out,
			  column->add == add_share ? share_title(block->interval) : column->title);
		buf__right_align(out, start, width_of(column, block->run));
		buf__addc(out, ' ');
	}
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
	const struct column *column = NULL;
	size_t line = out->len;

	while ((column = next_column(column, block))) {
		unsigned int width = width_of(column, block->run);
		size_t start = out->len;

		column->add(out, block->interval, row, width);
		buf__right_align(out, start, width);
		buf__addc(out, ' ');
	}
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

/* The columns that a line has for keys. */
static size_t room_for_keys(const struct block *block)
{
	size_t used = block->sample->nr_keys > 1 ? strlen("   ") : strlen(" ");
	const struct column *column = NULL;

	while ((column = next_column(column, block)))
		used += width_of(column, block->run) + 1;
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
	size_t enough = wanted_by_keys(block, KEY_ENOUGH), least = wanted_by_keys(block, KEY_LEAST);

	while (block->spared < SPARE_SOME && room_for_keys(block) < enough)
		block->spared++;
	while (block->spared < SPARE_MAX && room_for_keys(block) < least)
		block->spared++;
	block->has_bars &= block->spared < SPARE_MAX;
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
	if (block.sample && is_cut(run))
		spare_columns(&block);
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
	add_summary(f, interval);
	if (interval->nr_shown)
		add_table(out, run, interval);
	if (interval->nr && !run->redraw)
		buf__addc(out, '\n');
}
