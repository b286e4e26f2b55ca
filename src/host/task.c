/* SPDX-License-Identifier: GPL-2.0-only */
#include "task.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../base/cleanup.h"
#include "../base/parse.h"

#define PF_KTHREAD 0x00200000

enum task_status task_status(int id)
{
	char path[64], line[1024];
	const char *after_comm;
	unsigned int flags;
	int nr_threads;
	char state;

	snprintf(path, sizeof(path), "/proc/%d/stat", id);
	FILE *f __cleanup_fclose = fopen(path, "re");

	if (!f || !fgets(line, sizeof(line), f))
		return TASK_GONE;
	/* The name may hold anything, parentheses too: start after the last one. */
	after_comm = strrchr(line, ')');
	if (!after_comm || sscanf(after_comm + 1,
				  " %c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d"
				  " %*d %*d %d",
				  &state, &flags, &nr_threads) != 3)
		return TASK_GONE;
	if (flags & PF_KTHREAD)
		return TASK_KERNEL;
	if (state == 'X' || state == 'x')
		return TASK_GONE;
	/* A process whose first thread has ended looks like a zombie, and is none. */
	return state == 'Z' && nr_threads <= 1 ? TASK_ZOMBIE : TASK_RUNS;
}

int task_threads(int pid, int **tids, size_t *nr)
{
	char path[64];
	struct dirent *entry;
	size_t size = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *dir __cleanup_closedir = opendir(path);

	if (!dir)
		return errno == ENOENT ? -ESRCH : -errno;
	*tids = NULL;
	*nr = 0;
	while ((entry = readdir(dir))) {
		uint64_t tid;

		if (parse_u64(entry->d_name, &tid))
			continue; /* "." and ".." */
		if (*nr == size) {
			int *more = realloc(*tids, (size += 64) * sizeof(**tids));

			if (!more)
				return -ENOMEM;
			*tids = more;
		}
		(*tids)[(*nr)++] = (int)tid;
	}
	return 0;
}

bool task_is_thread(int id)
{
	char path[64], line[256];
	int tgid = id;

	snprintf(path, sizeof(path), "/proc/%d/status", id);
	FILE *f __cleanup_fclose = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	return tgid != id;
}

/* The kernel's PROC_PID_INIT_INO: the first pid namespace has always had it. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

bool task_pids_are_global(void)
{
	struct stat ns;

	return !stat("/proc/self/ns/pid", &ns) && ns.st_ino == FIRST_PID_NAMESPACE;
}

/* What tracing needs; CAP_SYS_ADMIN contains the others. */
static const struct {
	unsigned int bit;
	const char *name;
} wanted_capabilities[] = {
	{ 39, "CAP_BPF" },
	{ 38, "CAP_PERFMON" },
};

#define CAP_SYS_ADMIN_BIT 21

const char *task_missing_capabilities(void)
{
	static char missing[64];
	char line[256];
	uint64_t effective = 0;
	FILE *f __cleanup_fclose = fopen("/proc/self/status", "re");

	missing[0] = '\0';
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %lx", &effective) == 1)
			break;
	if (effective >> CAP_SYS_ADMIN_BIT & 1)
		return missing;
	for (size_t i = 0; i < sizeof(wanted_capabilities) / sizeof(*wanted_capabilities); i++) {
		if (effective >> wanted_capabilities[i].bit & 1)
			continue;
		if (*missing)
			strcat(missing, " and ");
		strcat(missing, wanted_capabilities[i].name);
	}
	return missing;
}

void task_raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
