/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs and libraries that processes map, and these processes: loaded when
 * they are asked for, shared by whoever asks, and bounded: what was not asked for
 * longest is forgotten.
 */
#ifndef SYMBOLS_MODULES_H
#define SYMBOLS_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "module.h"
#include "process.h"

struct modules;

/* Where an address is: in which module, and where there. */
struct place {
	struct module *module; /* NULL: in none; valid until the next call */
	uint64_t address;
	bool has_address;
};

/* For tables of what was found there. */
static inline uint32_t place__hash(const struct place *place)
{
	return (uint32_t)((place->address ^ place->module->serial << 40) * 0x9e3779b97f4a7c15ULL >>
			  32);
}

int modules__new(struct modules **ret);
void modules__free(struct modules *modules);

struct process *modules__process(struct modules *modules, int pid);
/* NULL: nobody asked for it yet, or it was forgotten. */
struct process *modules__known_process(struct modules *modules, int pid);

/* This mapping's, of a file or the vdso. */
void modules__place(struct modules *modules, int pid, uint64_t address,
		    const struct process_mapping *mapping, struct place *ret);
/* For an address in memory without a file: a program's zeroed data. */
void modules__place_behind(struct modules *modules, int pid, uint64_t address, struct place *ret);
/* The same where the memory began at start, and what was the code below it is known. */
void modules__place_zeroed(struct modules *modules, int pid, uint64_t address, uint64_t start,
			   const struct process_mapping *code, struct place *ret);

/* The one with this serial; NULL: it was forgotten. */
struct module *modules__by_serial(struct modules *modules, uint64_t serial);

/* Code that was made at run time: its name's entry, in process->jit. */
const struct symbol_entry *modules__find_jit(struct modules *modules, struct process *process,
					     uint64_t address);
/* Before a module is asked to load more of its file. */
void modules__make_room(struct modules *modules);

#endif /* SYMBOLS_MODULES_H */
