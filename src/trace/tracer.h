/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The source of records that is this kernel: loads the programs that the plan and
 * the options need, attaches them, hands every record on.
 */
#ifndef TRACE_TRACER_H
#define TRACE_TRACER_H

#include "../options.h"
#include "plan.h"
#include "rows.h"

struct tracer;

/* Called with each record from inside tracer__collect() and tracer__finish(). */
typedef void (*record_fn)(void *ctx, const struct ft_header *record);

/* Loads. 0, or -errno after saying why. command_pid: our held child, or 0. */
int tracer__open(const struct options *opts, struct features *features, const struct plan *plan,
		 int command_pid, record_fn record, void *ctx, struct tracer **ret);
/* Attaches. 0, or -errno after saying why; -ESRCH: the target is gone. */
int tracer__attach(struct tracer *t);
/* Hands on what is there, in the order in which it ended; 0 if there was nothing. */
size_t tracer__collect(struct tracer *t);
/* Readable when much waits to be collected, to poll(2) for; or, at_once, when anything does. */
int tracer__fd(const struct tracer *t);
void tracer__wake_me(struct tracer *t, bool at_once);
/* Where faults are summed up: as in rows.h. */
bool tracer__rows_are_scarce(const struct tracer *t);
int tracer__take_rows(struct tracer *t, row_fn row, void *ctx);

/* Ends tracing, hands on the rest, and sums up the counters. */
void tracer__finish(struct tracer *t);
void tracer__free(struct tracer *t);

struct tracer_totals {
	struct ft_counters counters;
	long long unseen_gup; /* -1: unknown */
	long long bpf_run_ns; /* -1: not measured */
	long long bpf_runs;
	unsigned long long missed_reads; /* folios that a fault may have brought in, not counted */
};

/* After tracer__finish(). */
const struct tracer_totals *tracer__totals(const struct tracer *t);

/* Where a fault's lookup of its mapping ends; if not, its time is in FT_CAUSE_CPU. */
bool tracer__sees_lookup(const struct tracer *t);

/* Whether memory.high's throttling is seen, where it was asked for (--cause). */
bool tracer__sees_throttling(const struct tracer *t);

/* Could the page tables be read? Kinds are "other" more often if not. */
bool tracer__sees_pages(const struct tracer *t);

#endif /* TRACE_TRACER_H */
