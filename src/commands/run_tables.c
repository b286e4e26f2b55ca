/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace hist` and `faulttrace top`: faults summed up in the kernel. */

#include "../base/log.h"
#include "../host/clock.h"
#include "run.h"
#include "../trace/session.h"
#include "../trace/sums.h"
#include "../trace/table.h"

struct tables {
	struct table *table;
	unsigned int nr;	     /* intervals that are over */
	unsigned long long begin_ns; /* of the interval: where the last one ended */
	unsigned long long due_ns;   /* when it is over, as the clock has it */
	unsigned long long overflow; /* faults without a row of their own */
};

static struct tables *tables_of(const struct session *session)
{
	return session->ctx;
}

static void record(void *ctx, const struct ft_header *record)
{
	struct tables *tables = ctx;

	table__record(tables->table, record);
}

static int begin(struct session *session)
{
	struct tables *tables = tables_of(session);
	const struct sink_ops *sink = session->opts->sink;

	table__begin(tables->table, session->code_map, session->start.time_ns);
	tables->begin_ns = session->start.time_ns;
	tables->due_ns = session->start.time_ns + session->opts->interval_ns;
	session->start.redraw = output__takes_escapes(&session->out) && session->start.columns &&
				session->opts->command == COMMAND_TOP && session->opts->interval_ns;
	if (sink->start)
		sink->start(&session->out.buf, &session->start);
	return 0;
}

static unsigned long long when(const struct session *session)
{
	const struct tables *tables = tables_of(session);
	unsigned long long due_ns = table__due_ns(tables->table);

	return session->opts->interval_ns && tables->due_ns < due_ns ? tables->due_ns : due_ns;
}

static void show(struct session *session, const struct interval *interval)
{
	const struct sink_ops *sink = session->opts->sink;
	bool hist = session->opts->command == COMMAND_HIST;

	/* The window may have changed. */
	if (session->start.redraw) {
		session->start.columns = output__columns(&session->out);
		session->start.lines = output__lines(&session->out);
	}
	if (hist && sink->hist)
		sink->hist(&session->out.buf, &session->start, interval);
	if (!hist && sink->top)
		sink->top(&session->out.buf, &session->start, interval);
	output__flush(&session->out);
}

/* True if COUNT was given, and there were so many intervals. */
static bool has_all_intervals(const struct session *session)
{
	return session->opts->intervals && tables_of(session)->nr >= session->opts->intervals;
}

/* What was counted since the last time, as one interval. */
static void end_interval(struct session *session)
{
	struct tables *tables = tables_of(session);
	bool hist = session->opts->command == COMMAND_HIST;
	struct interval interval = { .nr = session->opts->interval_ns ? tables->nr + 1 : 0,
				     .begin_ns = tables->begin_ns };

	if (table__read(tables->table, session->tracer))
		return;
	/* The names of new rows came before the rows. */
	tracer__collect(session->tracer);
	/* To take the programs down is no part of the last one, though its rows are read then. */
	interval.end_ns = session->ended_ns ? session->ended_ns : table__read_ns(tables->table);
	if (table__interval(tables->table, hist, &interval))
		return;
	for (size_t i = 0; i < interval.nr_shown; i++)
		if (interval.rows[i].overflow)
			tables->overflow += interval.rows[i].count;
	run_end__add(&session->end, &interval.sums);
	show(session, &interval);
	table__next(tables->table);
	tables->nr++;
	tables->begin_ns = interval.end_ns;
	/* A late one does not make all that follow late; nor does one that was missed. */
	tables->due_ns += session->opts->interval_ns;
	if (tables->due_ns <= interval.end_ns)
		tables->due_ns = interval.end_ns + session->opts->interval_ns;
	/* Faults after the last one are in no interval, nor is their time in the summary. */
	if (has_all_intervals(session))
		session->ended_ns = interval.end_ns;
}

static void collected(struct session *session)
{
	const struct tables *tables = tables_of(session);

	if (session->opts->interval_ns && clock_ns(CLOCK_MONOTONIC) >= tables->due_ns)
		end_interval(session);
	else if (table__is_due(tables->table, session->tracer))
		table__read(tables->table, session->tracer);
}

static bool done(const struct session *session)
{
	return output__broken(&session->out) || has_all_intervals(session);
}

static void end(struct session *session)
{
	struct tables *tables = tables_of(session);

	/* What is left of an interval that was cut short; or the only one. */
	if (!has_all_intervals(session))
		end_interval(session);
	if (tables->overflow && !session->opts->quiet)
		log_note("hint: %llu of the faults had no row: a coarser --by, or filters",
			 tables->overflow);
	if (!session->opts->quiet)
		table__advise(tables->table);
	if (session->opts->sink->end)
		session->opts->sink->end(&session->out.buf, &session->start, &session->end);
}

static const struct session_ops ops = {
	.begin = begin,
	.record = record,
	.collected = collected,
	.when = when,
	.done = done,
	.end = end,
};

int run_tables(const struct options *opts)
{
	struct tables tables = { 0 };
	struct session session;
	int status = STATUS_FAILED;

	if (options__is_profile(opts))
		return run_profile(opts);
	if (!table__new(opts, &tables.table))
		status = session__run(&session, opts, &ops, &tables);
	table__free(tables.table);
	return status;
}
