/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the function or variable at an address of a process, and its program or library.
 *
 * Exact if the caller says which mapping it was. Otherwise uses /proc/PID/maps, as read at most
 * a second ago: if the process mapped something else there since, the answer may be the old one.
 *
 * Bounded: evicts what was least recently used. Used files stay open, as does the /tmp of a
 * process that may still write JIT names there, so that their file systems cannot be unmounted
 * meanwhile. Blocks while a network or FUSE file system does not answer.
 */
#ifndef SYMBOLS_SYMBOLS_H
#define SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "../host/maps.h"
#include "inlined.h"

struct binaries;
struct symbols;

struct symbol_request {
	int pid; /* of the process, not a thread */
	uint64_t address;
	bool is_code; /* of an instruction: may be made at run time (JIT) */

	/* The mapping it was in; start == end: not known. Its name may be NULL. */
	struct named_vma mapping;

	/*
	 * 0, or the start of the memory without a file that the address is in. The mapping is
	 * then that of the nearest code below, whose zeroed data the memory may be.
	 */
	uint64_t memory;
};

/*
 * The strings live until the next call with the same struct symbols, and are never NULL. They
 * are untrusted: any byte may be in them.
 */
struct symbol {
	const char *name;	 /* demangled; "" if it is not known */
	uint64_t offset;	 /* of the address in the symbol */
	const char *module;	 /* a path, "[vdso]", "[jit]", "[kernel]"; "" if there is none */
	uint64_t module_address; /* what addr2line and objdump call the address */
	bool has_module_address; /* not for [jit], nor for a file that is unreadable or no ELF */
	uint64_t file_offset;	 /* of the address; known only without name and module_address */
	bool has_file_offset;
	/* The start of the mapping of nameless JIT code, in memory or a memfd. 0: no such code. */
	uint64_t made_in;
	const char *build_id; /* of the module, in hex; "" if it has none */
	uint64_t module_id;   /* unique, never reused; 0: none */
};

int symbols__new(struct symbols **ret);
void symbols__free(struct symbols *symbols);

/* Prints a note at the end of a run if names of some process took too long to find. */
void symbols__advise(struct symbols *symbols);
/* The loaded programs and libraries, for others who need them; they live as long as symbols. */
struct binaries *symbols__modules(struct symbols *symbols);

void symbols__find(struct symbols *symbols, const struct symbol_request *request,
		   struct symbol *ret);
/*
 * Only for JIT code, and for a process that was asked for before. The process may be gone: some
 * write their JIT names when they end. False: not known, and *ret is unchanged.
 */
bool symbols__find_jit(struct symbols *symbols, int pid, uint64_t address, struct symbol *ret);
/* Had the process mapped a file with this last path component, when its mappings were last read? */
bool symbols__has_mapped(struct symbols *symbols, int pid, const char *name);
/*
 * The functions that were inlined at an instruction, innermost first, each with its source line;
 * the last one is what symbols__find() names. NULL without debug information. Takes the
 * module_id and module_address that symbols__find() gave; the process may be gone. The first
 * question about a module may take seconds, others about a millisecond; answers are cached.
 * Lives as long as the strings.
 */
const struct inlined_frames *symbols__find_inlined(struct symbols *symbols, int pid,
						   uint64_t module_id, uint64_t module_address);

/* The offset of the address in its symbol, else in its module or file; false: not known. */
bool symbol_offset(const struct symbol *symbol, uint64_t *ret);
/* "main+0x1f", else "libc.so.6+0x26c1a", else nothing. */
void symbol_text(const struct symbol *symbol, struct buf *ret);

#endif /* SYMBOLS_SYMBOLS_H */
