/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report FILE hist` and `top`: tables of the faults of a capture. */
#include <errno.h>
#include <stdlib.h>

#include "../faults/aggregate.h"
#include "report.h"
#include "summary.h"

struct tables_view {
	struct format *format;
	struct aggregate *table;
	unsigned long long nr;	     /* of the current interval, from 0 on */
	unsigned long long begin_ns; /* of the current interval */
	bool has_faults;	     /* in the current interval */
	bool is_over;		     /* all COUNT intervals have been shown */
	unsigned long long overflow; /* faults without a row of their own */
};

static int begin(struct report *r)
{
	struct aggregate_options options = options__of_table(r->opts);
	struct tables_view *view = r->state = calloc(1, sizeof(*view));
	const struct source_info info = player__info(r->player);

	if (!view || aggregate__new(&options, &view->table))
		return -ENOMEM;
	view->format = format__new(r->opts->format, &r->out.buf, &r->start);
	if (!view->format)
		return -ENOMEM;
	aggregate__begin_faults(view->table, &info);
	view->begin_ns = r->start.time_ns + r->opts->from_ns;
	format__show(view->format, start);
	return 0;
}

static void show_interval(struct report *r, unsigned long long end_ns)
{
	struct tables_view *view = r->state;
	bool is_hist = r->opts->view->id == COMMAND_HIST;
	struct interval interval = {
		.nr = r->opts->interval_ns ? (unsigned int)view->nr + 1 : 0,
		.begin_ns = view->begin_ns,
		.end_ns = end_ns,
	};

	if (aggregate__interval(view->table, is_hist, &interval))
		return;
	for (size_t i = 0; i < interval.nr_shown; i++)
		if (interval.rows[i].overflow)
			view->overflow += interval.rows[i].count;
	if (is_hist)
		format__show(view->format, hist, &interval);
	else
		format__show(view->format, top, &interval);
	output__flush(&r->out);
	aggregate__next(view->table);
	view->has_faults = false;
}

/* Ends the interval that is over at this time. Those after it without faults are left out. */
static void go_to(struct report *r, unsigned long long time_ns)
{
	unsigned long long length = r->opts->interval_ns, passed;
	struct tables_view *view = r->state;

	if (!length || time_ns <= view->begin_ns || time_ns - view->begin_ns < length)
		return;
	if (view->has_faults)
		show_interval(r, view->begin_ns + length);
	passed = (time_ns - view->begin_ns) / length;
	view->nr += passed;
	view->begin_ns += passed * length;
	view->is_over = r->opts->intervals && view->nr >= r->opts->intervals;
	if (view->is_over)
		r->until_ns = r->start.time_ns + r->opts->from_ns + r->opts->intervals * length;
}

/* A fault is counted when it has ended, as the kernel half does. */
static unsigned long long end_of(const struct ft_fault *rec)
{
	return rec->h.time_ns + (rec->latency_ns == FT_UNKNOWN64 ? 0 : rec->latency_ns);
}

static void add_fault(struct report *r, const struct fault *fault)
{
	struct tables_view *view = r->state;
	bool is_counted = aggregate__counts(view->table, fault);

	struct fault named = *fault;

	go_to(r, end_of(fault->rec));
	if (view->is_over) {
		r->is_filtered = true;
		return;
	}
	report__count(r, fault, is_counted);
	if (!is_counted)
		return;
	if (row_spec__has(&r->opts->rows, FT_KEY_CGROUP))
		named.cgroup = player__cgroup(r->player, fault->rec->cgroup_id);
	if (row_spec__has(&r->opts->rows, FT_KEY_CONTAINER))
		named.container = player__container(r->player, fault->rec->cgroup_id);
	aggregate__add_fault(view->table, &named);
	view->has_faults = true;
}

static bool add_throttled(struct report *r, const struct fault *fault)
{
	const struct tables_view *view = r->state;

	if (view->is_over || !aggregate__counts(view->table, fault))
		return false;
	aggregate__add_throttled(view->table, fault);
	return true;
}

static void end(struct report *r)
{
	struct tables_view *view = r->state;
	unsigned long long end_ns = report__end_ns(r);

	go_to(r, end_ns);
	if (!view->is_over && (view->has_faults || !r->opts->interval_ns))
		show_interval(r, end_ns);
	if (!r->opts->quiet) {
		summary__hint_overflow(view->overflow);
		aggregate__advise(view->table);
	}
	if (r->has_end)
		format__show(view->format, end, &r->end);
}

static void free_view(struct report *r)
{
	struct tables_view *view = r->state;

	if (!view)
		return;
	aggregate__free(view->table);
	format__free(view->format);
	free(view);
}

const struct report_view report_tables = {
	.begin = begin,
	.fault = add_fault,
	.throttled = add_throttled,
	.end = end,
	.free = free_view,
};
