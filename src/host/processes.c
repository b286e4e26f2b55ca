/* SPDX-License-Identifier: GPL-2.0-only */
#include "processes.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/buf.h"
#include "../base/cleanup.h"
#include "../base/parse.h"
#include "cgroup.h"
#include "task.h"

int pids__add(struct pids *pids, int pid)
{
	int *more;

	for (size_t i = 0; i < pids->nr; i++)
		if (pids->ids[i] == pid)
			return 0;
	more = array_reserve(pids->ids, pids->nr, &pids->size, sizeof(*more));
	if (!more)
		return -ENOMEM;
	pids->ids = more;
	pids->ids[pids->nr++] = pid;
	return 1;
}

void pids__free(struct pids *pids)
{
	free(pids->ids);
	*pids = (struct pids) { 0 };
}

/* Calls see() for each process but this one, until it returns less than 0. */
static int each_process(int (*see)(void *ctx, int pid), void *ctx)
{
	DIR *dir __cleanup_closedir = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return -errno;
	while (err >= 0 && (entry = readdir(dir))) {
		uint64_t pid;

		if (!parse_u64(entry->d_name, &pid) && pid <= INT_MAX && (int)pid != getpid())
			err = see(ctx, (int)pid);
	}
	return err < 0 ? err : 0;
}

/* ---- By descent ------------------------------------------------------------------ */

struct relation {
	int pid;
	int parent;
	bool wanted;
};

static int add_relation(void *ctx, int pid)
{
	struct relation relation = { .pid = pid, .parent = task_parent(pid) };

	if (relation.parent > 0)
		buf__add(ctx, (const char *)&relation, sizeof(relation));
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct relation *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Is its parent a wanted process, or already found to descend from one? */
static bool is_descendant(const struct relation *all, size_t nr, const struct relation *process)
{
	const struct relation key = { .pid = process->parent };
	const struct relation *parent = bsearch(&key, all, nr, sizeof(key), by_pid);

	return parent && parent->wanted;
}

/*
 * Adds the children of wanted processes until a pass finds no more. One pass is not enough:
 * pids wrap around, so that a parent may come after its child in the list.
 */
static int add_all_below(struct pids *pids, struct relation *all, size_t nr)
{
	bool changed = true;
	int err = 0;

	while (changed && err >= 0) {
		changed = false;
		for (size_t i = 0; i < nr && err >= 0; i++) {
			if (all[i].wanted || !is_descendant(all, nr, &all[i]))
				continue;
			all[i].wanted = changed = true;
			if (task_status(all[i].pid) == TASK_RUNS)
				err = pids__add(pids, all[i].pid);
		}
	}
	return err < 0 ? err : 0;
}

int processes_add_descendants(struct pids *pids)
{
	struct buf relations = { 0 };
	struct relation *all;
	int err = each_process(add_relation, &relations);
	size_t nr = relations.len / sizeof(*all);

	all = (struct relation *)relations.data;
	if (!err && nr) {
		qsort(all, nr, sizeof(*all), by_pid);
		for (size_t i = 0; i < pids->nr; i++) {
			const struct relation key = { .pid = pids->ids[i] };
			struct relation *root = bsearch(&key, all, nr, sizeof(key), by_pid);

			if (root)
				root->wanted = true;
		}
		err = add_all_below(pids, all, nr);
	}
	buf__free(&relations);
	return err;
}

/* ---- By name --------------------------------------------------------------------- */

struct search {
	struct pids *pids;
	const char *name;
};

/* Compares the last part of the program's path; the program may have been deleted since. */
static bool program_is(int pid, const char *name)
{
	static const char deleted[] = " (deleted)";
	char link[64], path[PATH_MAX], *last;
	size_t n = strlen(name);
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	last = strrchr(path, '/');
	return last && strncmp(last + 1, name, n) == 0 &&
	       (!last[1 + n] || strcmp(last + 1 + n, deleted) == 0);
}

static bool is_named(int pid, const char *name)
{
	char comm[TASK_COMM];

	task_comm(pid, comm);
	if (strcmp(comm, name) == 0)
		return true;
	/* The kernel cuts longer names: the program's path has all of it. */
	return strlen(comm) == TASK_COMM - 1 && strncmp(comm, name, TASK_COMM - 1) == 0 &&
	       program_is(pid, name);
}

static int add_if_named(void *ctx, int pid)
{
	const struct search *search = ctx;

	if (!is_named(pid, search->name) || task_status(pid) != TASK_RUNS)
		return 0;
	return pids__add(search->pids, pid);
}

int processes_add_named(struct pids *pids, const char *name)
{
	struct search search = { pids, name };

	return each_process(add_if_named, &search);
}

/* ---- By unit --------------------------------------------------------------------- */

static bool is_unit(const char *folder, const char *name)
{
	static const char *const suffixes[] = { "", ".service", ".scope" };
	size_t n = strlen(name);

	if (strncmp(folder, name, n) != 0)
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (strcmp(folder + n, suffixes[i]) == 0)
			return true;
	return false;
}

static int add_processes_of(struct pids *pids, const char *folder)
{
	char path[PATH_MAX], line[32];
	int err = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	FILE *f __cleanup_fclose = fopen(path, "re");

	while (err >= 0 && f && fgets(line, sizeof(line), f)) {
		int pid = atoi(line); /* the file has 0 for a process of another pid namespace */

		if (pid > 0 && pid != getpid() && task_status(pid) == TASK_RUNS)
			err = pids__add(pids, pid);
	}
	return err < 0 ? err : 0;
}

static int add_unit_below(struct pids *pids, const char *name, char *root)
{
	char *const roots[] = { root, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	int unit_level = -1, err = 0;
	FTSENT *entry;

	if (!tree)
		return -errno;
	while (!err && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_DP && entry->fts_level == unit_level)
			unit_level = -1;
		if (entry->fts_info != FTS_D)
			continue;
		if (unit_level < 0 && entry->fts_level > 0 && is_unit(entry->fts_name, name))
			unit_level = entry->fts_level;
		if (unit_level >= 0)
			err = add_processes_of(pids, entry->fts_path);
	}
	fts_close(tree);
	return err;
}

int processes_add_unit(struct pids *pids, const char *name)
{
	/* systemd has its units in the v2 hierarchy, or in a v1 hierarchy named "systemd". */
	static const struct {
		const char *type, *option;
	} hierarchies[] = {
		{ "cgroup2", NULL },
		{ "cgroup", "name=systemd" },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(*hierarchies) && !err; i++) {
		char mount[PATH_MAX];

		if (!cgroup__mount_point(hierarchies[i].type, hierarchies[i].option, mount,
					 sizeof(mount)))
			err = add_unit_below(pids, name, mount);
	}
	return err;
}
