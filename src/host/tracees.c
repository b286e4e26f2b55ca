/* SPDX-License-Identifier: GPL-2.0-only */
#include "tracees.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "../base/array.h"
#include "../base/must.h"
#include "task.h"

/* clone(2) is followed for threads, too: one that is not attached would fork unseen. */
#define FOLLOW_OPTIONS \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)

int tracees__seize(struct tracees *t, int command, const struct tracee_watcher *watcher)
{
	long options = PTRACE_O_TRACEEXIT | (watcher->on_fork ? FOLLOW_OPTIONS : 0);

	if (ptrace(PTRACE_SEIZE, command, NULL, options))
		return -errno;
	*t = (struct tracees) { .watcher = *watcher, .command = command };
	return 0;
}

/* True if the thread was not known before. */
static bool add(struct tracees *t, int tid)
{
	if (tid == t->command)
		return false;
	for (size_t i = t->nr; i-- > 0;)
		if (t->tids[i] == tid)
			return false;
	t->tids = must(array_reserve(t->tids, t->nr, &t->size, sizeof(*t->tids)));
	t->tids[t->nr++] = tid;
	return true;
}

void tracees__ended(struct tracees *t, int tid)
{
	for (size_t i = t->nr; i-- > 0;)
		if (t->tids[i] == tid)
			t->tids[i] = t->tids[--t->nr];
}

/* The thread that called exec gets the process's id; its former id is nobody's from then on. */
static void forget_former_id(struct tracees *t, int tid)
{
	unsigned long former = 0;

	if (!ptrace(PTRACE_GETEVENTMSG, tid, NULL, &former) && (int)former != tid)
		tracees__ended(t, (int)former);
}

static void tell(struct tracees *t, int tid, int event)
{
	const struct tracee_watcher *watcher = &t->watcher;

	if (add(t, tid) && !t->is_leaving && !task_is_thread(tid))
		watcher->on_fork(watcher->ctx, tid);
	if (event == PTRACE_EVENT_EXEC)
		forget_former_id(t, tid);
	if (t->is_leaving)
		return;
	if (event == PTRACE_EVENT_EXEC)
		watcher->on_exec(watcher->ctx, tid);
	else if (event == PTRACE_EVENT_EXIT)
		watcher->on_exit(watcher->ctx, tid);
}

/* Passes on signals, job control and other events, as if nobody traced the thread. */
void tracees__stopped(struct tracees *t, int tid, int status)
{
	int event = status >> 16, sig = WSTOPSIG(status);
	bool is_job_control = sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
	long passed_on = event ? 0 : sig;

	tell(t, tid, event);
	if (t->is_leaving && tid != t->command) {
		ptrace(PTRACE_DETACH, tid, NULL, passed_on);
		tracees__ended(t, tid);
	} else if (event == PTRACE_EVENT_STOP && is_job_control) {
		ptrace(PTRACE_LISTEN, tid, NULL, NULL);
	} else {
		ptrace(PTRACE_CONT, tid, NULL, passed_on);
	}
}

void tracees__leave(struct tracees *t)
{
	t->is_leaving = true;
	/* A thread that cannot be stopped has ended. */
	for (size_t i = t->nr; i-- > 0;)
		if (ptrace(PTRACE_INTERRUPT, t->tids[i], NULL, NULL))
			tracees__ended(t, t->tids[i]);
}

void tracees__free(struct tracees *t)
{
	free(t->tids);
	*t = (struct tracees) { 0 };
}
