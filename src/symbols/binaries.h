/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded cache of the programs and libraries that processes map, and of these processes:
 * loads each when it is first asked for, and evicts the least recently used.
 */
#ifndef SYMBOLS_BINARIES_H
#define SYMBOLS_BINARIES_H

#include <stdbool.h>
#include <stdint.h>

#include "binary.h"
#include "proc_snapshot.h"
#include "work_budget.h"

struct binaries;

/* An address of a process, as an address inside the module that is mapped there. */
struct place {
	struct binary *module; /* NULL: no module is there; valid until the next call */
	uint64_t address;
	bool has_address;
};

/* For hash tables of addresses in modules. */
static inline uint32_t place_hash(uint64_t serial, uint64_t address)
{
	return (uint32_t)((address ^ serial << 40) * 0x9e3779b97f4a7c15ULL >> 32);
}

/* The same of a place; module must be set. */
static inline uint32_t place__hash(const struct place *place)
{
	return place_hash(place->module->serial, place->address);
}

/* is_apart: files are read in a process apart, if there can be one. 0 or -errno. */
int binaries__new(bool is_apart, struct binaries **ret);
void binaries__free(struct binaries *binaries);

/* Of the work that reading modules and looking up names is for each process. */
struct work_budget *binaries__budget(struct binaries *binaries);

struct proc_snapshot *binaries__process(struct binaries *binaries, int pid);
/* Only if it is cached; NULL: nobody asked for it yet, or it was evicted. */
struct proc_snapshot *binaries__known_process(struct binaries *binaries, int pid);

/* The place of an address in this mapping, of a file or the vdso. */
void binaries__place(struct binaries *binaries, int pid, uint64_t address,
		     const struct named_vma *mapping, struct place *ret);
/* For an address in memory without a file: a program's zeroed data. */
void binaries__place_behind(struct binaries *binaries, int pid, uint64_t address,
			    struct place *ret);
/* The same, if it is known where that memory began, and which code was below it. */
void binaries__place_zeroed(struct binaries *binaries, int pid, uint64_t address, uint64_t start,
			    const struct named_vma *code, struct place *ret);

/* The module with this serial; NULL: it was evicted. */
struct binary *binaries__by_serial(struct binaries *binaries, uint64_t serial);

/* Has the process's names of JIT code read again, not too often. True if there are new ones. */
bool binaries__refresh_jit(struct binaries *binaries, struct proc_snapshot *process);
/* Names that were not found because files were read too slowly, or who read them died. */
uint64_t binaries__failures(const struct binaries *binaries);
/*
 * Evicts modules if together they exceed the limits, as they grow by loading more. May move the
 * others.
 */
void binaries__make_room(struct binaries *binaries);

#endif /* SYMBOLS_BINARIES_H */
