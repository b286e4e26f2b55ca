/* SPDX-License-Identifier: GPL-2.0-only */
#include "modules.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/clock.h"

#define PROCESSES_MAX  256
#define MODULES_MAX    128
#define BYTES_MAX      (512UL << 20) /* of modules, without their lines */
#define LINE_BYTES_MAX (512UL << 20)
#define JIT_BYTES_MAX  (256UL << 20) /* of processes */
#define CHECK_NS       1000000000ULL

#define VDSO_SERIAL 1

struct cached_process {
	struct process process;
	uint64_t used; /* 0: free */
};

struct modules {
	uint64_t uses;
	uint64_t serials;
	struct module vdso;
	struct module modules[MODULES_MAX];
	size_t nr;
	struct cached_process processes[PROCESSES_MAX];
};

int modules__new(struct modules **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->serials = VDSO_SERIAL;
	(*ret)->vdso.fd = -1;
	return 0;
}

void modules__free(struct modules *modules)
{
	if (!modules)
		return;
	for (size_t i = 0; i < modules->nr; i++)
		module__free(&modules->modules[i]);
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		if (modules->processes[i].used)
			process__free(&modules->processes[i].process);
	module__free(&modules->vdso);
	free(modules);
}

struct process *modules__known_process(struct modules *modules, int pid)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct cached_process *cached = &modules->processes[i];

		if (cached->used && cached->process.pid == pid) {
			cached->used = ++modules->uses;
			return &cached->process;
		}
	}
	return NULL;
}

struct process *modules__process(struct modules *modules, int pid)
{
	struct process *known = modules__known_process(modules, pid);
	struct cached_process *oldest = &modules->processes[0];

	if (known)
		return known;
	for (size_t i = 1; i < PROCESSES_MAX; i++)
		if (modules->processes[i].used < oldest->used)
			oldest = &modules->processes[i];
	if (oldest->used)
		process__free(&oldest->process);
	process__init(&oldest->process, pid);
	oldest->used = ++modules->uses;
	return &oldest->process;
}

static void drop_module(struct modules *modules, struct module *module)
{
	module__free(module);
	*module = modules->modules[--modules->nr];
}

static size_t count_bytes(const struct modules *modules)
{
	size_t bytes = 0;

	for (size_t i = 0; i < modules->nr; i++)
		bytes += module__bytes(&modules->modules[i]);
	return bytes;
}

static size_t count_line_bytes(const struct modules *modules)
{
	size_t bytes = 0;

	for (size_t i = 0; i < modules->nr; i++)
		bytes += source_lines__bytes(modules->modules[i].lines);
	return bytes;
}

static struct module *oldest_module(struct modules *modules)
{
	struct module *oldest = &modules->modules[0];

	for (size_t i = 1; i < modules->nr; i++)
		if (modules->modules[i].used < oldest->used)
			oldest = &modules->modules[i];
	return oldest;
}

/* Of those with lines; NULL: there is at most one. */
static struct module *oldest_with_lines(struct modules *modules)
{
	struct module *oldest = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < modules->nr; i++) {
		struct module *module = &modules->modules[i];

		if (!module->lines)
			continue;
		nr++;
		if (!oldest || module->used < oldest->used)
			oldest = module;
	}
	return nr > 1 ? oldest : NULL;
}

/*
 * For nr more modules. The one that was used last stays, whatever its size. Lines,
 * which can be read again, go on their own.
 */
static void make_room(struct modules *modules, size_t nr)
{
	struct module *module;

	while (modules->nr + nr > MODULES_MAX ||
	       (modules->nr > 1 && count_bytes(modules) > BYTES_MAX))
		drop_module(modules, oldest_module(modules));
	while (count_line_bytes(modules) > LINE_BYTES_MAX && (module = oldest_with_lines(modules)))
		module__forget_lines(module);
}

void modules__make_room(struct modules *modules)
{
	make_room(modules, 0);
}

/* It may be read now, or was written to. Another process may show what one could not. */
static bool is_worth_reloading(struct module *module, int pid)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	bool is_old = now_ns - module->checked_ns > CHECK_NS;

	if (module->state == MODULE_UNREADABLE)
		return is_old || module->tried_pid != pid;
	if (!is_old)
		return false;
	module->checked_ns = now_ns;
	return module__is_stale(module);
}

static void load_module(struct modules *modules, int pid, uint64_t address,
			const struct process_mapping *asked, struct module *ret)
{
	struct process *process = modules__process(modules, pid);
	/* The name may be of the mappings that are about to be read again. */
	char name[PATH_MAX];
	struct process_mapping mapping = *asked;
	const struct process_mapping *now;

	snprintf(name, sizeof(name), "%s", asked->name);
	now = process__find(process, address);
	/* Parts of a mapping may have been protected since: its ends are others then. */
	if (now && now->dev == mapping.dev && now->inode == mapping.inode)
		mapping = *now;
	else
		mapping.name = name;
	module__load(ret, process, &mapping);
	ret->serial = ++modules->serials;
}

