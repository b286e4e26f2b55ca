/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include "../base/units.h"
#include "columns.h"

#define COLUMNS_DEFAULT 80
#define LINES_MIN	6  /* of bars: the limit for few faults */
#define LINES_MAX	20 /* of bars: the limit for many */
#define BAR_MIN		10
#define EDGE_WIDTH	7 /* "1.31 us" */
#define BAR_CHAR	'@'
#define SLIVER_CHAR	'.' /* less than one BAR_CHAR */
#define KEY_MIN		12
#define CAUSE_BAR	20

/* How the buckets of a row become lines. */
struct bars {
	const struct row *row;
	unsigned int merged; /* how many buckets a line has */
	unsigned int begin;  /* the first line's first bucket */
	unsigned int end;    /* after the last bucket that is not empty */
	unsigned int nr_lines;
	unsigned long long most; /* faults in a line */
	unsigned int edge_width;
	unsigned int count_width;
};

/* A line for buckets [begin, end): one bar or, if folded, several empty ones. */
struct line {
	unsigned int begin;
	unsigned int end;
	unsigned long long count;
	bool folded;
};

/* The buckets below and above a linear scale are not merged with others. */
static unsigned int bar_end(const struct bars *bars, unsigned int begin)
{
	unsigned int last = row_nr_buckets(bars->row) - 1;

	if (!bars->row->scale->step)
		return begin + bars->merged;
	if (!begin || begin == last)
		return begin + 1;
	return begin + bars->merged < last ? begin + bars->merged : last;
}

static unsigned long long faults_in(const struct row *row, unsigned int begin, unsigned int end)
{
	unsigned long long sum = 0;

	for (unsigned int i = begin; i < end; i++)
		sum += row->buckets[i];
	return sum;
}

/* Moves on to the next line; false at the end. To begin, line->end is bars->begin. */
static bool next_line(const struct bars *bars, struct line *line)
{
	line->begin = line->end;
	line->end = bar_end(bars, line->begin);
	line->count = faults_in(bars->row, line->begin, line->end);
	line->folded = false;
	while (!line->count && line->end < bars->end) {
		unsigned int end = bar_end(bars, line->end);

		if (faults_in(bars->row, line->end, end))
			break;
		line->end = end;
		line->folded = true;
	}
	return line->begin < bars->end;
}

static void add_edge(struct buf *out, const struct row *row, unsigned int bucket)
{
	if (row->scale->step)
		units_add_exact_duration(out, row_bucket_low(row, bucket));
	else
		units_add_duration(out, row_bucket_low(row, bucket));
}

static unsigned int width_of_edge(const struct row *row, unsigned int bucket)
{
	struct buf edge = { 0 };
	size_t width;

	add_edge(&edge, row, bucket);
	width = buf__columns(&edge, 0);
	buf__free(&edge);
	return (unsigned int)width;
}

static void measure(struct bars *bars)
{
	struct line line = { .end = bars->begin };

	bars->nr_lines = 0;
	bars->most = 0;
	bars->edge_width = EDGE_WIDTH;
	while (next_line(bars, &line)) {
		unsigned int width = width_of_edge(bars->row, line.end);

		bars->nr_lines++;
		bars->most = line.count > bars->most ? line.count : bars->most;
		bars->edge_width = width > bars->edge_width ? width : bars->edge_width;
	}
	bars->count_width = count_digits(bars->most);
}

/* Few faults on many bars show no shape: the limit is about the square root of their number. */
static unsigned int lines_for(unsigned long long faults)
{
	unsigned int lines = LINES_MIN;

	while (lines < LINES_MAX && (lines - 4) * (lines - 4) < faults)
		lines++;
	return lines;
}

/* Merges buckets until lines are few; on a scale of powers of two a line is one power at most. */
static struct bars arrange(const struct row *row)
{
	unsigned int nr = row_nr_buckets(row);
	unsigned int most = row->scale->step ? nr : FT_HIST_PARTS;
	unsigned int lines = lines_for(row_known(row));
	struct bars bars = { .row = row, .merged = 1 };

	for (unsigned int i = 0; i < nr; i++) {
		if (row->buckets[i])
			bars.end = i + 1;
	}
	for (;; bars.merged *= 2) {
		unsigned int begin = 0;

		while (begin < bars.end && !faults_in(row, begin, bar_end(&bars, begin)))
			begin = bar_end(&bars, begin);
		bars.begin = begin;
		measure(&bars);
		if (bars.nr_lines <= lines || bars.merged >= most)
			return bars;
	}
}

