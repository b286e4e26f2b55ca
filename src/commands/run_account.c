/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace map -d` and `map -- CMD`: a map, tracing, another map, and the account. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/cgroup.h"
#include "../host/clock.h"
#include "../map/account.h"
#include "../map/cold.h"
#include "../map/show.h"
#include "../trace/naming.h"
#include "../trace/session.h"
#include "run.h"

/*
 * A tenth of the time waiting for pages, and not just for once: many of them were in
 * memory a short time ago.
 */
#define THRASHING_SHARE 10
#define THRASHING_MIN	100

struct watch {
	const struct options *opts;
	int pid;
	struct naming *naming;
	struct memory_map before;
	struct memory_map after; /* no rows: the process was gone */
	struct touches touches;
	struct map_trace trace;
	/* Of all processes in the target's cgroup, at the begin and at the end. */
	struct cgroup_refaults refaults_before, refaults_after;
	bool has_refaults;
	bool has_moved;	    /* to another cgroup meanwhile */
	bool was_looked_at; /* at the end */
	unsigned long long begin_ns;
};

static int read_map(const struct watch *w, const struct run_start *start, struct memory_map *map)
{
	const struct map_config config = {
		.pid = w->pid,
		.strip = start->strip,
		.keep_runs = true,
	};

	return map_read_with_bar(map, &config);
}

/*
 * The kernel counts refaults by cgroup, not by process. If the target has moved, the counters are
 * those of two cgroups, and their difference tells nothing. If it is gone, so is its cgroup's name:
 * then the one is asked that it was in at the begin.
 */
static void count_refaults(struct watch *w)
{
	const struct cgroup_refaults *before = &w->refaults_before;
	struct cgroup_refaults *after = &w->refaults_after;

	if (!w->has_refaults)
		return;
	if (cgroup__refaults(w->pid, after)) {
		*after = *before;
		w->has_refaults = !cgroup__refaults_again(after);
		return;
	}
	w->has_moved = before->is_v1 != after->is_v1 || strcmp(before->path, after->path);
	w->has_refaults = !w->has_moved;
}

/* The last look at the process. What it has done is what there is. */
static void look_again(void *ctx)
{
	struct session *session = ctx;
	struct watch *w = session->ctx;

	if (w->was_looked_at)
		return;
	w->was_looked_at = true;
	count_refaults(w);
	if (read_map(w, &session->start, &w->after)) {
		map__free(&w->after);
		w->trace.window_ns = clock_ns(CLOCK_MONOTONIC) - w->begin_ns;
		return;
	}
	w->touches.after_begin = w->after.begin_ns;
	w->touches.after_end = w->after.end_ns;
	w->trace.has_after = true;
	/* A command is held while its map is read: that is not its time. */
	w->trace.window_ns =
		(w->trace.is_from_exec ? w->after.begin_ns : w->after.end_ns) - w->begin_ns;
}

/* Right after its exec a command has nothing yet. */
static int begin_command(struct session *session, struct watch *w)
{
	int err = child__hold_at_exit(&session->child, look_again, session);

	if (err)
		log_note("its memory at its exit is unknown: ptrace: %s", strerror(-err));
	if (session->opts->cold)
		cold_start(session);
	w->has_refaults = !cgroup__refaults(w->pid, &w->refaults_before);
	w->before.knows_runs = true;
	w->begin_ns = clock_ns(CLOCK_MONOTONIC);
	w->trace.is_from_exec = true;
	return 0;
}

static int begin_process(struct session *session, struct watch *w)
{
	int err;

	w->has_refaults = !cgroup__refaults(w->pid, &w->refaults_before);
	err = read_map(w, &session->start, &w->before);
	if (err) {
		map_complain(w->pid, err);
		return err;
	}
	w->begin_ns = w->before.begin_ns;
	w->touches.before = &w->before;
	w->touches.before_begin = w->before.begin_ns;
	w->touches.before_end = w->before.end_ns;
	return 0;
}

static int begin(struct session *session)
{
	struct watch *w = session->ctx;
	const struct map_ops *format = session->opts->sink->account;

	map_describe(&session->start, session->opts);
	w->pid = session->start.target_ids[0];
	if (format->begin)
		format->begin(&session->out.buf, &session->start);
	return session->child.pid ? begin_command(session, w) : begin_process(session, w);
}

static void on_fault(struct watch *w, const struct ft_fault *rec)
{
	if ((int)rec->pid != w->pid ||
	    !touches__add(&w->touches, rec, naming__of(w->naming, rec)) ||
	    rec->outcome != FT_OUTCOME_RESOLVED)
		return;
	w->trace.faults++;
	if (rec->major != 1)
		return;
	w->trace.major++;
	if (rec->latency_ns != FT_UNKNOWN64)
		w->trace.major_ns += rec->latency_ns;
}

static void record(void *ctx, const struct ft_header *record)
{
	struct watch *w = ctx;

	if (record->type == FT_RECORD_FAULT && record->size >= sizeof(struct ft_fault))
		on_fault(w, (const struct ft_fault *)record);
	else if (record->type == FT_RECORD_NAME)
		naming__learn(w->naming, (const struct ft_name *)record);
}

static bool done(const struct session *session)
{
	return output__broken(&session->out);
}

static void stopping(struct session *session)
{
	look_again(session);
}

static void conclude(struct map_trace *trace, const struct watch *w)
{
	const struct cgroup_refaults *before = &w->refaults_before, *after = &w->refaults_after;

	trace->refaults_anon = w->has_refaults ? after->anon - before->anon : MAP_UNKNOWN;
	trace->refaults_file = w->has_refaults ? after->file - before->file : MAP_UNKNOWN;
	trace->cgroup = w->has_refaults ? after->path : NULL;
	trace->moved_to = w->has_moved ? after->path : NULL;
	trace->is_thrashing = w->has_refaults && trace->major >= THRASHING_MIN &&
			      trace->refaults_anon + trace->refaults_file >= THRASHING_MIN &&
			      trace->major_ns * THRASHING_SHARE >= trace->window_ns;
}

static void end(struct session *session)
{
	struct watch *w = session->ctx;
	struct run_end *end = &session->end;
	const struct map_ops *format = session->opts->sink->account;
	struct memory_map shown;

	account__build(&shown, &w->before, &w->after, &w->touches);
	shown.pid = w->pid;
	shown.trace = &w->trace;
	conclude(&w->trace, w);
	end->faults = w->trace.faults;
	end->major = w->trace.major;
	end->minor = end->faults - end->major;
	end->errors = shown.all.account->kinds[FT_KIND_ERROR];
	end->latency_ns = shown.all.account->ns;
	/* The faults are those of the time between the maps: so is the time in the summary. */
	end->elapsed_ns = w->trace.window_ns;
	if (!w->trace.has_after)
		log_note("the process was gone before its memory could be looked at once more");
	map_show(format, &session->start, &shown, &session->out);
	if (format->end)
		format->end(&session->out.buf, &session->start, &shown, end);
	account__free(&shown);
}

static const struct session_ops ops = {
	.begin = begin,
	.record = record,
	.done = done,
	.stopping = stopping,
	.end = end,
};

int run_account(const struct options *opts)
{
	struct session session;
	struct watch *w = calloc(1, sizeof(*w));
	int status = STATUS_FAILED;

	if (w && !naming__new(&w->naming)) {
		w->opts = opts;
		w->touches.page_size = (uint64_t)getpagesize();
		status = session__run(&session, opts, &ops, w);
		naming__free(w->naming);
		touches__free(&w->touches);
		map__free(&w->before);
		map__free(&w->after);
	}
	free(w);
	return status;
}
