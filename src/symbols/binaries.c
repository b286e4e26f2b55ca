/* SPDX-License-Identifier: GPL-2.0-only */
#include "binaries.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/clock.h"

#define PROCESSES_MAX  256
#define MODULES_MAX    128
/* The symbolizer has a gigabyte, also for what it reads just now. */
#define BYTES_MAX      (256UL << 20) /* of modules, without their lines */
#define LINE_BYTES_MAX (256UL << 20)
#define JIT_BYTES_MAX  (128UL << 20) /* of processes */
#define MAPS_BYTES_MAX (128UL << 20) /* of processes */
#define CHECK_NS       1000000000ULL

struct cached_process {
	struct proc_snapshot process;
	uint64_t used; /* 0: free */
};

struct binaries {
	struct symbolizer *symbolizer;
	uint64_t uses;
	struct binary vdso;
	struct binary modules[MODULES_MAX];
	size_t nr;
	struct cached_process processes[PROCESSES_MAX];
	struct work_budget budget;
};

int binaries__new(bool is_apart, struct binaries **ret)
{
	int err;

	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->vdso.fd = -1;
	err = symbolizer__new(is_apart, &(*ret)->symbolizer);
	if (err) {
		free(*ret);
		*ret = NULL;
	}
	return err;
}

void binaries__free(struct binaries *binaries)
{
	if (!binaries)
		return;
	/* It need not forget each of them. */
	symbolizer__stop(binaries->symbolizer);
	for (size_t i = 0; i < binaries->nr; i++)
		binary__free(&binaries->modules[i]);
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		if (binaries->processes[i].used)
			proc_snapshot__free(&binaries->processes[i].process);
	binary__free(&binaries->vdso);
	symbolizer__free(binaries->symbolizer);
	free(binaries);
}

struct work_budget *binaries__budget(struct binaries *binaries)
{
	return &binaries->budget;
}

struct proc_snapshot *binaries__known_process(struct binaries *binaries, int pid)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct cached_process *cached = &binaries->processes[i];

		if (cached->used && cached->process.pid == pid) {
			cached->used = ++binaries->uses;
			return &cached->process;
		}
	}
	return NULL;
}

static void forget_process(struct cached_process *cached)
{
	if (cached->used)
		proc_snapshot__free(&cached->process);
	cached->used = 0;
}

static struct cached_process *oldest_process(struct binaries *binaries,
					     const struct cached_process *keep)
{
	struct cached_process *oldest = NULL;

	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct cached_process *cached = &binaries->processes[i];

		if (cached != keep && cached->used && (!oldest || cached->used < oldest->used))
			oldest = cached;
	}
	return oldest;
}

/* Evicts the least recently used processes while the mappings of all are too many. */
static void limit_maps_bytes(struct binaries *binaries, const struct cached_process *keep)
{
	struct cached_process *oldest;
	size_t bytes = 0;

	for (size_t i = 0; i < PROCESSES_MAX; i++)
		bytes += binaries->processes[i].process.bytes;
	while (bytes > MAPS_BYTES_MAX && (oldest = oldest_process(binaries, keep))) {
		bytes -= oldest->process.bytes;
		forget_process(oldest);
	}
}

struct proc_snapshot *binaries__process(struct binaries *binaries, int pid)
{
	struct proc_snapshot *known = binaries__known_process(binaries, pid);
	struct cached_process *oldest = &binaries->processes[0];
	uint64_t start_ns;

	if (known)
		return known;
	for (size_t i = 1; i < PROCESSES_MAX; i++)
		if (binaries->processes[i].used < oldest->used)
			oldest = &binaries->processes[i];
	forget_process(oldest);
	start_ns = clock_ns(CLOCK_MONOTONIC);
	proc_snapshot__init(&oldest->process, pid);
	work_budget__charge(&binaries->budget, pid, start_ns);
	oldest->used = ++binaries->uses;
	limit_maps_bytes(binaries, oldest);
	return &oldest->process;
}

static void drop_module(struct binaries *binaries, struct binary *module)
{
	binary__free(module);
	*module = binaries->modules[--binaries->nr];
}

