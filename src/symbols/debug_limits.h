/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks at tables of debug information before libdw reads them, for libdw takes much more memory
 * than a table has bytes: what it keeps of an abbreviation, of a line, and of the path of a file.
 */
#ifndef SYMBOLS_DEBUG_LIMITS_H
#define SYMBOLS_DEBUG_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"

/*
 * Takes the number of abbreviations in the table at this offset of .debug_abbrev from *left; false:
 * there are more, or they are not valid.
 */
bool debug_limits__abbreviations(struct reader section, uint64_t offset, unsigned int *left);

/* The sections that a line table needs. */
struct line_sections {
	struct reader lines;	    /* .debug_line */
	struct reader strings;	    /* .debug_str */
	struct reader line_strings; /* .debug_line_str */
};

/*
 * At most so many bytes libdw takes to read the line table at this offset; UINT64_MAX: it is not
 * valid. directory: where its unit was compiled, or NULL.
 */
uint64_t debug_limits__line_table(const struct line_sections *sections, uint64_t offset,
				  const char *directory);

#endif /* SYMBOLS_DEBUG_LIMITS_H */
