/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report FILE`: what there is in a capture, on one screen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/units.h"
#include "../faults/aggregate.h"
#include "../faults/run_totals.h"
#include "../format/formats.h"
#include "capture_info.h"
#include "commands.h"
#include "report.h"

#define ROWS  4 /* of each table */
#define WORST 5

/* The sums over all faults with equal keys: by what they are, and by where they were. */
static const enum ft_key_type keys[] = { FT_KEY_KIND, FT_KEY_FILE };
#define TABLES (sizeof(keys) / sizeof(*keys))

/* A fault, with copies of what it points to. */
struct kept_fault {
	struct ft_fault rec;
	struct ft_verdict verdict;
	char *name;
};

struct summary_view {
	struct run_start start; /* of the formats of tables and faults */
	struct aggregate *tables[TABLES];
	struct kept_fault worst[WORST]; /* the slowest first */
	size_t nr_worst;
};

static int begin(struct report *r)
{
	struct summary_view *view = r->state = calloc(1, sizeof(*view));
	const struct source_info info = player__info(r->player);
	struct aggregate_options options = {
		.sort = SORT_TOTAL,
		.max_rows = ROWS,
		.kinds = r->opts->filter.kinds,
		.sample = 1,
		.of_faults = true,
	};

	if (!view)
		return -ENOMEM;
	view->start = r->start;
	view->start.command = trace_command.name;
	view->start.no_totals = true;
	for (size_t i = 0; i < TABLES; i++) {
		options.rows.by[0] = keys[i];
		if (aggregate__new(&options, &view->tables[i]))
			return -ENOMEM;
		aggregate__begin_faults(view->tables[i], &info);
	}
	return 0;
}

/* Keeps the fault if it is one of the slowest. Of two that took as long, the first is kept. */
static void keep_if_slow(struct summary_view *view, const struct fault *fault)
{
	unsigned long long latency_ns = fault->rec->latency_ns;
	size_t i = view->nr_worst;

	if (latency_ns == FT_UNKNOWN64 ||
	    (i == WORST && latency_ns <= view->worst[WORST - 1].rec.latency_ns))
		return;
	if (i == WORST)
		free(view->worst[--i].name);
	else
		view->nr_worst++;
	for (; i && view->worst[i - 1].rec.latency_ns < latency_ns; i--)
		view->worst[i] = view->worst[i - 1];
	view->worst[i] = (struct kept_fault) { *fault->rec, fault->verdict, strdup(fault->name) };
}

static void add_fault(struct report *r, const struct fault *fault)
{
	struct summary_view *view = r->state;
	bool is_counted = aggregate__counts(view->tables[0], fault);

	report__count(r, fault, is_counted);
	if (!is_counted)
		return;
	for (size_t i = 0; i < TABLES; i++)
		aggregate__add_fault(view->tables[i], fault);
	keep_if_slow(view, fault);
}

/* ---- The screen ---------------------------------------------------------------------------------- */

static void show_totals(struct report *r)
{
	struct buf *out = &r->out.buf;
	const struct run_end *end = &r->end;

	run_end__tell(end, filter__wants_only_errors(&r->opts->filter), out);
	if (end->errors)
		buf__addf(out, "; %llu could not be resolved", end->errors);
	if (r->has_end)
		buf__addf(out, "; %llu lost\n", run_end__lost(&r->whole));
	else
		buf__adds(out, "; what was lost is not known\n");
	if (end->latency_ns && r->has_end && !r->is_filtered) {
		run_end__tell_share(end, out);
		buf__addc(out, '\n');
	}
}

static void show_table(struct report *r, const struct summary_view *view, struct aggregate *table)
{
	struct format *format = format__new(&text_format, &r->out.buf, &view->start);
	struct interval interval = { .begin_ns = r->start.time_ns + r->opts->from_ns,
				     .end_ns = report__end_ns(r) };

	if (format && !aggregate__interval(table, false, &interval) && interval.nr_rows) {
		buf__addc(&r->out.buf, '\n');
		format__show(format, top, &interval);
	}
	format__free(format);
}

static void show_worst(struct report *r, const struct summary_view *view)
{
	struct format *format = format__new(&text_format, &r->out.buf, &view->start);

	if (!view->nr_worst || !format) {
		format__free(format);
		return;
	}
	buf__adds(&r->out.buf, "\nThe slowest:\n");
	format__show(format, start);
	for (size_t i = 0; i < view->nr_worst; i++) {
		const struct kept_fault *kept = &view->worst[i];
		const struct fault fault = {
			.rec = &kept->rec,
			.verdict = kept->verdict,
			.name = kept->name ? kept->name : "",
		};

		format__show(format, fault, &fault);
	}
	format__free(format);
}

/* Views that tell more, of what there is in this capture. */
static void show_next(struct report *r)
{
	const struct player_has has = player__has(r->player);
	const struct {
		bool is_there;
		const char *view, *what;
	} next[] = {
		{ true, "hist", "how long each kind takes" },
		{ true, "top --by pid,kind", "who takes them" },
		{ has.symbols, "top --by symbol", "in which functions" },
		{ has.stacks, "top --folded", "by whom these are called" },
		{ has.cause, "top --by cause", "what the time was spent on" },
		{ !has.symbols, "trace --min-latency 1ms", "the slow ones, one by one" },
	};

	buf__addc(&r->out.buf, '\n');
	for (size_t i = 0; i < sizeof(next) / sizeof(*next); i++) {
		size_t start = r->out.buf.len;

		if (!next[i].is_there)
			continue;
		buf__adds(&r->out.buf, "faulttrace report ");
		buf__add_text(&r->out.buf, r->opts->capture);
		buf__addf(&r->out.buf, " %s", next[i].view);
		buf__pad_to(&r->out.buf, start, 52);
		buf__addf(&r->out.buf, " %s\n", next[i].what);
	}
}

static void end(struct report *r)
{
	const struct summary_view *view = r->state;

	capture_info__add_run(&r->start, player__command_line(r->player), report__end_ns(r),
			      &r->out.buf);
	show_totals(r);
	for (size_t i = 0; i < TABLES; i++)
		show_table(r, view, view->tables[i]);
	show_worst(r, view);
	if (r->end.faults && !r->opts->quiet)
		show_next(r);
}

static void free_view(struct report *r)
{
	struct summary_view *view = r->state;

	if (!view)
		return;
	for (size_t i = 0; i < TABLES; i++)
		aggregate__free(view->tables[i]);
	for (size_t i = 0; i < view->nr_worst; i++)
		free(view->worst[i].name);
	free(view);
}

const struct report_view report_summary = {
	.begin = begin,
	.fault = add_fault,
	.end = end,
	.free = free_view,
};
