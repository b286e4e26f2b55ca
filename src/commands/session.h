/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The run of every command that traces: checks the target, chooses a plan, forks the
 * traced command (which waits to exec), attaches the programs; collects until the target,
 * the time or the user ends the run; then prints a summary.
 */
#ifndef COMMANDS_SESSION_H
#define COMMANDS_SESSION_H

#include <sys/utsname.h>

#include "../cli/options.h"
#include "../host/child.h"
#include "../faults/code_history.h"
#include "../base/output.h"
#include "../faults/format.h"
#include "../source/live/targets.h"
#include "../source/live/tracer.h"

#define STATUS_DONE   0
#define STATUS_FAILED 1
#define STATUS_USAGE  2
#define STATUS_LOST   3

struct session;

/* What a command does at the steps of a session. session->ctx is its own state. */
struct session_ops {
	/* Opens session->out. 0, or -errno after saying why. NULL: as the options say. */
	int (*open)(struct session *session);
	/*
	 * Tracing is about to begin: session->start is complete, and privileges are dropped. What
	 * is appended to `out` here is written once the traced command runs. 0, or -errno after
	 * saying why.
	 */
	int (*begin)(struct session *session);
	/* The traced command runs. 0, or -errno after saying why it cannot go on. May be NULL. */
	int (*started)(struct session *session);
	/* Called after the records of each poll, at the latest at when(). May be NULL. */
	void (*collected)(struct session *session);
	/* CLOCK_MONOTONIC by which collected() must be called next; 0, or NULL: at any time. */
	unsigned long long (*when)(const struct session *session);
	/* Waits up to ms, or until fd is readable, in a way of its own. NULL: waits for fd only. */
	void (*wait)(struct session *session, int fd, int ms);
	bool (*done)(const struct session *session); /* ends the run if true; NULL: never */
	/* Tracing is about to end: the target, if it still runs, is still traced. May be NULL. */
	void (*stopping)(struct session *session);
	/* Tracing is over, at ended_ns: completes session->end and writes the rest. */
	void (*end)(struct session *session);
};

struct session {
	const struct options *opts;
	const struct session_ops *ops;
	void *ctx;
	struct output out;
	struct format *format; /* appends to `out` */
	int failed; /* not 0: an output other than `out` could not be written (already said) */
	struct run_start start;
	unsigned long long attached_ns;	 /* when all programs were attached */
	unsigned long long ended_ns;	 /* when the target, or else tracing, ended; 0: not yet */
	unsigned long long audit_ns;	 /* when losses are counted next */
	unsigned long long lost_told;	 /* the number of losses when they were counted last */
	struct run_end end;		 /* commands add faults as they come */
	struct record_consumer consumer; /* gets the records of the source */
	struct source *source;		 /* of records and rows: the tracer's */
	struct source_totals totals;	 /* filled when tracing has ended */
	struct tracer *tracer;
	const struct plan *plan;
	struct code_history *code_history; /* NULL: neither stacks nor symbols are wanted */

	struct features features;
	struct child child;
	struct utsname uts;
	struct targets targets;
	struct buf command;
};

/* Runs the session from beginning to end. Returns the exit status. */
int session__run(struct session *session, const struct options *opts, const struct session_ops *ops,
		 void *ctx, struct record_consumer consumer);

/* Takes the records that have come: to be called while something takes long. */
void session__poll(struct session *session);

/* The numbers of faults that were lost since tracing began; the other numbers are 0. */
struct run_end session__losses_so_far(struct session *session);

#endif /* COMMANDS_SESSION_H */
