/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every command that traces goes through: the target is checked, a plan is
 * chosen, the command forked and held, the programs attached; it runs until the
 * target, the time or the user ends it; then it is summed up.
 */
#ifndef TRACE_SESSION_H
#define TRACE_SESSION_H

#include <sys/utsname.h>

#include "../host/child.h"
#include "code_map.h"
#include "output.h"
#include "sink.h"
#include "targets.h"
#include "tracer.h"

#define STATUS_DONE   0
#define STATUS_FAILED 1
#define STATUS_USAGE  2
#define STATUS_LOST   3

struct session;

/* What a command does with it. ctx is session->ctx. */
struct session_ops {
	/*
	 * Tracing is about to begin: session->start is complete. What it appends to session->out is
	 * written when the command, if there is one, runs. 0 or -errno after saying why.
	 */
	int (*begin)(struct session *session);
	void (*record)(void *ctx, const struct ft_header *record);
	/* All there was has been handed on; called at least when `when` says. NULL: nothing. */
	void (*collected)(struct session *session);
	/* CLOCK_MONOTONIC of the next call that it needs; 0: none. NULL: never any. */
	unsigned long long (*when)(const struct session *session);
	bool (*done)(const struct session *session); /* NULL: never */
	/* It is about to be over: the target, if it is still there, is still traced. NULL: nothing. */
	void (*stopping)(struct session *session);
	/* Tracing is over, at ended_ns: completes session->end and writes the rest. */
	void (*end)(struct session *session);
};

struct session {
	const struct options *opts;
	const struct session_ops *ops;
	void *ctx;
	struct output out;
	int failed; /* something else could not be written (already told) */
	struct run_start start;
	unsigned long long attached_ns; /* everything is, from then on */
	unsigned long long ended_ns;	/* when what was traced ended; 0: not yet */
	struct run_end end;		/* commands add up faults in it, as they come */
	struct tracer *tracer;
	const struct plan *plan;
	struct code_map *code_map; /* NULL unless options__wants_code_map() */

	struct features features;
	struct child child;
	struct utsname uts;
	struct targets targets;
	struct buf command;
};

/* From beginning to end; returns the exit status. */
int session__run(struct session *session, const struct options *opts, const struct session_ops *ops,
		 void *ctx);

#endif /* TRACE_SESSION_H */