static size_t count_bytes(const struct binaries *binaries)
{
	size_t bytes = 0;

	for (size_t i = 0; i < binaries->nr; i++)
		bytes += binaries->modules[i].bytes;
	return bytes;
}

static size_t count_line_bytes(const struct binaries *binaries)
{
	size_t bytes = 0;

	for (size_t i = 0; i < binaries->nr; i++)
		bytes += binaries->modules[i].line_bytes;
	return bytes;
}

static struct binary *oldest_module(struct binaries *binaries)
{
	struct binary *oldest = &binaries->modules[0];

	for (size_t i = 1; i < binaries->nr; i++)
		if (binaries->modules[i].used < oldest->used)
			oldest = &binaries->modules[i];
	return oldest;
}

/* The least recently used module with lines; NULL: at most one module has lines. */
static struct binary *oldest_with_lines(struct binaries *binaries)
{
	struct binary *oldest = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < binaries->nr; i++) {
		struct binary *module = &binaries->modules[i];

		if (!module->line_bytes)
			continue;
		nr++;
		if (!oldest || module->used < oldest->used)
			oldest = module;
	}
	return nr > 1 ? oldest : NULL;
}

/*
 * Evicts the least recently used modules until nr more fit; the last one left may have any size.
 * Then evicts lines alone, which can be read again.
 */
static void make_room(struct binaries *binaries, size_t nr)
{
	struct binary *module;

	while (binaries->nr + nr > MODULES_MAX ||
	       (binaries->nr > 1 && count_bytes(binaries) > BYTES_MAX))
		drop_module(binaries, oldest_module(binaries));
	while (count_line_bytes(binaries) > LINE_BYTES_MAX &&
	       (module = oldest_with_lines(binaries)))
		binary__forget_lines(module);
}

void binaries__make_room(struct binaries *binaries)
{
	make_room(binaries, 0);
}

/*
 * An unreadable file is tried again after CHECK_NS, or through another process; a file that was
 * read is read again after it was written to.
 */
static bool is_worth_reloading(struct binary *module, int pid)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	bool is_old = now_ns - module->checked_ns > CHECK_NS;

	if (module->state == MODULE_UNREADABLE)
		return is_old || module->tried_pid != pid;
	if (!is_old)
		return false;
	module->checked_ns = now_ns;
	return binary__is_stale(module);
}

static void load_module(struct binaries *binaries, int pid, uint64_t address,
			const struct named_vma *asked, struct binary *ret)
{
	struct proc_snapshot *process = binaries__process(binaries, pid);
	/* asked->name may belong to the mappings that proc_snapshot__find() is about to replace. */
	char name[PATH_MAX];
	struct named_vma mapping = *asked;
	const struct named_vma *now;
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);

	snprintf(name, sizeof(name), "%s", asked->name);
	now = proc_snapshot__find(process, address);
	/* Parts of a mapping may have been protected since: its ends are others then. */
	if (now && now->vma.dev == mapping.vma.dev && now->vma.inode == mapping.vma.inode)
		mapping = *now;
	else
		mapping.name = name;
	binary__load(ret, binaries->symbolizer, process, &mapping);
	work_budget__charge(&binaries->budget, pid, start_ns);
}

/* Keeps what was read before, if the file cannot be read again. */
static void reload_module(struct binaries *binaries, int pid, uint64_t address,
			  const struct named_vma *mapping, struct binary *module)
{
	struct binary fresh;

	load_module(binaries, pid, address, mapping, &fresh);
	if (fresh.state == MODULE_UNREADABLE && module->state != MODULE_UNREADABLE) {
		binary__free(&fresh);
		return;
	}
	binary__free(module);
	*module = fresh;
}

