/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The threads that this process traces with ptrace(2): the first one of a command, and, if its
 * forks are followed, all its others and those of every process that it forks, from birth on.
 */
#ifndef HOST_TRACEES_H
#define HOST_TRACEES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Callbacks for what a process does. It is stopped, and its memory is there, until the call
 * returns.
 */
struct tracee_watcher {
	/* A thread is about to exit; pid is its tid, the process's pid for the main thread. */
	void (*on_exit)(void *ctx, int pid);
	/* The process was forked and has run nothing yet. NULL: forks are not followed. */
	void (*on_fork)(void *ctx, int pid);
	/* Only if forks are followed: the process has a new program, which has run nothing yet. */
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
/* Handles a stop that waitpid(2) reported, and resumes or detaches the thread. */
void tracees__stopped(struct tracees *t, int tid, int status);
void tracees__ended(struct tracees *t, int tid);
/*
 * Stops all but the command, so that tracees__stopped() detaches them. The watcher is not called
 * any more.
 */
void tracees__leave(struct tracees *t);
void tracees__free(struct tracees *t);

#endif /* HOST_TRACEES_H */
