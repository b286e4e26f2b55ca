/* SPDX-License-Identifier: GPL-2.0-only */
/* What is traced: processes, threads, a cgroup, a command, or the whole system. */
#ifndef SOURCE_TARGET_H
#define SOURCE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

enum target_kind {
	TARGET_NONE,
	TARGET_PID,
	TARGET_TID,
	TARGET_CGROUP,
	TARGET_ALL,
	TARGET_COMMAND,
};

/* Begins the name of a container, where a path of a cgroup is expected. */
#define TARGET_CONTAINER "container:"

struct target {
	enum target_kind kind;
	int *ids; /* pids or tids, no duplicates */
	size_t nr_ids;
	char **names; /* names of processes or units that -p was given instead of pids */
	size_t nr_names, names_size;
	size_t nr_found; /* how many of the ids, the last ones, were found by these names */
	const char *
		cgroup; /* its path; before targets__find() it may be TARGET_CONTAINER and a name */
	char *container_path; /* malloc()ed: cgroup, if that was a container; else NULL */
	char **argv;	      /* CMD, NULL-terminated */
	bool follow;	      /* traces children, too */
	bool as_root;	      /* CMD runs as root, and not as the user who called sudo(8) */
};

/* Are processes or threads given one by one? Else a whole cgroup or system is traced. */
static inline bool target__is_list(const struct target *target)
{
	return target->kind == TARGET_PID || target->kind == TARGET_TID ||
	       target->kind == TARGET_COMMAND;
}

/* Are children traced that the target forked before the run begins (-f with -p)? */
static inline bool target__follows_living(const struct target *target)
{
	return target->follow && target->kind == TARGET_PID;
}

#endif /* SOURCE_TARGET_H */
