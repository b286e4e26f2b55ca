/* SPDX-License-Identifier: GPL-2.0-only */
#include "symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/path.h"
#include "../host/clock.h"
#include "kernel_names.h"
#include "binaries.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define NR_NAMES  16384

/* A cached answer: the symbol at an address of a module, or in a version of a process's JIT code. */
struct known_name {
	uint64_t serial; /* the module's, or the version; 0: free */
	uint64_t address;
	uint64_t offset;
	char *name; /* NULL: there is none */
};

struct symbols {
	struct binaries *binaries;
	struct kernel_names kernel;
	struct known_name names[NR_NAMES];
	struct inlined inlined;
	char path[PATH_MAX]; /* of a file that is no module */
};

int symbols__new(struct symbols **ret)
{
	int err;

	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	err = binaries__new(true, &(*ret)->binaries);
	if (err) {
		free(*ret);
		*ret = NULL;
	}
	return err;
}

void symbols__free(struct symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < NR_NAMES; i++)
		free(symbols->names[i].name);
	inlined__free(&symbols->inlined);
	kernel_names__free(&symbols->kernel);
	binaries__free(symbols->binaries);
	free(symbols);
}

struct binaries *symbols__modules(struct symbols *symbols)
{
	return symbols->binaries;
}

static void charge(struct symbols *symbols, int pid, uint64_t start_ns)
{
	work_budget__charge(binaries__budget(symbols->binaries), pid, start_ns);
}

static bool allows(struct symbols *symbols, int pid)
{
	return work_budget__allows(binaries__budget(symbols->binaries), pid);
}

static bool known_mapping(struct symbols *symbols, const struct symbol_request *request,
			  struct named_vma *ret)
{
	const struct named_vma *mapping;
	uint64_t start_ns;

	if (request->mapping.vma.start < request->mapping.vma.end) {
		*ret = request->mapping;
		if (!ret->name)
			ret->name = "";
		return true;
	}
	start_ns = clock_ns(CLOCK_MONOTONIC);
	mapping = proc_snapshot__find(binaries__process(symbols->binaries, request->pid),
				      request->address);
	charge(symbols, request->pid, start_ns);
	if (mapping)
		*ret = *mapping;
	return mapping;
}

static void find_place(struct symbols *symbols, const struct symbol_request *request,
		       struct place *ret)
{
	struct named_vma mapping;

	*ret = (struct place) { 0 };
	if (!known_mapping(symbols, request, &mapping))
		return;
	if (request->memory)
		binaries__place_zeroed(symbols->binaries, request->pid, request->address,
				       request->memory, &mapping, ret);
	else if (mapping.vma.inode || !strcmp(mapping.name, "[vdso]"))
		binaries__place(symbols->binaries, request->pid, request->address, &mapping, ret);
	else if (strcmp(mapping.name, "[stack]") != 0)
		binaries__place_behind(symbols->binaries, request->pid, request->address, ret);
}

static struct known_name *slot_of(struct symbols *symbols, uint64_t serial, uint64_t address)
{
	return &symbols->names[place_hash(serial, address) % NR_NAMES];
}

static bool is_of(const struct known_name *known, uint64_t serial, uint64_t address)
{
	return known->serial == serial && known->address == address;
}

/* name: of the symbol that begins at start; NULL: there is none. */
static void remember(struct known_name *known, uint64_t serial, uint64_t address, const char *name,
		     uint64_t start)
{
	free(known->name);
	*known = (struct known_name) {
		.serial = serial,
		.address = address,
		.offset = name ? address - start : 0,
		.name = name ? strdup(name) : NULL,
	};
}

static const struct known_name *look_up(struct symbols *symbols, int pid, const struct place *place)
{
	struct binary *module = place->module;
	struct known_name *known = slot_of(symbols, module->serial, place->address);
	uint64_t start_ns, start = 0;
	const char *name;

	if (is_of(known, module->serial, place->address))
		return known;
	start_ns = clock_ns(CLOCK_MONOTONIC);
	name = binary__name(module, binaries__process(symbols->binaries, pid), place->address,
			    &start);
	remember(known, module->serial, place->address, name, start);
	charge(symbols, pid, start_ns);
	return known;
}

static const struct known_name *look_up_jit(struct symbols *symbols, struct proc_snapshot *process,
					    uint64_t address)
{
	struct known_name *known = slot_of(symbols, process->jit.version, address);
	uint64_t start = 0;

	/* Version 0: no names have been read. */
	if (!process->jit.version)
		return NULL;
	if (!is_of(known, process->jit.version, address)) {
		const char *name = jit_map__name(&process->jit, address, &start);

		remember(known, process->jit.version, address, name, start);
	}
	return known->name ? known : NULL;
}

static bool find_jit(struct symbols *symbols, struct proc_snapshot *process, uint64_t address,
		     struct symbol *ret)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	const struct known_name *known = look_up_jit(symbols, process, address);

	if (!known && binaries__refresh_jit(symbols->binaries, process))
		known = look_up_jit(symbols, process, address);
	if (known)
		*ret = (struct symbol) {
			.name = known->name,
			.offset = known->offset,
			.module = "[jit]",
			.build_id = "",
		};
	charge(symbols, process->pid, start_ns);
	return known;
}