/* What was read stays where it cannot be read again. */
static void reload_module(struct modules *modules, int pid, uint64_t address,
			  const struct process_mapping *mapping, struct module *module)
{
	struct module fresh;

	load_module(modules, pid, address, mapping, &fresh);
	if (fresh.state == MODULE_UNREADABLE && module->state != MODULE_UNREADABLE) {
		module__free(&fresh);
		return;
	}
	module__free(module);
	*module = fresh;
}

static struct module *find_module(struct modules *modules, int pid, uint64_t address,
				  const struct process_mapping *mapping)
{
	struct module *module = NULL;

	for (size_t i = 0; i < modules->nr && !module; i++)
		if (modules->modules[i].inode == mapping->inode &&
		    modules->modules[i].dev == mapping->dev)
			module = &modules->modules[i];
	if (!module) {
		make_room(modules, 1);
		module = &modules->modules[modules->nr];
		load_module(modules, pid, address, mapping, module);
		modules->nr++;
	} else if (is_worth_reloading(module, pid)) {
		reload_module(modules, pid, address, mapping, module);
	}
	module->used = ++modules->uses;
	return module;
}

struct module *modules__by_serial(struct modules *modules, uint64_t serial)
{
	if (serial == VDSO_SERIAL)
		return &modules->vdso;
	for (size_t i = 0; i < modules->nr; i++)
		if (modules->modules[i].serial == serial) {
			modules->modules[i].used = ++modules->uses;
			return &modules->modules[i];
		}
	return NULL;
}

static struct module *find_vdso(struct modules *modules)
{
	if (!modules->vdso.serial) {
		module__load_vdso(&modules->vdso);
		modules->vdso.serial = VDSO_SERIAL;
	}
	return &modules->vdso;
}

void modules__place(struct modules *modules, int pid, uint64_t address,
		    const struct process_mapping *mapping, struct place *ret)
{
	uint64_t offset = address - mapping->start;

	*ret = (struct place) { 0 };
	if (mapping->inode) {
		struct module *module = find_module(modules, pid, address, mapping);

		if (module->state == MODULE_NOT_ELF)
			return;
		ret->module = module;
		ret->has_address = module__address(module, offset + mapping->offset, &ret->address);
	} else if (!strcmp(mapping->name, "[vdso]") && address >> 32) {
		/* A 32-bit process has another one. */
		ret->module = find_vdso(modules);
		ret->has_address = module__address(ret->module, offset, &ret->address);
	}
}

void modules__place_behind(struct modules *modules, int pid, uint64_t address, struct place *ret)
{
	struct process *process = modules__process(modules, pid);
	const struct process_mapping *mapping = process__find_continued(process, address);
	struct module *module;
	uint64_t offset;

	*ret = (struct place) { 0 };
	if (!mapping)
		return;
	offset = address - mapping->start + mapping->offset;
	module = find_module(modules, pid, mapping->start, mapping);
	if (module->state != MODULE_LOADED ||
	    !module__address_behind(module, offset, &ret->address))
		return;
	ret->module = module;
	ret->has_address = true;
}

void modules__place_zeroed(struct modules *modules, int pid, uint64_t address, uint64_t start,
			   const struct process_mapping *code, struct place *ret)
{
	struct module *module;

	*ret = (struct place) { 0 };
	if (!code->inode)
		return;
	module = find_module(modules, pid, code->start, code);
	if (!module__address_zeroed(module, code, start, address, &ret->address))
		return;
	ret->module = module;
	ret->has_address = true;
}

/* The oldest names of code made at run time go, but for this process's. */
static void limit_jit_bytes(struct modules *modules, const struct process *keep)
{
	for (;;) {
		struct cached_process *oldest = NULL;
		size_t bytes = 0;

		for (size_t i = 0; i < PROCESSES_MAX; i++) {
			struct cached_process *cached = &modules->processes[i];
			size_t own = symbol_table__bytes(&cached->process.jit.table);

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

const struct symbol_entry *modules__find_jit(struct modules *modules, struct process *process,
					     uint64_t address)
{
	size_t bytes_before = symbol_table__bytes(&process->jit.table);
	const struct symbol_entry *entry = process__find_jit(process, address);

	if (symbol_table__bytes(&process->jit.table) > bytes_before)
		limit_jit_bytes(modules, process);
	return entry;
}
