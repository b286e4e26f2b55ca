/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text that Prometheus scrapes: its text format 0.0.4, or OpenMetrics 1.0. Names and labels are
 * promises: docs/serve.md has them.
 */
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

#include "../base/buf.h"
#include "../faults/format.h"
#include "../host/self_usage.h"
#include "containers.h"
#include "totals.h"

struct metrics_page {
	bool is_openmetrics;
	const struct totals *totals;
	const struct containers *containers;
	const struct run_start *run;
	const struct source_info *info;
	const struct self_usage *usage;
	unsigned long long process_start_ns; /* CLOCK_REALTIME */
};

void metrics__add(const struct metrics_page *page, struct buf *out);

#endif /* SERVE_METRICS_H */
