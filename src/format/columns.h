/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of text that fit a terminal, for all formats for people.
 */
#ifndef FORMAT_COLUMNS_H
#define FORMAT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/buf.h"
#include "../faults/format.h"

#define COLOR_BOLD     "\033[1m"
#define COLOR_RED      "\033[31m"
#define COLOR_BOLD_RED "\033[1;31m"
#define COLOR_OFF      "\033[0m"

/* Colours the bytes from start to end. Call it last: buf__columns() would count the escapes. */
void add_color(struct buf *out, size_t start, size_t end, const char *color);

/* The offset of the first byte after so many columns from start. */
size_t skip_columns(const struct buf *out, size_t start, size_t columns);

void remove_bytes(struct buf *out, size_t start, size_t end);

/*
 * Shortens the text from start to end to so many columns: ".." replaces what tells the
 * least (shorten.c). Names of mappings and files: "ld-linux..", "[anon:glibc..]",
 * "..gnu/libc.so.6"; "[heap]" and its like stay whole.
 */
void shorten_name(struct buf *out, size_t start, size_t end, size_t columns);
/* Functions and stacks of them: "..ReadObject (node)", "..;main;read_table". */
void shorten_function(struct buf *out, size_t start, size_t end, size_t columns);

/* The last part of an absolute path; any other name as a whole. */
const char *last_part(const char *name);

/* Lines are cut to the terminal's width, unless -w asks for whole lines. */
static inline bool is_cut(const struct run_start *run)
{
	return run->columns && !run->wide;
}

/* Cuts the line to the terminal's width, and removes spaces from its end. */
void cut_line(struct buf *out, const struct run_start *run, size_t line);
/* The same, then makes the line bold if asked for and in colour, and ends it. */
void end_line(struct buf *out, const struct run_start *run, size_t line, bool bold);

#endif /* FORMAT_COLUMNS_H */
