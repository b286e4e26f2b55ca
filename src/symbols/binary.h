/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program or library that processes map: its file, its segments, and what the symbolizer says of
 * its symbols, source lines and unwind information.
 */
#ifndef SYMBOLS_BINARY_H
#define SYMBOLS_BINARY_H

#include "debug_file.h"
#include "unwind_row.h"
#include "inlined.h"
#include "proc_snapshot.h"
#include "regular_file.h"
#include "symbolizer.h"

enum module_state {
	MODULE_UNREADABLE, /* not found, or not permitted; another process may show it */
	MODULE_NOT_ELF,
	MODULE_LOADED,
};

struct binary {
	uint32_t dev;
	uint64_t inode;
	uint64_t serial; /* unique, never reused; the file's id in questions to the symbolizer */
	uint64_t used;	 /* the number of its last use */
	enum module_state state;
	int tried_pid;
	uint64_t checked_ns; /* when it was last loaded, or checked for changes */
	char *path;
	char build_id[2 * BUILD_ID_MAX + 1]; /* in hex; "": it has none */
	int fd;				     /* kept open, so that its inode is not reused */
	struct file_version version;
	struct elf_segment *segments;
	size_t nr_segments;
	uint64_t entry; /* where a program or the dynamic loader starts */
	struct debug_file_names names;

	struct symbolizer *symbolizer;
	uint64_t generation;	   /* of the symbolizer that has loaded it; 0: none has */
	bool has_failed[PURPOSES]; /* by purpose: nothing more is asked, after a failure */
	uint64_t bytes;	     /* of the symbolizer's memory that the file takes, without lines */
	uint64_t line_bytes; /* ... that its lines take */
};

/*
 * Loads the file of this mapping of the process, also if it was deleted or is in another mount
 * namespace; once the process is gone, only by its path. Compares device and inode, so as never
 * to load another file.
 */
void binary__load(struct binary *module, struct symbolizer *symbolizer,
		  struct proc_snapshot *process, const struct named_vma *mapping);
/* The vdso of this kernel's 64-bit processes: they all have ours. */
void binary__load_vdso(struct binary *module, struct symbolizer *symbolizer);
void binary__free(struct binary *module);

/* Was the file written to since it was loaded? */
bool binary__is_stale(const struct binary *module);

/* The ELF address, as in the symbols, of a file offset; false: no segment loads it. */
bool binary__address(const struct binary *module, uint64_t file_offset, uint64_t *ret);
/*
 * The same for zeroed data in memory behind a mapping of the file; file_offset goes on past the
 * file's data.
 */
bool binary__address_behind(const struct binary *module, uint64_t file_offset, uint64_t *ret);
/*
 * The same for an address in memory without a file that begins at start: it need not follow a
 * mapping of the file, but must begin where the mapping of the module's code puts its zeroed
 * data.
 */
bool binary__address_zeroed(const struct binary *module, const struct named_vma *code,
			    uint64_t start, uint64_t address, uint64_t *ret);

/*
 * The name of the symbol at an address, readable; it lives until the next question about any
 * module. *start: of the symbol. NULL: there is none.
 */
const char *binary__name(struct binary *module, const struct proc_snapshot *process,
			 uint64_t address, uint64_t *start);
/*
 * Fills frames, innermost first: the functions at an address, and the source line of each. The
 * strings live as long. Returns how many.
 */
size_t binary__lines(struct binary *module, const struct proc_snapshot *process, uint64_t address,
		     struct source_frame *frames, size_t max);
/* Frees the memory of the lines, which are read again when asked for. */
void binary__forget_lines(struct binary *module);

/*
 * The unwind row of the instruction at this address: how to get from its frame to its caller's.
 * False: there is none, or *budget was used up (see cfi__find()).
 */
bool binary__find_row(struct binary *module, const struct proc_snapshot *process, uint64_t address,
		      unsigned int *budget, struct unwind_row *row);

#endif /* SYMBOLS_BINARY_H */
