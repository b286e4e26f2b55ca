/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command of our own: forked, held before its exec until tracing is in place,
 * then let go.
 */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include <stdbool.h>

#include "tracees.h"

struct child {
	int pid;    /* 0: none */
	int go;	    /* write end: closing it without a byte ends the child */
	int failed; /* read end: errno of the exec, nothing if it worked */
	int status; /* as waitpid(2) gives it, once reaped */
	bool reaped;
	struct tracees tracees; /* empty without child__watch() */
};

/*
 * The command runs as the user behind sudo (SUDO_UID, SUDO_GID), unless as_root is set. It has no
 * ambient or inheritable capabilities: those that we were given are not for it. With
 * to_stderr its standard output is connected to our standard error.
 */
int child__fork(struct child *c, char **argv, bool as_root, bool to_stderr);
/*
 * Runs another program, by its path, to its end; what it writes to its standard output is
 * handed on line by line. 0, or -errno if it could not be run or did not succeed.
 */
int child__read_lines(char **argv, bool as_root, void (*line)(void *ctx, char *line), void *ctx);
/* Lets the command exec: 0, or -errno of the exec. */
int child__go(struct child *c);
/*
 * Attaches to the command with ptrace(2): no other ptracer can attach to it, nor to the
 * processes that it forks, if they are followed. From now on the functions below call the
 * watcher. 0 or -errno.
 */
int child__watch(struct child *c, const struct tracee_watcher *watcher);
/*
 * Ends the watching, and detaches from all but the command. A process that does not stop within
 * half a second is detached when we exit.
 */
void child__leave_followed(struct child *c);
/* True once it has ended; does not block. */
bool child__ended(struct child *c);
/* Sends it a signal, if it still runs. */
void child__signal(struct child *c, int sig);
/* Ends a child that still runs, and reaps it. */
void child__stop(struct child *c);
/* As a shell would report it. */
int child__exit_status(const struct child *c);

#endif /* HOST_CHILD_H */