/* Programs come from files: what is executed elsewhere was made there. */
static bool is_of_jit(const struct named_vma *mapping)
{
	static const char *const memory[] = { "[anon", "[heap]", "[stack]" };
	static const char *const files[] = { "/memfd:", "/dev/zero" };
	const char *const *names = mapping->vma.inode ? files : memory;
	size_t nr = mapping->vma.inode ? NR(files) : NR(memory);

	for (size_t i = 0; i < nr; i++)
		if (!strncmp(mapping->name, names[i], strlen(names[i])))
			return true;
	return !*mapping->name;
}

/* The last resort: the offset in the mapped file. */
static void find_in_file(struct symbols *symbols, const struct symbol_request *request,
			 struct symbol *ret)
{
	struct named_vma mapping;

	if (request->memory || !known_mapping(symbols, request, &mapping))
		return;
	if (request->is_code && is_of_jit(&mapping))
		ret->made_in = mapping.vma.start;
	if (!mapping.vma.inode && strcmp(mapping.name, "[vdso]") != 0)
		return;
	if (!*ret->module) {
		snprintf(symbols->path, sizeof(symbols->path), "%s", mapping.name);
		ret->module = symbols->path;
	}
	ret->file_offset = request->address - mapping.vma.start + mapping.vma.offset;
	ret->has_file_offset = *ret->module;
}

static void find_in_module(struct symbols *symbols, int pid, const struct place *place,
			   struct symbol *ret)
{
	const struct known_name *known = look_up(symbols, pid, place);

	ret->has_module_address = true;
	ret->module_address = place->address;
	if (known->name) {
		ret->name = known->name;
		ret->offset = known->offset;
	}
}

static void find_kernel(struct symbols *symbols, uint64_t address, struct symbol *ret)
{
	const struct symbol_entry *entry = kernel_names__find(&symbols->kernel, address);

	if (!entry)
		return;
	ret->name = symbol_table__name(&symbols->kernel.table, entry);
	ret->offset = address - entry->start;
	ret->module = "[kernel]";
}

void symbols__find(struct symbols *symbols, const struct symbol_request *request,
		   struct symbol *ret)
{
	struct place place;

	*ret = (struct symbol) { .name = "", .module = "", .build_id = "" };
	if (request->address >= KERNEL_NAMES_BEGIN) {
		find_kernel(symbols, request->address, ret);
		return;
	}
	/* Without its name, it is shown by its place in the file, if that is known already. */
	if (!allows(symbols, request->pid)) {
		if (request->mapping.vma.start < request->mapping.vma.end)
			find_in_file(symbols, request, ret);
		return;
	}
	find_place(symbols, request, &place);
	if (place.module) {
		ret->module = place.module->path;
		ret->build_id = place.module->build_id;
		ret->module_id = place.module->serial;
	}
	if (place.has_address)
		find_in_module(symbols, request->pid, &place, ret);
	else if (!request->is_code ||
		 !find_jit(symbols, binaries__process(symbols->binaries, request->pid),
			   request->address, ret))
		find_in_file(symbols, request, ret);
}

bool symbols__find_jit(struct symbols *symbols, int pid, uint64_t address, struct symbol *ret)
{
	struct proc_snapshot *process = binaries__known_process(symbols->binaries, pid);

	return process && allows(symbols, pid) && find_jit(symbols, process, address, ret);
}

bool symbols__has_mapped(struct symbols *symbols, int pid, const char *name)
{
	const struct proc_snapshot *process = binaries__known_process(symbols->binaries, pid);

	for (size_t i = 0; process && i < process->nr; i++)
		if (!strcmp(path_last(process->mappings[i].name), name))
			return true;
	return false;
}

const struct inlined_frames *symbols__find_inlined(struct symbols *symbols, int pid,
						   uint64_t module_id, uint64_t module_address)
{
	const struct inlined_frames *found =
		inlined__find(&symbols->inlined, module_id, module_address);
	struct source_frame frames[LINES_MAX];
	struct binary *module;
	uint64_t start_ns;
	size_t nr;

	if (!found && allows(symbols, pid)) {
		start_ns = clock_ns(CLOCK_MONOTONIC);
		/* Makes room first, as that moves modules. */
		binaries__make_room(symbols->binaries);
		module = binaries__by_serial(symbols->binaries, module_id);
		nr = module ? binary__lines(module, binaries__process(symbols->binaries, pid),
					    module_address, frames, LINES_MAX)
			    : 0;
		if (module)
			found = inlined__add(&symbols->inlined, module_id, module_address, frames,
					     nr);
		charge(symbols, pid, start_ns);
	}
	return found && found->nr ? found : NULL;
}

void symbols__advise(struct symbols *symbols)
{
	uint64_t nr = binaries__budget(symbols->binaries)->nr_given_up;
	uint64_t nr_failed = binaries__failures(symbols->binaries);

	if (nr_failed)
		log_note("%" PRIu64 " name%s not known: who read the files was late, or died",
			 nr_failed, nr_failed == 1 ? " is" : "s are");
	if (nr)
		log_note("%" PRIu64 " name%s given up: they took too long to find", nr,
			 nr == 1 ? " was" : "s were");
}

bool symbol_offset(const struct symbol *symbol, uint64_t *ret)
{
	*ret = *symbol->name		    ? symbol->offset
	       : symbol->has_module_address ? symbol->module_address
					    : symbol->file_offset;
	return *symbol->name || symbol->has_module_address || symbol->has_file_offset;
}

void symbol_text(const struct symbol *symbol, struct buf *ret)
{
	uint64_t offset;

	if (!symbol_offset(symbol, &offset))
		return;
	buf__adds(ret, *symbol->name ? symbol->name : path_last(symbol->module));
	buf__adds(ret, "+0x");
	buf__add_hex(ret, offset);
}
