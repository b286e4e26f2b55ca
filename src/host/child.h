/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command of our own: forked, held before its exec until tracing is in place,
 * then let go.
 */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include <stdbool.h>

struct child {
	int pid;    /* 0: none */
	int go;	    /* write end: closing it without a byte ends the child */
	int failed; /* read end: errno of the exec, nothing if it worked */
	int status; /* as waitpid(2) gives it, once reaped */
	bool reaped;
};

/* As the user behind sudo (SUDO_UID, SUDO_GID), unless as_root. */
int child__fork(struct child *c, char **argv, bool as_root);
/* 0, or -errno of the exec. */
int child__go(struct child *c);
/* True once it has ended; does not block. */
bool child__ended(struct child *c);
/* Blocks until it has ended; passes sig on to it first, unless 0. */
void child__wait(struct child *c, int sig);
/* Ends a child that still runs, and reaps it. */
void child__stop(struct child *c);
/* As a shell would report it. */
int child__exit_status(const struct child *c);

#endif /* HOST_CHILD_H */
