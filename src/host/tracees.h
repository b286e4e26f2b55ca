/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The threads that we are the ptrace(2)r of: the first one of a command, and, where its forks are
 * followed, all its others and those of every process that it forks, from their birth on.
 */
#ifndef HOST_TRACEES_H
#define HOST_TRACEES_H

#include <stdbool.h>
#include <stddef.h>

/* Who is told what a process does. It waits until the call returns, and its memory is there. */
struct tracee_watcher {
	/* The main thread is about to exit. */
	void (*on_exit)(void *ctx, int pid);
	/* The process was forked and has run nothing yet. NULL: forks are not followed. */
	void (*on_fork)(void *ctx, int pid);
	/* The process has replaced its memory by that of another program, which has run nothing yet. */
	void (*on_exec)(void *ctx, int pid);
	void *ctx;
};

struct tracees {
	struct tracee_watcher watcher;
	bool is_leaving; /* each is detached when it stops next */
	int command;	 /* pid of the command, which is never detached */
	int *tids;	 /* without the command */
	size_t nr;
	size_t size;
};

/* 0, or -errno of ptrace(2). */
int tracees__seize(struct tracees *t, int command, const struct tracee_watcher *watcher);
/* Handles a stop that waitpid(2) told of, and lets the thread go on. */
void tracees__stopped(struct tracees *t, int tid, int status);
void tracees__ended(struct tracees *t, int tid);
/* Stops all but the command, so that tracees__stopped() detaches them. Nobody is told of anything any more. */
void tracees__leave(struct tracees *t);
void tracees__free(struct tracees *t);

#endif /* HOST_TRACEES_H */
