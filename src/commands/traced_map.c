/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `faulttrace map -d` and `map -- CMD`: a map, tracing, another map, and the account; with -f also
 * of the processes that CMD forks.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/cgroup.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "cold_start.h"
#include "../map/family.h"
#include "show_map.h"
#include "../faults/mapping_names.h"
#include "session.h"
#include "commands.h"

/*
 * The target thrashes if major faults take a tenth of the time, and THRASHING_MIN of them and of
 * refaults occur: faults on pages that were in memory a short time ago.
 */
#define THRASHING_SHARE 10
#define THRASHING_MIN	100

struct watch {
	const struct options *opts;
	struct mapping_names *naming;
	struct family family; /* its first member is the process that -p or CMD names */
	/* Faults of get_user_pages without an address (plan memcg): no row has a place for them. */
	unsigned long long unplaced;
	/* Of all processes in the target's cgroup, at the begin and at the end. */
	struct cgroup_refaults refaults_before, refaults_after;
	bool has_refaults;
	bool has_moved; /* the target is in another cgroup at the end */
	bool is_over;
	struct memory_map shown[FAMILY_MAX]; /* filled at the end; totals are kept */
};

static int read_map(int pid, const struct run_start *start, struct memory_map *map)
{
	const struct map_config config = {
		.pid = pid,
		.strip = start->strip,
		.keep_runs = true,
	};

	return map_read_with_bar(map, &config);
}

/*
 * The kernel counts refaults by cgroup, not by process. If the target has moved, the counters are
 * those of two cgroups, and their difference tells nothing. If it is gone, so is its cgroup's name:
 * then the cgroup of the begin is read again.
 */
static void count_refaults(struct watch *w)
{
	const struct cgroup_refaults *before = &w->refaults_before;
	struct cgroup_refaults *after = &w->refaults_after;

	if (!w->has_refaults)
		return;
	if (cgroup__refaults(w->family.members[0]->pid, after)) {
		*after = *before;
		w->has_refaults = !cgroup__refaults_again(after);
		return;
	}
	w->has_moved = before->is_v1 != after->is_v1 || strcmp(before->path, after->path);
	w->has_refaults = !w->has_moved;
}

/* Reads the map after, once: when the process exits, or when tracing ends. */
static void look_again(struct session *session, struct family_member *m)
{
	struct watch *w = session->ctx;
	bool is_held;

	if (m->was_looked_at)
		return;
	m->was_looked_at = true;
	if (m == w->family.members[0])
		count_refaults(w);
	if (read_map(m->pid, &session->start, &m->after)) {
		map__free(&m->after);
		m->trace.window_ns = clock_ns(CLOCK_MONOTONIC) - m->begin_ns;
		return;
	}
	m->touches.after_begin = m->after.begin_ns;
	m->touches.after_end = m->after.end_ns;
	m->trace.has_after = true;
	/* A command and its forks are held while their map is read: that is not their time. */
	is_held = m->trace.is_from_exec || m->trace.is_followed;
	m->trace.window_ns = (is_held ? m->after.begin_ns : m->after.end_ns) - m->begin_ns;
}

static void on_exit_of(void *ctx, int pid)
{
	struct session *session = ctx;
	struct watch *w = session->ctx;
	struct family_member *m = family__find(&w->family, pid);

	if (m)
		look_again(session, m);
}

static void on_fork_of(void *ctx, int pid)
{
	struct session *session = ctx;
	struct watch *w = session->ctx;
	struct family_member *m = w->is_over ? NULL : family__add(&w->family, pid);

	if (!m)
		return;
	m->trace.is_followed = true;
	m->trace.parent = task_parent(pid);
	if (read_map(pid, &session->start, &m->before))
		map__free(&m->before);
	family_member__begin(m, clock_ns(CLOCK_MONOTONIC));
}

/* A forked process begins a new account. The command's began at its first exec, and stays. */
static void on_exec_of(void *ctx, int pid)
{
	struct session *session = ctx;
	struct watch *w = session->ctx;
	struct family_member *m = w->is_over ? NULL : family__find(&w->family, pid);

	if (!m || m == w->family.members[0])
		return;
	family_member__exec(m, clock_ns(CLOCK_MONOTONIC));
	task_comm(pid, m->before.comm);
}

/* Needs no map before: right after its exec a command has nothing resident. */
static int begin_command(struct session *session, struct family_member *m)
{
	struct watch *w = session->ctx;
	bool follow = session->opts->target.follow;
	const struct tracee_watcher watcher = {
		.on_exit = on_exit_of,
		.on_fork = follow ? on_fork_of : NULL,
		.on_exec = on_exec_of,
		.ctx = session,
	};
	int err = child__watch(&session->child, &watcher);

	if (err)
		log_note("the memory that it has when it exits%s unknown: ptrace: %s",
			 follow ? ", and what it forks, are" : " is", strerror(-err));
	if (session->opts->cold)
		cold_start(session);
	w->has_refaults = !cgroup__refaults(m->pid, &w->refaults_before);
	m->trace.is_followed = follow;
	family_member__exec(m, clock_ns(CLOCK_MONOTONIC));
	return 0;
}

static int begin_process(struct session *session, struct family_member *m)
{
	struct watch *w = session->ctx;
	int err;

	w->has_refaults = !cgroup__refaults(m->pid, &w->refaults_before);
	err = read_map(m->pid, &session->start, &m->before);
	if (err)
		map_complain(m->pid, err);
	else
		family_member__begin(m, m->before.begin_ns);
	return err;
}

