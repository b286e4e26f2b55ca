/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report --info`. */
#include "capture_info.h"
#include "report.h"

static void count(struct report *report, const struct fault *fault)
{
	report__count(report, fault, fault->rec->outcome == FT_OUTCOME_RESOLVED);
}

static void end(struct report *report)
{
	const struct capture_info info = {
		.start = &report->start,
		.has = player__has(report->player),
		.faults = &report->end,
		.end = report->has_end ? &report->whole : NULL,
		.last_ns = report->last_ns,
		.command_line = player__command_line(report->player),
		.player = report->player,
		.is_damaged = report->is_damaged || player__refused(report->player),
	};

	capture_info__add(&info, &report->out.buf);
}

const struct report_view report_info = { .fault = count, .end = end };