static void add_range(struct buf *out, const struct bars *bars, const struct line *line)
{
	size_t start = out->len;

	add_edge(out, bars->row, line->begin);
	buf__right_align(out, start, bars->edge_width);
	if (line->end >= row_nr_buckets(bars->row)) {
		buf__adds(out, " or more");
		buf__pad_to(out, start, 2 * bars->edge_width + strlen(" - "));
		return;
	}
	buf__adds(out, " - ");
	start = out->len;
	add_edge(out, bars->row, line->end);
	buf__right_align(out, start, bars->edge_width);
}

static void add_bar(struct buf *out, unsigned long long count, unsigned long long most,
		    unsigned int width)
{
	unsigned int n = (unsigned int)((double)count * width / (double)most);
	size_t start;

	buf__adds(out, " |");
	start = out->len;
	for (unsigned int i = 0; i < n; i++)
		buf__addc(out, BAR_CHAR);
	if (count && !n)
		buf__addc(out, SLIVER_CHAR);
	buf__pad_to(out, start, width);
	buf__addc(out, '|');
}

static void add_bars(struct buf *out, const struct run_start *run, const struct row *row)
{
	struct bars bars = arrange(row);
	struct line line = { .end = bars.begin };
	unsigned int columns = run->columns ? run->columns : COLUMNS_DEFAULT;
	unsigned int used = 2 * bars.edge_width + bars.count_width + strlen("   -   ||");
	unsigned int width = columns > used + BAR_MIN ? columns - used : BAR_MIN;

	while (next_line(&bars, &line)) {
		size_t start = out->len;

		buf__adds(out, "  ");
		if (line.folded) {
			size_t dots = out->len;

			buf__adds(out, "...");
			buf__right_align(out, dots, bars.edge_width);
		} else {
			add_range(out, &bars, &line);
			buf__addc(out, ' ');
			buf__add_u64_right(out, line.count, bars.count_width);
			add_bar(out, line.count, bars.most, width);
		}
		end_line(out, run, start, false);
	}
}

/* Finds each key's width if together they are to be `over` shorter: the longest is cut first. */
static void fit_keys(const struct run_start *run, const struct row *row, unsigned int pid_width,
		     size_t over, size_t *widths)
{
	struct buf text = { 0 };
	size_t longest = 0;

	for (size_t i = 0; i < row->nr_keys; i++) {
		text.len = 0;
		text_add_key(&text, run, &row->keys[i], pid_width);
		widths[i] = buf__columns(&text, 0);
		longest = widths[i] > widths[longest] ? i : longest;
	}
	buf__free(&text);
	for (size_t i = 0; i < row->nr_keys; i++) {
		size_t *width = &widths[(longest + i) % row->nr_keys];
		size_t most = *width > KEY_MIN ? *width - KEY_MIN : 0;
		size_t less = over < most ? over : most;

		*width -= less;
		over -= less;
	}
}

/* "all faults", "(overflow)", "kind cow, vma [heap]", made `over` columns shorter. */
static void add_title(struct buf *out, const struct run_start *run, const struct row *row,
		      unsigned int pid_width, size_t over)
{
	size_t widths[ROW_KEYS_MAX];

	fit_keys(run, row, pid_width, over, widths);
	if (row->overflow)
		buf__adds(out, "(overflow)");
	else if (!row->nr_keys)
		buf__adds(out, "all faults");
	for (size_t i = 0; i < row->nr_keys; i++) {
		if (i)
			buf__adds(out, ", ");
		/* "major" and "minor" need no name of the key. */
		if (row->keys[i].type != FT_KEY_MAJOR || !row->keys[i].text) {
			buf__adds(out, key_names[row->keys[i].type]);
			buf__addc(out, ' ');
		}
		text_add_short_key(out, run, &row->keys[i], pid_width, widths[i]);
	}
}

static void add_sums(struct buf *out, const struct row *row, unsigned long long all)
{
	buf__addf(out, ": %llu", row->count);
	if (row->nr_keys || row->overflow) {
		buf__adds(out, " (");
		units_add_share(out, row->count, all);
		buf__addc(out, ')');
	}
	if (row->major)
		buf__addf(out, ", %llu major", row->major);
	if (!row_known(row))
		return;
	buf__adds(out, ", total ");
	units_add_duration(out, row->sum_ns);
	buf__adds(out, ", mean ");
	units_add_duration(out, row_mean(row));
	text_add_throttled(out, row->throttled_ns);
}

/* Where a line is too long the keys are shortened, not the numbers. */
static void add_heading(struct buf *out, const struct run_start *run, const struct row *row,
			unsigned long long all, unsigned int pid_width)
{
	size_t line = out->len;
	size_t used;

	add_title(out, run, row, pid_width, 0);
	add_sums(out, row, all);
	used = buf__columns(out, line);
	if (is_cut(run) && used > run->columns) {
		out->len = line;
		add_title(out, run, row, pid_width, used - run->columns);
		add_sums(out, row, all);
	}
	end_line(out, run, line, true);
}