static int begin(struct session *session)
{
	struct watch *w = session->ctx;
	struct family_member *m = family__add(&w->family, session->start.target_ids[0]);

	map_describe(&session->start, session->opts);
	format__show_map(session->format, begin);
	return session->child.pid ? begin_command(session, m) : begin_process(session, m);
}

static void on_name(void *ctx, const struct ft_name *record)
{
	const struct watch *w = ctx;

	mapping_names__learn(w->naming, record);
}

static void on_fault(void *ctx, const struct fault_record *record)
{
	const struct ft_fault *rec = record->rec;
	struct watch *w = ctx;

	if (!family__find(&w->family, (int)rec->pid))
		return;
	if (rec->addr != FT_UNKNOWN64)
		family__add_fault(&w->family, rec,
				  mapping_names__of(w->naming, (int)rec->pid, &rec->vma));
	else if (rec->outcome == FT_OUTCOME_RESOLVED)
		w->unplaced++;
}

static bool done(const struct session *session)
{
	return output__broken(&session->out);
}

/* Reads the maps of processes that have not exited, while they run; then detaches (-f). */
static void stopping(struct session *session)
{
	struct watch *w = session->ctx;

	w->is_over = true;
	for (size_t i = 0; i < w->family.nr; i++) {
		struct family_member *m = w->family.members[i];

		m->trace.still_runs = !m->was_looked_at && task_status(m->pid) == TASK_RUNS;
		look_again(session, m);
	}
	if (session->opts->target.follow)
		child__leave_followed(&session->child);
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

/* Builds the map of one process with its account, in *shown, and shows it. */
static void show(struct session *session, struct family_member *m, struct memory_map *shown)
{
	account__build(shown, &m->before, &m->after, &m->touches);
	shown->pid = m->pid;
	shown->trace = &m->trace;
	if (!m->trace.has_after && m->trace.is_followed)
		log_note("%d exited before its memory map could be read again", m->pid);
	else if (!m->trace.has_after)
		log_note("the process exited before its memory map could be read again");
	map_show(session->format, shown, &session->out);
}

static void sum_up(struct map_trace *sum, const struct family *family)
{
	sum->window_ns = family->members[0]->trace.window_ns;
	sum->processes = family->nr;
	sum->left_out = family->left_out;
	for (size_t i = 0; i < family->nr; i++) {
		const struct map_trace *trace = &family->members[i]->trace;

		sum->faults += trace->faults;
		sum->major += trace->major;
		sum->major_ns += trace->major_ns;
	}
}

static void fill_end(struct run_end *end, const struct memory_map *sum)
{
	end->faults = sum->trace->faults;
	end->major = sum->trace->major;
	end->minor = end->faults - end->major;
	end->errors = sum->all.account->kinds[FT_KIND_ERROR];
	end->latency_ns = sum->all.account->ns;
	/* The faults are those of the time between the maps: so is the time in the summary. */
	end->elapsed_ns = sum->trace->window_ns;
}

/* Shows all processes, adds them up, and keeps only their totals. */
static void show_family(struct session *session, struct memory_map *sum)
{
	struct watch *w = session->ctx;

	for (size_t i = 0; i < w->family.nr; i++) {
		struct family_member *m = w->family.members[i];

		/* Refaults are known for the first process only: no other's cgroup is read. */
		m->trace.refaults_anon = m->trace.refaults_file = MAP_UNKNOWN;
		if (!i)
			conclude(&m->trace, w);
		show(session, m, &w->shown[i]);
		account__add_map(sum, &w->shown[i]);
		map__keep_totals(&w->shown[i]);
	}
}

static void end(struct session *session)
{
	struct watch *w = session->ctx;
	struct map_trace trace = { .is_followed = session->opts->target.follow };
	struct memory_map sum = { .is_complete = true, .trace = &trace };

	sum_up(&trace, &w->family);
	conclude(&trace, w);
	show_family(session, &sum);
	fill_end(&session->end, &sum);
	if (session->end.unseen_gup >= 0)
		session->end.unseen_gup += (long long)w->unplaced;
	if (trace.is_followed)
		format__show_map(session->format, sum, w->shown, w->family.nr, &sum);
	format__show_map(session->format, end, &sum, &session->end);
	for (size_t i = 0; i < w->family.nr; i++)
		map__free(&w->shown[i]);
	map__free(&sum);
	if (trace.left_out)
		log_note("%lu more process%s not looked at: %d is the most", trace.left_out,
			 trace.left_out == 1 ? " was" : "es were", FAMILY_MAX);
}

static const struct record_handlers handlers = {
	.fault = on_fault,
	.name = on_name,
};

static const struct session_ops ops = {
	.begin = begin,
	.done = done,
	.stopping = stopping,
	.end = end,
};

int run_traced_map(const struct options *opts)
{
	struct session session;
	struct watch *w = calloc(1, sizeof(*w));
	int status = STATUS_FAILED;

	if (w && !mapping_names__new(&w->naming)) {
		w->opts = opts;
		w->family.page_size = (uint64_t)getpagesize();
		status = session__run(&session, opts, &ops, w,
				      (struct record_consumer) { &handlers, w });
		mapping_names__free(w->naming);
		family__free(&w->family);
	} else {
		log_no_memory();
	}
	free(w);
	return status;
}
