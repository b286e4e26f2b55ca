/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds processes in /proc by name and by descent. Processes start and exit while /proc is
 * read: a result may lack new ones, and may have some that are gone.
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
 * Adds the living descendants of the processes in the list, except this process. Descendants
 * whose parent has exited are not found, unless they are in the list already. 0 or -errno.
 */
int processes_add_descendants(struct pids *pids);

/*
 * Adds the processes with this name: it equals their comm or, where the kernel cut comm to 15
 * bytes, the last part of their program's path. Leaves out this process, kernel threads and
 * zombies. 0 or -errno.
 */
int processes_add_named(struct pids *pids, const char *name);

/*
 * Adds the processes of the systemd unit with this name, with or without ".service" or
 * ".scope": those in any cgroup of that name and in the cgroups below it. Leaves out this
 * process. 0 or -errno.
 */
int processes_add_unit(struct pids *pids, const char *name);

#endif /* HOST_PROCESSES_H */
