/* SPDX-License-Identifier: GPL-2.0-only */
#include "proc_snapshot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/cleanup.h"
#include "../base/stop.h"
#include "../host/clock.h"
#include "../host/maps.h"

#define OLD_NS	     1000000000ULL
#define JIT_OLD_NS   1000000ULL
/* The most mappings that zeroed data may be split into, by different protection. */
#define NR_PARTS_MAX 16
/* Reading again takes at most 1/ONE_IN of the time. */
#define ONE_IN	     32
/* ... and reading the names of JIT code. */
#define JIT_ONE_IN   8
/* The most that is kept of a process's mappings: those behind are not known. */
#define BYTES_MAX    (16UL << 20)

static void free_mappings(struct named_vma *mappings, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!i || mappings[i].name != mappings[i - 1].name)
			free((char *)mappings[i].name);
	free(mappings);
}

static int open_dir(int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int proc_snapshot__open_root(const struct proc_snapshot *process)
{
	return process->dir < 0 ? -1
				: openat(process->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The parts of a file are next to each other, and share its name. */
static const char *share_name(const struct named_vma *last, const char *name)
{
	return last && !strcmp(last->name, name) ? last->name : strdup(name);
}

static struct named_vma *read_mappings(FILE *f, size_t *nr, size_t *bytes)
{
	struct named_vma *mappings = NULL;
	char *line __cleanup_free = NULL;
	size_t line_size = 0, size = 0;
	struct mapping m;

	*nr = *bytes = 0;
	while (*bytes < BYTES_MAX && !stop_asked_at(*nr) && getline(&line, &line_size, f) > 0) {
		const char *name;
		void *more;

		if (maps__parse_line(line, &m))
			continue;
		more = array_reserve(mappings, *nr, &size, sizeof(*mappings));
		if (!more)
			break;
		mappings = more;
		name = share_name(*nr ? &mappings[*nr - 1] : NULL, m.name);
		if (!name)
			break;
		*bytes += sizeof(*mappings);
		if (!*nr || name != mappings[*nr - 1].name)
			*bytes += strlen(name) + 1;
		mappings[(*nr)++] = (struct named_vma) {
			.vma = m.vma,
			.name = name,
		};
	}
	return mappings;
}

/* False if the process has no mappings any more, and no other one has its pid. */
static bool read_again(struct proc_snapshot *process)
{
	FILE *f __cleanup_fclose = maps__open_file(process->dir);
	struct named_vma *mappings;
	size_t nr, bytes;

	if (!f) {
		int dir = open_dir(process->pid);

		f = maps__open_file(dir);
		if (!f) {
			if (dir >= 0)
				close(dir);
			return false;
		}
		if (process->dir >= 0)
			close(process->dir);
		process->dir = dir;
		jit_map__free(&process->jit);
		jit_map__expect(&process->jit, dir);
	}
	mappings = read_mappings(f, &nr, &bytes);
	/* A process that is about to end has no mappings any more. */
	if (!nr) {
		free(mappings);
		return false;
	}
	free_mappings(process->mappings, process->nr);
	process->mappings = mappings;
	process->nr = nr;
	process->bytes = bytes;
	return true;
}

static void read_timed(struct proc_snapshot *process)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);

	read_again(process);
	process->read_ns = clock_ns(CLOCK_MONOTONIC);
	process->cost_ns = process->read_ns - start_ns;
}

void proc_snapshot__init(struct proc_snapshot *process, int pid)
{
	*process = (struct proc_snapshot) { .pid = pid, .dir = open_dir(pid) };
	if (process->dir >= 0)
		jit_map__expect(&process->jit, process->dir);
	read_timed(process);
}

void proc_snapshot__free(struct proc_snapshot *process)
{
	free_mappings(process->mappings, process->nr);
	jit_map__free(&process->jit);
	if (process->dir >= 0)
		close(process->dir);
	*process = (struct proc_snapshot) { .dir = -1 };
}

/* The first mapping that ends after the address; nr: none. */
static size_t find_index(const struct proc_snapshot *process, uint64_t address)
{
	return COUNT_BEFORE(i, process->nr, process->mappings[i].vma.end <= address);
}

static bool covers(const struct proc_snapshot *process, size_t i, uint64_t address)
{
	return i < process->nr && process->mappings[i].vma.start <= address;
}

const struct named_vma *proc_snapshot__find(struct proc_snapshot *process, uint64_t address)
{
	uint64_t age_ns = clock_ns(CLOCK_MONOTONIC) - process->read_ns;
	size_t i = find_index(process, address);

	if (age_ns > OLD_NS + process->cost_ns * ONE_IN ||
	    (!covers(process, i, address) && age_ns > process->cost_ns * ONE_IN)) {
		read_timed(process);
		i = find_index(process, address);
	}
	return covers(process, i, address) ? &process->mappings[i] : NULL;
}

const struct named_vma *proc_snapshot__find_continued(struct proc_snapshot *process,
						      uint64_t address)
{
	const struct named_vma *m = proc_snapshot__find(process, address);

	for (int i = 0; m && !m->vma.inode; i++, m--)
		if (i == NR_PARTS_MAX || m == process->mappings || m[-1].vma.end != m->vma.start)
			return NULL;
	return m;
}

static bool is_soon(const struct proc_snapshot *process, uint64_t now_ns)
{
	return now_ns - process->jit_read_ns < JIT_OLD_NS + process->jit_cost_ns * JIT_ONE_IN;
}

/* True once: all names that it will ever have can be read then. */
static bool has_just_ended(struct proc_snapshot *process, uint64_t now_ns)
{
	if (process->has_ended || now_ns - process->end_asked_ns < JIT_OLD_NS)
		return false;
	process->end_asked_ns = now_ns;
	process->has_ended = faccessat(process->dir, "root", F_OK, 0) != 0;
	return process->has_ended;
}

bool proc_snapshot__refresh_jit(struct proc_snapshot *process, struct symbolizer *symbolizer)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int err;

	if (process->dir < 0 || (is_soon(process, now_ns) && !has_just_ended(process, now_ns)))
		return false;
	err = jit_map__update(&process->jit, symbolizer, process->dir);
	process->jit_read_ns = clock_ns(CLOCK_MONOTONIC);
	process->jit_cost_ns = process->jit_read_ns - now_ns;
	return !err;
}
