/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions were inlined at an address, and the source line of each, from
 * DWARF debug information.
 */
#ifndef SYMBOLS_SOURCE_LINES_H
#define SYMBOLS_SOURCE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "elf_image.h"

struct source_frame {
	const char *function; /* linkage name, else plain name; "": not known */
	const char *file;     /* "": not known */
	unsigned int line;    /* 0: not known */
};

struct source_lines;

/* Takes ownership of the image, also on failure. NULL: no such information, or too much. */
struct source_lines *source_lines__new(struct elf_image *image);
void source_lines__free(struct source_lines *lines);

/*
 * Fills frames, innermost first; the last one is the function that was not inlined. Returns how
 * many. Their strings live as long as lines.
 */
size_t source_lines__find(struct source_lines *lines, uint64_t address, struct source_frame *frames,
			  size_t max);

size_t source_lines__bytes(const struct source_lines *lines);

#endif /* SYMBOLS_SOURCE_LINES_H */
