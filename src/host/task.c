/* SPDX-License-Identifier: GPL-2.0-only */
#include "task.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/buf.h"
#include "../base/cleanup.h"
#include "../base/parse.h"
#include "clock.h"

#define PF_KTHREAD 0x00200000

/* What a task's stat has after the name; NULL: the task is gone. */
static const char *read_stat(FILE *f, char *line, size_t size)
{
	char *name_end = f && fgets(line, (int)size, f) ? strrchr(line, ')') : NULL;

	/* The name may hold anything, parentheses too: start after the last one. */
	return name_end ? name_end + 1 : NULL;
}

enum task_status task_status(int id)
{
	char path[64], line[1024];
	const char *fields;
	unsigned int flags;
	int nr_threads;
	char state;

	snprintf(path, sizeof(path), "/proc/%d/stat", id);
	FILE *f __cleanup_fclose = fopen(path, "re");

	fields = read_stat(f, line, sizeof(line));
	if (!fields || sscanf(fields,
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

int task_parent(int pid)
{
	char path[64], line[1024];
	const char *fields;
	int parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *f __cleanup_fclose = fopen(path, "re");

	fields = read_stat(f, line, sizeof(line));
	return fields && sscanf(fields, " %*c %d", &parent) == 1 ? parent : 0;
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
		int *more;

		if (parse_u64(entry->d_name, &tid))
			continue; /* "." and ".." */
		more = array_reserve(*tids, *nr, &size, sizeof(**tids));
		if (!more)
			return -ENOMEM;
		*tids = more;
		(*tids)[(*nr)++] = (int)tid;
	}
	return 0;
}

int task_start_ns(int dir, uint64_t *ret)
{
	unsigned long long ticks, now_ns, asleep_ns;
	char line[1024];
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	FILE *f __cleanup_fclose = fd < 0 ? NULL : fdopen(fd, "r");
	const char *fields = read_stat(f, line, sizeof(line));

	if (!fields || sscanf(fields,
			      " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d"
			      " %*d %*d %*d %*d %llu",
			      &ticks) != 1)
		return -ESRCH;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	asleep_ns = clock_ns(CLOCK_BOOTTIME) - now_ns;
	*ret = ticks * (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK));
	*ret -= asleep_ns < *ret ? asleep_ns : *ret;
	return 0;
}

static bool contains(const struct buf *tids, int tid)
{
	const int *known = (const void *)tids->data;

	for (size_t i = 0; i < tids->len / sizeof(*known); i++)
		if (known[i] == tid)
			return true;
	return false;
}

int task_each_thread(int pid, int (*see)(void *ctx, int tid), void *ctx)
{
	struct buf seen = { 0 };
	size_t seen_before;
	int err;

	do {
		int *tids __cleanup_free = NULL;
		size_t nr = 0;

		seen_before = seen.len;
		err = task_threads(pid, &tids, &nr);
		for (size_t i = 0; !err && i < nr; i++) {
			if (contains(&seen, tids[i]))
				continue;
			buf__add(&seen, (const char *)&tids[i], sizeof(*tids));
			err = see(ctx, tids[i]);
		}
	} while (!err && seen.len > seen_before);
	buf__free(&seen);
	return err;
}

/* A number of /proc/ID/status behind a key such as "Tgid:". False if it is not there. */
static bool read_status(int id, const char *key, uint64_t *ret)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", id);
	FILE *f __cleanup_fclose = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			return sscanf(line + strlen(key), "%lu", ret) == 1;
	return false;
}

int task_process(int id)
{
	uint64_t pid;

	return read_status(id, "Tgid:", &pid) ? (int)pid : id;
}

uint64_t task_peak_rss(int pid)
{
	uint64_t kilobytes;

	return read_status(pid, "VmHWM:", &kilobytes) ? kilobytes * 1024 : UINT64_MAX;
}

void task_comm(int pid, char comm[TASK_COMM])
{
	char path[64];

	comm[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	FILE *f __cleanup_fclose = fopen(path, "re");
	size_t n = f ? fread(comm, 1, TASK_COMM, f) : 0;

	/* The kernel adds a newline behind the name, which may hold newlines itself. */
	comm[n ? n - 1 : 0] = '\0';
}

bool task_is_thread(int id)
{
	return task_process(id) != id;
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

#define CAP_SYS_ADMIN_BIT  21
#define CAP_SYS_PTRACE_BIT 19

static uint64_t capabilities(void)
{
	uint64_t effective = 0;
	char line[256];
	FILE *f __cleanup_fclose = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %lx", &effective) == 1)
			break;
	return effective;
}

bool task_may_ptrace(void)
{
	return capabilities() >> CAP_SYS_PTRACE_BIT & 1;
}

const char *task_missing_capabilities(void)
{
	static char missing[64];
	uint64_t effective = capabilities();

	missing[0] = '\0';
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
