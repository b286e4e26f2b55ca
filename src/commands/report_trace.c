/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report FILE trace`: the lines of a trace. */
#include <errno.h>
#include <stdlib.h>

#include "../base/log.h"
#include "report.h"

struct trace_view {
	struct format *format;
	unsigned long long nr_events;
};

static int begin(struct report *r)
{
	struct trace_view *view = r->state = calloc(1, sizeof(*view));

	if (view)
		view->format = format__new(r->opts->format, &r->out.buf, &r->start);
	if (!view || !view->format)
		return -ENOMEM;
	if (r->opts->wide && !player__has(r->player).symbols && !r->opts->quiet)
		log_note("%s has no symbols: record -w", r->opts->capture);
	format__show(view->format, start);
	return 0;
}

/* What was recorded, and is not asked for now, is left out, as if it had not been recorded. */
static struct fault as_asked(const struct options *opts, const struct fault *recorded)
{
	struct fault fault = *recorded;

	if (!opts->stack)
		fault.stack = NULL;
	if (!opts->cause)
		fault.causes = NULL;
	if (!opts->residency)
		fault.has_cached = fault.has_read_pages = false;
	if (!opts->wide)
		fault.symbol = fault.data_symbol = NULL;
	return fault;
}

static bool is_full(const struct report *r)
{
	const struct trace_view *view = r->state;

	return r->opts->max_events && view->nr_events >= r->opts->max_events;
}

static void show_fault(struct report *r, const struct fault *recorded)
{
	struct fault fault = as_asked(r->opts, recorded);
	struct trace_view *view = r->state;

	if (is_full(r)) {
		r->is_filtered = true;
		return;
	}
	view->nr_events++;
	report__count(r, &fault, fault.rec->outcome == FT_OUTCOME_RESOLVED);
	format__show(view->format, fault, &fault);
	report__flush(r);
}

static bool show_throttled(struct report *r, const struct fault *recorded)
{
	struct fault fault = as_asked(r->opts, recorded);
	const struct trace_view *view = r->state;

	if (is_full(r))
		return false;
	format__show(view->format, throttled, &fault);
	report__flush(r);
	return true;
}

static void end(struct report *r)
{
	const struct trace_view *view = r->state;

	if (r->has_end)
		format__show(view->format, end, &r->end);
}

static void free_view(struct report *r)
{
	struct trace_view *view = r->state;

	if (view)
		format__free(view->format);
	free(view);
}

const struct report_view report_trace = {
	.begin = begin,
	.fault = show_fault,
	.throttled = show_throttled,
	.end = end,
	.free = free_view,
};
