/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes there are, answered from /proc: by name, and by descent. Others come and
 * go meanwhile: an answer is as old as the question.
 */
#ifndef HOST_PROCESSES_H
#define HOST_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>

/* A list of ids without duplicates; all zero is an empty one. */
struct pids {
	int *ids;
	size_t nr;
	size_t size;
};

/* 1, 0 if it is in the list already, or -ENOMEM. */
int pids__add(struct pids *pids, int pid);
void pids__free(struct pids *pids);

/*
 * Adds the living descendants of the processes in the list, but not this process: a child of
 * one that exited meanwhile is found if the child is in the list already. 0 or -errno.
 */
int processes_add_descendants(struct pids *pids);

/*
 * Adds the processes that are named so: all of comm, or, where that is cut to 15 bytes, the last
 * part of the program's path. Not this process, no kernel threads, no zombies. 0 or -errno.
 */
int processes_add_named(struct pids *pids, const char *name);

/*
 * Adds the processes of systemd's unit of this name, with or without ".service" or ".scope":
 * those in the cgroup of that name, wherever it is in the hierarchy, and below it. Not this
 * process. 0 or -errno.
 */
int processes_add_unit(struct pids *pids, const char *name);

#endif /* HOST_PROCESSES_H */