static struct binary *find_module(struct binaries *binaries, int pid, uint64_t address,
				  const struct named_vma *mapping)
{
	struct binary *module = NULL;

	for (size_t i = 0; i < binaries->nr && !module; i++)
		if (binaries->modules[i].inode == mapping->vma.inode &&
		    binaries->modules[i].dev == mapping->vma.dev)
			module = &binaries->modules[i];
	if (!module) {
		make_room(binaries, 1);
		module = &binaries->modules[binaries->nr];
		load_module(binaries, pid, address, mapping, module);
		binaries->nr++;
	} else if (is_worth_reloading(module, pid)) {
		reload_module(binaries, pid, address, mapping, module);
	}
	module->used = ++binaries->uses;
	return module;
}

struct binary *binaries__by_serial(struct binaries *binaries, uint64_t serial)
{
	if (serial && serial == binaries->vdso.serial)
		return &binaries->vdso;
	for (size_t i = 0; i < binaries->nr; i++)
		if (binaries->modules[i].serial == serial) {
			binaries->modules[i].used = ++binaries->uses;
			return &binaries->modules[i];
		}
	return NULL;
}

static struct binary *find_vdso(struct binaries *binaries)
{
	if (!binaries->vdso.serial)
		binary__load_vdso(&binaries->vdso, binaries->symbolizer);
	return &binaries->vdso;
}

void binaries__place(struct binaries *binaries, int pid, uint64_t address,
		     const struct named_vma *mapping, struct place *ret)
{
	uint64_t offset = address - mapping->vma.start;

	*ret = (struct place) { 0 };
	if (mapping->vma.inode) {
		struct binary *module = find_module(binaries, pid, address, mapping);

		if (module->state == MODULE_NOT_ELF)
			return;
		ret->module = module;
		ret->has_address =
			binary__address(module, offset + mapping->vma.offset, &ret->address);
	} else if (!strcmp(mapping->name, "[vdso]") && address >> 32) {
		/* A 32-bit process, below 4 GB, has a different vdso. */
		ret->module = find_vdso(binaries);
		ret->has_address = binary__address(ret->module, offset, &ret->address);
	}
}

void binaries__place_behind(struct binaries *binaries, int pid, uint64_t address, struct place *ret)
{
	struct proc_snapshot *process = binaries__process(binaries, pid);
	const struct named_vma *mapping = proc_snapshot__find_continued(process, address);
	struct binary *module;
	uint64_t offset;

	*ret = (struct place) { 0 };
	if (!mapping)
		return;
	offset = address - mapping->vma.start + mapping->vma.offset;
	module = find_module(binaries, pid, mapping->vma.start, mapping);
	if (module->state != MODULE_LOADED ||
	    !binary__address_behind(module, offset, &ret->address))
		return;
	ret->module = module;
	ret->has_address = true;
}

void binaries__place_zeroed(struct binaries *binaries, int pid, uint64_t address, uint64_t start,
			    const struct named_vma *code, struct place *ret)
{
	struct binary *module;

	*ret = (struct place) { 0 };
	if (!code->vma.inode)
		return;
	module = find_module(binaries, pid, code->vma.start, code);
	if (!binary__address_zeroed(module, code, start, address, &ret->address))
		return;
	ret->module = module;
	ret->has_address = true;
}

/* Evicts the JIT names of the least recently used processes, except those of keep. */
static void limit_jit_bytes(struct binaries *binaries, const struct proc_snapshot *keep)
{
	for (;;) {
		struct cached_process *oldest = NULL;
		size_t bytes = 0;

		for (size_t i = 0; i < PROCESSES_MAX; i++) {
			struct cached_process *cached = &binaries->processes[i];
			size_t own = cached->process.jit.bytes;

			bytes += own;
			if (own && &cached->process != keep &&
			    (!oldest || cached->used < oldest->used))
				oldest = cached;
		}
		if (!oldest || bytes <= JIT_BYTES_MAX)
			break;
		jit_map__free(&oldest->process.jit);
	}
}

bool binaries__refresh_jit(struct binaries *binaries, struct proc_snapshot *process)
{
	bool is_new = proc_snapshot__refresh_jit(process, binaries->symbolizer);

	if (is_new)
		limit_jit_bytes(binaries, process);
	return is_new;
}

uint64_t binaries__failures(const struct binaries *binaries)
{
	return symbolizer__failures(binaries->symbolizer);
}
