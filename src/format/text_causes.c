/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of a row's faults went, as a bar of letters. */
#include <string.h>

#include "../base/units.h"
#include "columns.h"
#include "text.h"

static const char letters[FT_CAUSE_COUNT] = {
	[FT_CAUSE_OTHER] = '?', [FT_CAUSE_LOOKUP] = 'l',  [FT_CAUSE_LOCK] = 'L',
	[FT_CAUSE_IO] = 'i',	[FT_CAUSE_RECLAIM] = 'r', [FT_CAUSE_COMPACT] = 'c',
	[FT_CAUSE_UFFD] = 'u',	[FT_CAUSE_SCHED] = 's',	  [FT_CAUSE_CPU] = '#',
};

static bool has_part(const struct row *row, size_t cause)
{
	return row->cause_ns && row->cause_ns[cause] && row->cause_ns[cause] != FT_UNKNOWN64;
}

/* The end of each part is rounded, not its length, so that the parts add up to the bar. */
void text_add_cause_bar(struct buf *out, const struct row *row, unsigned int width)
{
	double all = (double)row->sum_ns, passed = 0;
	unsigned int used = 0;

	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		if (!has_part(row, cause))
			continue;
		passed += (double)row->cause_ns[cause];
		for (; used < width && used + 0.5 <= passed / all * width; used++)
			buf__addc(out, letters[cause]);
	}
}

/* Lines that are cut have no room for parts below 0.1 %. */
void text_add_cause_shares(struct buf *out, const struct run_start *run, const struct row *row)
{
	unsigned long long least = is_cut(run) ? row->sum_ns / 1000 : 0;
	const char *separator = "";

	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		if (!has_part(row, cause) || row->cause_ns[cause] < least)
			continue;
		buf__adds(out, separator);
		buf__adds(out, cause_names[cause]);
		buf__addc(out, ' ');
		units_add_share(out, row->cause_ns[cause], row->sum_ns);
		separator = "  ";
	}
}

void text_add_throttled(struct buf *out, unsigned long long throttled_ns)
{
	if (!throttled_ns || throttled_ns == FT_UNKNOWN64)
		return;
	buf__adds(out, ", ");
	units_add_duration(out, throttled_ns);
	buf__adds(out, " throttled after");
}

/* The legend has only letters that some bar shows. */
void text_add_cause_legend(struct buf *out, const struct run_start *run,
			   const struct interval *interval, unsigned int width)
{
	const char *separator = " ";
	struct buf bars = { 0 };
	size_t line = out->len;

	for (size_t i = 0; i < interval->nr_shown; i++)
		text_add_cause_bar(&bars, &interval->rows[i], width);
	buf__adds(out, "CAUSE:");
	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		if (!bars.len || !memchr(bars.data, letters[cause], bars.len))
			continue;
		buf__addf(out, "%s%c %s", separator, letters[cause], cause_names[cause]);
		separator = "  ";
	}
	buf__free(&bars);
	end_line(out, run, line, false);
}
