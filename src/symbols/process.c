/* SPDX-License-Identifier: GPL-2.0-only */
#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../host/clock.h"
#include "../host/maps.h"

#define OLD_NS	     1000000000ULL
#define JIT_OLD_NS   1000000ULL
/* Zeroed data may have parts that are protected in other ways. */
#define NR_PARTS_MAX 16
/* Reading again takes at most this part of the time. */
#define ONE_IN	     32

static void free_mappings(struct process_mapping *mappings, size_t nr)
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

/* The parts of a file are next to each other, and share its name. */
static const char *share_name(const struct process_mapping *last, const char *name)
{
	return last && !strcmp(last->name, name) ? last->name : strdup(name);
}

static struct process_mapping *read_mappings(FILE *f, size_t *nr)
{
	struct process_mapping *mappings = NULL;
	char *line __cleanup_free = NULL;
	size_t line_size = 0, size = 0;
	struct mapping m;

	*nr = 0;
	while (getline(&line, &line_size, f) > 0) {
		const char *name;

		if (maps__parse_line(line, &m))
			continue;
		if (*nr == size) {
			size_t more_size = size ? 2 * size : 64;
			void *more = realloc(mappings, more_size * sizeof(*mappings));

			if (!more)
				break;
			mappings = more;
			size = more_size;
		}
		name = share_name(*nr ? &mappings[*nr - 1] : NULL, m.name);
		if (!name)
			break;
		mappings[(*nr)++] = (struct process_mapping) {
			.start = m.start,
			.end = m.end,
			.offset = m.offset,
			.inode = m.inode,
			.dev = m.dev,
			.name = name,
		};
	}
	return mappings;
}

static FILE *open_maps(int dir)
{
	int fd = dir < 0 ? -1 : openat(dir, "maps", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* False if it is gone, and no other one has its id. */
static bool read_again(struct process *process)
{
	FILE *f __cleanup_fclose = open_maps(process->dir);
	struct process_mapping *mappings;
	size_t nr;

	if (!f) {
		int dir = open_dir(process->pid);

		f = open_maps(dir);
		if (!f) {
			if (dir >= 0)
				close(dir);
			return false;
		}
		if (process->dir >= 0)
			close(process->dir);
		process->dir = dir;
		jit_map__free(&process->jit);
	}
	mappings = read_mappings(f, &nr);
	/* One that is about to end has none any more. */
	if (!nr) {
		free(mappings);
		return false;
	}
	free_mappings(process->mappings, process->nr);
	process->mappings = mappings;
	process->nr = nr;
	return true;
}

static void read_timed(struct process *process)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);

	read_again(process);
	process->read_ns = clock_ns(CLOCK_MONOTONIC);
	process->cost_ns = process->read_ns - start_ns;
}

void process__init(struct process *process, int pid)
{
	*process = (struct process) { .pid = pid, .dir = open_dir(pid) };
	read_timed(process);
}

void process__free(struct process *process)
{
	free_mappings(process->mappings, process->nr);
	jit_map__free(&process->jit);
	if (process->dir >= 0)
		close(process->dir);
	*process = (struct process) { .dir = -1 };
}

/* The first mapping that ends after the address; nr: none. */
static size_t find_index(const struct process *process, uint64_t address)
{
	size_t low = 0, high = process->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (process->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool covers(const struct process *process, size_t i, uint64_t address)
{
	return i < process->nr && process->mappings[i].start <= address;
}

const struct process_mapping *process__find(struct process *process, uint64_t address)
{
	uint64_t age_ns = clock_ns(CLOCK_MONOTONIC) - process->read_ns;
	size_t i = find_index(process, address);

	if (age_ns > OLD_NS ||
	    (!covers(process, i, address) && age_ns > process->cost_ns * ONE_IN)) {
		read_timed(process);
		i = find_index(process, address);
	}
	return covers(process, i, address) ? &process->mappings[i] : NULL;
}

const struct process_mapping *process__find_continued(struct process *process, uint64_t address)
{
	const struct process_mapping *m = process__find(process, address);

	for (int i = 0; m && !m->inode; i++, m--)
		if (i == NR_PARTS_MAX || m == process->mappings || m[-1].end != m->start)
			return NULL;
	return m;
}

const struct symbol_entry *process__find_jit(struct process *process, uint64_t address)
{
	const struct symbol_entry *entry = symbol_table__find(&process->jit.table, address);
	uint64_t now_ns;

	if (entry || process->dir < 0)
		return entry;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	if (now_ns - process->jit_read_ns < JIT_OLD_NS)
		return NULL;
	process->jit_read_ns = now_ns;
	if (jit_map__update(&process->jit, process->dir))
		return NULL;
	return symbol_table__find(&process->jit.table, address);
}
