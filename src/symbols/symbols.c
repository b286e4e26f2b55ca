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
#include "demangle.h"
#include "kernel_names.h"
#include "binaries.h"

#define NR(array)    (sizeof(array) / sizeof((array)[0]))
#define NR_ANSWERS   4096
#define NAME_MAX_LEN 4096
#define FRAMES_MAX   64

/* A cached answer: the symbol at an address of a module. */
struct answer {
	uint64_t serial; /* the module's; 0: free */
	uint64_t address;
	uint64_t offset;
	char *name;
};

struct symbols {
	struct binaries *binaries;
	struct kernel_names kernel;
	struct answer answers[NR_ANSWERS];
	struct inlined inlined;
	char name[NAME_MAX_LEN]; /* demangled; of a symbol that is not cached */
	char path[PATH_MAX];	 /* of a file that is no module */
	char frame_names[FRAMES_MAX][NAME_MAX_LEN];
};

int symbols__new(struct symbols **ret)
{
	int err;

	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	err = binaries__new(&(*ret)->binaries);
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
	for (size_t i = 0; i < NR_ANSWERS; i++)
		free(symbols->answers[i].name);
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

static const char *readable_name(struct symbols *symbols, const char *name)
{
	return demangle(name, symbols->name, sizeof(symbols->name)) ? symbols->name : name;
}

/* Demangles a name without its version: "memcpy@@GLIBC_2.14" is memcpy. */
static char *copy_name(struct symbols *symbols, const char *name)
{
	char *plain = strndup(name, strnlen(name, NAME_MAX_LEN - 1)), *copy;

	if (plain)
		plain[strcspn(plain, "@")] = '\0';
	if (!plain || !demangle(plain, symbols->name, sizeof(symbols->name)))
		return plain;
	copy = strdup(symbols->name);
	free(plain);
	return copy;
}

static const struct answer *look_up(struct symbols *symbols, int pid, const struct place *place)
{
	const struct binary *module = place->module;
	struct answer *answer = &symbols->answers[place__hash(place) % NR_ANSWERS];
	const struct symbol_entry *entry;
	uint64_t start_ns;

	if (answer->serial == module->serial && answer->address == place->address)
		return answer;
	start_ns = clock_ns(CLOCK_MONOTONIC);
	entry = symbol_table__find(&module->table, place->address);
	free(answer->name);
	*answer = (struct answer) {
		.serial = module->serial,
		.address = place->address,
		.offset = entry ? place->address - entry->start : 0,
		.name = entry ? copy_name(symbols, symbol_table__name(&module->table, entry))
			      : NULL,
	};
	charge(symbols, pid, start_ns);
	return answer;
}

static bool find_jit(struct symbols *symbols, struct proc_snapshot *process, uint64_t address,
		     struct symbol *ret)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	const struct symbol_entry *entry = binaries__find_jit(symbols->binaries, process, address);

	if (!entry) {
		charge(symbols, process->pid, start_ns);
		return false;
	}
	*ret = (struct symbol) {
		.name = readable_name(symbols, symbol_table__name(&process->jit.table, entry)),
		.offset = address - entry->start,
		.module = "[jit]",
		.build_id = "",
	};
	charge(symbols, process->pid, start_ns);
	return true;
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
	const struct answer *answer = look_up(symbols, pid, place);

	ret->has_module_address = true;
	ret->module_address = place->address;
	if (answer->name) {
		ret->name = answer->name;
		ret->offset = answer->offset;
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

static const struct inlined_frames *add_inlined(struct symbols *symbols, struct source_lines *lines,
						uint64_t module_id, uint64_t address)
{
	struct source_frame frames[FRAMES_MAX];
	size_t nr = source_lines__find(lines, address, frames, FRAMES_MAX);

	for (size_t i = 0; i < nr; i++) {
		char *name = symbols->frame_names[i];

		if (!demangle(frames[i].function, name, NAME_MAX_LEN))
			snprintf(name, NAME_MAX_LEN, "%.*s", NAME_MAX_LEN - 1, frames[i].function);
		frames[i].function = name;
		/* A path that long leads nowhere. */
		if (strnlen(frames[i].file, PATH_MAX) == PATH_MAX)
			frames[i].file = "";
	}
	return inlined__add(&symbols->inlined, module_id, address, frames, nr);
}

const struct inlined_frames *symbols__find_inlined(struct symbols *symbols, int pid,
						   uint64_t module_id, uint64_t module_address)
{
	const struct inlined_frames *found =
		inlined__find(&symbols->inlined, module_id, module_address);
	struct source_lines *lines;
	struct binary *module;
	uint64_t start_ns;

	if (!found && allows(symbols, pid)) {
		start_ns = clock_ns(CLOCK_MONOTONIC);
		/* Makes room first, as that moves modules. */
		binaries__make_room(symbols->binaries);
		module = binaries__by_serial(symbols->binaries, module_id);
		lines = module ? binary__lines(module, binaries__process(symbols->binaries, pid))
			       : NULL;
		if (lines)
			found = add_inlined(symbols, lines, module_id, module_address);
		charge(symbols, pid, start_ns);
	}
	return found && found->nr ? found : NULL;
}

void symbols__advise(struct symbols *symbols)
{
	uint64_t nr = binaries__budget(symbols->binaries)->nr_given_up;

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
