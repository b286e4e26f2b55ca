/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program or library that processes map: its symbols, and where its parts go.
 */
#ifndef SYMBOLS_MODULE_H
#define SYMBOLS_MODULE_H

#include "cfi.h"
#include "elf_image.h"
#include "process.h"
#include "regular_file.h"
#include "source_lines.h"
#include "symbol_table.h"

enum module_state {
	MODULE_UNREADABLE, /* not found, or not allowed: another process may show it */
	MODULE_NOT_ELF,
	MODULE_LOADED,
};

struct module {
	uint32_t dev;
	uint64_t inode;
	uint64_t serial; /* no other module ever has it */
	uint64_t used;	 /* when: counted in uses */
	enum module_state state;
	int tried_pid;
	uint64_t checked_ns; /* whether it can be read, and is what was read */
	char *path;
	char build_id[2 * BUILD_ID_MAX + 1]; /* in hex; "": it has none */
	int fd;				     /* keeps its inode from being another file's */
	struct file_version version;
	struct elf_segment *segments;
	size_t nr_segments;
	struct symbol_table table;
	struct source_lines *lines; /* NULL until they are asked for */
	bool lines_tried;
	uint64_t entry;	     /* its first instruction, if it is one that is started */
	struct cfi eh_frame; /* read when they are asked for */
	struct cfi debug_frame;
	bool eh_frame_tried;
	bool debug_frame_tried;
};

/*
 * The file of this mapping of the process, deleted or not, in whichever mount
 * namespace; by its path alone once the process is gone. Never another file than
 * the mapping's: device and inode tell.
 */
void module__load(struct module *module, struct process *process,
		  const struct process_mapping *mapping);
/* The vdso of this kernel's 64-bit processes: they all have ours. */
void module__load_vdso(struct module *module);
void module__free(struct module *module);

/* Was the file written to since? */
bool module__is_stale(const struct module *module);

/* The address inside the ELF file, as its symbols count; false: that is not loaded. */
bool module__address(const struct module *module, uint64_t file_offset, uint64_t *ret);
/* The same for memory behind a mapping of the file: zeroed data has no place in it. */
bool module__address_behind(const struct module *module, uint64_t file_offset, uint64_t *ret);
/*
 * The same for memory that begins at start, from where the module's code was mapped: such
 * memory need not follow it, but is where the code says that zeroed data begins.
 */
bool module__address_zeroed(const struct module *module, const struct process_mapping *code,
			    uint64_t start, uint64_t address, uint64_t *ret);

/* NULL: there are none, or too many. */
struct source_lines *module__lines(struct module *module, struct process *process);
/* They are read again when they are asked for again. */
void module__forget_lines(struct module *module);

/*
 * How to get from the frame of the function with this instruction to its caller's.
 * False: nothing is said about it.
 */
bool module__find_row(struct module *module, struct process *process, uint64_t address,
		      struct cfi_row *row);
/* What the row's expressions are in. */
const struct cfi *module__cfi(const struct module *module, const struct cfi_row *row);

/* Without its lines. */
size_t module__bytes(const struct module *module);

#endif /* SYMBOLS_MODULE_H */
