/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is read in one file of a stranger's: a program's symbols, source lines and unwind
 * information, or the names in a perf map. For the symbolizer: see answers.h.
 */
#ifndef SYMBOLS_CONTENTS_H
#define SYMBOLS_CONTENTS_H

#include "jit_names.h"
#include "protocol.h"
#include "source_lines.h"
#include "symbol_table.h"

struct contents {
	uint64_t id;
	int fd; /* of the program; -1: it is a perf map */
	struct build_id build_id;
	struct debug_link link;
	struct symbol_table table; /* of a program */
	struct jit_names jit;	   /* of a perf map */
	struct source_lines *lines;
	struct cfi eh_frame, debug_frame;
	bool eh_frame_tried;
	bool tried[PURPOSES]; /* by purpose: a debug file has been taken, or is not needed */
};

/* Takes ownership of fd. 0 or -errno; *ret without segments, which are malloc()ed. */
int contents__load(struct contents *contents, int fd, struct loaded *ret,
		   struct elf_segment **segments);
void contents__free(struct contents *contents);

/*
 * Is it the debug file of this program? Then it is read. Takes ownership of fd; -1: there is no
 * such file.
 */
bool contents__offer(struct contents *contents, enum purpose purpose, int fd);

/* Are the lines read, as far as there are any? False: offer a file FOR_LINES first. */
bool contents__has_lines(struct contents *contents);
void contents__forget_lines(struct contents *contents);

/*
 * False: there is no row; or a file is to be offered FOR_FRAMES first, if that was not tried yet.
 * *budget: see cfi__find().
 */
bool contents__find_row(struct contents *contents, uint64_t address, unsigned int *budget,
			struct unwind_row *ret);

size_t contents__bytes(const struct contents *contents);

#endif /* SYMBOLS_CONTENTS_H */
