/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The function or variable at an address of a process, and the program or
 * library it is in.
 *
 * Exact where the caller says which mapping it was. Where not, it is the one
 * that /proc/PID/maps shows, as read at most a second ago: where a process maps
 * something else at the same address within that second, it may be the old one.
 *
 * Bounded: what was not asked for longest is forgotten. Files in use stay open,
 * as does the /tmp of a process that may still write names there, so that a file
 * system they are on cannot be unmounted meanwhile; and one on a network or FUSE
 * file system that does not answer is waited for.
 */
#ifndef SYMBOLS_SYMBOLS_H
#define SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "inlined.h"

struct modules;
struct symbols;

struct symbol_request {
	int pid; /* of the process, not a thread */
	uint64_t address;
	bool is_code; /* an instruction's: may be made at run time (JIT) */

	/* The mapping it was in, as in struct mapping; start == end: not known. */
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev;
	const char *mapping; /* its name, or NULL */

	/*
	 * 0; or where memory without a file begins that the address is in. The mapping is then
	 * that of the nearest code below it, whose zeroed data it may be.
	 */
	uint64_t memory;
};

/*
 * The strings live until the next call with the same struct symbols, and are
 * never NULL. They are others' words: any byte may be in them.
 */
struct symbol {
	const char *name;	 /* C++ and Rust as written; "" if it is not known */
	uint64_t offset;	 /* of the address in it */
	const char *module;	 /* a path, "[vdso]", "[jit]", "[kernel]"; "" if there is none */
	uint64_t module_address; /* what addr2line and objdump call the address */
	bool has_module_address; /* not for [jit], nor for a file that cannot be read, or is no ELF */
	uint64_t file_offset;	 /* of the address, where that is so and nothing better is known */
	bool has_file_offset;
	/*
	 * Of code without a name that was made at run time, in memory or in a memfd: where its
	 * mapping begins. 0: it is no such code.
	 */
	uint64_t made_in;
	const char *build_id; /* of the module, in hex; "" if it has none */
	uint64_t module_id;   /* no other module ever has it; 0: none */
};

int symbols__new(struct symbols **ret);
void symbols__free(struct symbols *symbols);
/* What it has loaded, for others who need the same files; it lives as long. */
struct modules *symbols__modules(struct symbols *symbols);

void symbols__find(struct symbols *symbols, const struct symbol_request *request,
		   struct symbol *ret);
/*
 * Only in code made at run time, and of a process that was asked for before, which may
 * be gone: some write such names when they end. False: not known, and *ret as it was.
 */
bool symbols__find_jit(struct symbols *symbols, int pid, uint64_t address, struct symbol *ret);
/* Is a file of that name, without its path, mapped by the process, as was known last? */
bool symbols__has_mapped(struct symbols *symbols, int pid, const char *name);
/*
 * The functions that were inlined at an instruction, innermost first, each with
 * its source line; the last one is what symbols__find() names. NULL without debug
 * information. May be asked when the process is gone: by what symbols__find() said of
 * the module. The first question about a module may take seconds, others about a
 * millisecond, but each is answered once. Lives as the strings do.
 */
const struct inlined_frames *symbols__find_inlined(struct symbols *symbols, int pid,
						   uint64_t module_id, uint64_t module_address);

/* Where the address is in its function, else in its module; false: not known. */
bool symbol_offset(const struct symbol *symbol, uint64_t *ret);
/* "main+0x1f", else "libc.so.6+0x26c1a", else nothing. */
void symbol_text(const struct symbol *symbol, struct buf *ret);

#endif /* SYMBOLS_SYMBOLS_H */
