/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace hist` and `faulttrace top`: faults summed up in the kernel. */

#include "../base/log.h"
#include "../records/tee.h"
#include "commands.h"
#include "session.h"
#include "side_capture.h"
#include "summary.h"
#include "../faults/run_totals.h"
#include "../faults/aggregate.h"

struct tables {
	struct aggregate *table;
	struct side_capture capture;
	struct record_tee tee;	     /* hands records to the table and to the capture */
	unsigned int nr;	     /* intervals that are over */
	unsigned long long begin_ns; /* of the current interval */
	unsigned long long due_ns;   /* when the current interval is due to end */
	unsigned long long overflow; /* faults without a row of their own */
};

static struct tables *tables_of(const struct session *session)
{
	return session->ctx;
}

static int begin(struct session *session)
{
	struct tables *tables = tables_of(session);
	aggregate__begin(tables->table, session->source, session->code_history,
			 session->start.time_ns);
	tables->begin_ns = session->start.time_ns;
	tables->due_ns = session->start.time_ns + session->opts->interval_ns;
	session->start.redraw = output__takes_escapes(&session->out) && session->start.columns &&
				session->opts->command->id == COMMAND_TOP &&
				session->opts->interval_ns;
	format__show(session->format, start);
	return side_capture__begin(&tables->capture, session);
}

static unsigned long long when(const struct session *session)
{
	const struct tables *tables = tables_of(session);
	unsigned long long due_ns = aggregate__due_ns(tables->table);

	return session->opts->interval_ns && tables->due_ns < due_ns ? tables->due_ns : due_ns;
}

static void show(struct session *session, const struct interval *interval)
{
	/* The size of the terminal may have changed. */
	if (session->start.redraw) {
		session->start.columns = output__columns(&session->out);
		session->start.lines = output__lines(&session->out);
	}
	if (session->opts->command->id == COMMAND_HIST)
		format__show(session->format, hist, interval);
	else
		format__show(session->format, top, interval);
	output__flush(&session->out);
}

/* True if COUNT was given, and there were so many intervals. */
static bool has_all_intervals(const struct session *session)
{
	return session->opts->intervals && tables_of(session)->nr >= session->opts->intervals;
}

/* Ends the current interval: reads and shows its rows, and begins the next one. */
static void end_interval(struct session *session)
{
	struct tables *tables = tables_of(session);
	bool hist = session->opts->command->id == COMMAND_HIST;
	struct interval interval = { .nr = session->opts->interval_ns ? tables->nr + 1 : 0,
				     .begin_ns = tables->begin_ns };

	if (aggregate__read(tables->table))
		return;
	/* The names of new rows are in the ring by now. */
	source__poll(session->source, &session->consumer);
	/* The last one ends when tracing ended, though its rows are read after detaching. */
	interval.end_ns = session->ended_ns ? session->ended_ns : aggregate__read_ns(tables->table);
	if (aggregate__interval(tables->table, hist, &interval))
		return;
	for (size_t i = 0; i < interval.nr_shown; i++)
		if (interval.rows[i].overflow)
			tables->overflow += interval.rows[i].count;
	run_end__add(&session->end, &interval.sums);
	show(session, &interval);
	aggregate__next(tables->table);
	tables->nr++;
	tables->begin_ns = interval.end_ns;
	/* An interval that ends late does not delay the next ones. Missed ones are left out. */
	tables->due_ns += session->opts->interval_ns;
	if (tables->due_ns <= interval.end_ns)
		tables->due_ns = interval.end_ns + session->opts->interval_ns;
	/* Faults after the last interval are not shown, and the summary leaves out their time. */
	if (has_all_intervals(session))
		session->ended_ns = interval.end_ns;
}

static void collected(struct session *session)
{
	struct tables *tables = tables_of(session);

	side_capture__collected(&tables->capture);
	if (session->opts->interval_ns && source__now(session->source) >= tables->due_ns)
		end_interval(session);
	else if (aggregate__is_due(tables->table))
		aggregate__read(tables->table);
}

static bool done(const struct session *session)
{
	return output__broken(&session->out) || has_all_intervals(session);
}

static void end(struct session *session)
{
	struct tables *tables = tables_of(session);

	side_capture__end(&tables->capture, session);
	/* Ends an interval that the end of the run cut short, or the only one. */
	if (!has_all_intervals(session))
		end_interval(session);
	if (!session->opts->quiet) {
		summary__hint_overflow(tables->overflow);
		aggregate__advise(tables->table);
	}
	format__show(session->format, end, &session->end);
}

static const struct session_ops ops = {
	.begin = begin,
	.collected = collected,
	.when = when,
	.done = done,
	.end = end,
};

static struct record_consumer consumer_of(struct tables *tables)
{
	if (!tables->capture.stream)
		return aggregate__consumer(tables->table);
	tables->tee.to[0] = aggregate__consumer(tables->table);
	tables->tee.to[1] = stream__consumer(tables->capture.stream);
	return record_tee__consumer(&tables->tee);
}

int run_tables(const struct options *opts)
{
	struct aggregate_options table_options = options__of_table(opts);
	struct tables tables = { .capture = SIDE_CAPTURE_NONE };
	struct session session;
	int status = STATUS_FAILED;

	if (aggregate__new(&table_options, &tables.table) ||
	    side_capture__new(&tables.capture, opts))
		log_no_memory();
	else
		status = session__run(&session, opts, &ops, &tables, consumer_of(&tables));
	side_capture__free(&tables.capture);
	aggregate__free(tables.table);
	return status;
}