#define COLUMNS_ALL_PERCENTILES 76
#define COLUMNS_PERMS		96 /* with less, the slowest fault's permissions are left out */

static void add_percentiles(struct buf *out, const struct run_start *run, const struct row *row)
{
	static const struct {
		const char *name;
		double share;
	} percentiles[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p99.9", 0.999 } };
	size_t line = out->len;

	for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++) {
		unsigned long long ns = row_percentile(row, percentiles[i].share);

		buf__adds(out, "  ");
		buf__adds(out, percentiles[i].name);
		buf__addc(out, ' ');
		if (ns == FT_UNKNOWN64) { /* beyond the scale: only that is known */
			buf__addc(out, '>');
			add_edge(out, row, row_nr_buckets(row) - 1);
		} else {
			units_add_duration(out, ns);
		}
	}
	/* max would be cut off: put it on a line of its own. */
	if (is_cut(run) && run->columns < COLUMNS_ALL_PERCENTILES) {
		end_line(out, run, line, false);
		line = out->len;
	}
	buf__adds(out, "  max ");
	units_add_duration(out, row->max_ns);
	end_line(out, run, line, false);
}

/* The slowest fault, in the terms of the lines of trace. */
static void add_worst(struct format *f, const struct fault *worst)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	size_t line = out->len;

	buf__adds(out, "  worst at ");
	text_add_time(f, worst->rec->h.time_ns);
	buf__adds(out, ", tid ");
	buf__add_u64(out, worst->rec->tid);
	buf__addc(out, ' ');
	text_add_comm(f, worst);
	buf__adds(out, ": ");
	text_add_kind(f, worst);
	buf__addc(out, ' ');
	text_add_addr(f, worst);
	buf__addc(out, ' ');
	text_add_where(out, run, worst, line, !is_cut(run) || run->columns >= COLUMNS_PERMS);
	end_line(out, run, line, false);
}

static void add_causes(struct buf *out, const struct run_start *run, const struct row *row)
{
	unsigned int width = CAUSE_BAR;
	size_t line = out->len, used;

	if (!row->cause_ns)
		return;
	buf__adds(out, "  ");
	text_add_cause_shares(out, run, row);
	/* The bar gets what the shares leave of the line. */
	used = buf__columns(out, line) + strlen("  ||");
	if (is_cut(run) && used + width > run->columns)
		width = run->columns > used ? (unsigned int)(run->columns - used) : 0;
	if (width >= BAR_MIN / 2) {
		buf__adds(out, "  |");
		text_add_cause_bar(out, row, width);
		buf__addc(out, '|');
	}
	end_line(out, run, line, false);
}

static void add_histogram(struct format *f, const struct row *row, unsigned long long all,
			  unsigned int pid_width)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	unsigned long long unknown = row->buckets[FT_HIST_UNKNOWN];

	add_heading(out, run, row, all, pid_width);
	if (row_known(row)) {
		add_percentiles(out, run, row);
		add_causes(out, run, row);
		if (row->worst)
			add_worst(f, row->worst);
		add_bars(out, run, row);
	}
	if (unknown) {
		size_t line = out->len;

		buf__addf(out, "  %llu without a known latency", unknown);
		end_line(out, run, line, false);
	}
}

static void add_interval(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;
	size_t line = out->len;

	text_add_span(f, interval);
	buf__adds(out, " (");
	units_add_duration(out, interval->end_ns - interval->begin_ns);
	buf__addc(out, ')');
	end_line(out, f->run, line, true);
}

static void add_no_faults(struct buf *out, const struct run_start *run)
{
	size_t line = out->len;

	buf__adds(out, "no faults");
	end_line(out, run, line, false);
}

void text_hist(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	/* Pids are not in a column here: any width but 0 does. */
	unsigned int pid_width = text_pid_width(run, interval) ? 1 : 0;
	unsigned long long all = interval->nr_shown ? interval->rows[0].count : 0;

	if (interval->nr)
		add_interval(f, interval);
	if (!all)
		add_no_faults(out, run);
	/* rows[0] is the sum: with only one other row it is left out, as both are the same. */
	for (size_t i = interval->nr_rows == 2; all && i < interval->nr_shown; i++) {
		if (i > 1 || (i && interval->nr_rows > 2))
			buf__addc(out, '\n');
		add_histogram(f, &interval->rows[i], all, pid_width);
	}
	text_add_hidden(out, run, interval->nr_rows - interval->nr_shown);
	if (interval->nr)
		buf__addc(out, '\n');
}
