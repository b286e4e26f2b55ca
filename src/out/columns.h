/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of text that fit a terminal, for all formats for people.
 */
#ifndef OUT_COLUMNS_H
#define OUT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/buf.h"
#include "../trace/sink.h"

#define COLOR_BOLD     "\033[1m"
#define COLOR_RED      "\033[31m"
#define COLOR_BOLD_RED "\033[1;31m"
#define COLOR_OFF      "\033[0m"

/* Around the bytes from start to end; last of all, for escapes take no column. */
void add_color(struct buf *out, size_t start, size_t end, const char *color);

/* The offset of the first byte after so many columns from start. */
size_t skip_columns(const struct buf *out, size_t start, size_t columns);

void remove_bytes(struct buf *out, size_t start, size_t end);

/*
 * Makes the text from start to end as short as so many columns, by "..", where it tells the
 * least (shorten.c). Names of mappings and files: "ld-linux..", "[anon:glibc..]",
 * "..gnu/libc.so.6"; "[heap]" and its like stay whole.
 */
void shorten_name(struct buf *out, size_t start, size_t end, size_t columns);
/* Functions and stacks of them: "..ReadObject (node)", "..;main;read_table". */
void shorten_function(struct buf *out, size_t start, size_t end, size_t columns);

/* A path's last part; what is no path has only one. */
const char *last_part(const char *name);

/* A wide line is never cut: it is asked for by those who want all of it. */
static inline bool is_cut(const struct run_start *run)
{
	return run->columns && !run->wide;
}

/* A line on a terminal, not longer than that, and without spaces at its end. */
void cut_line(struct buf *out, const struct run_start *run, size_t line);
/* The same, then bold if asked for and in colour, and the end of the line. */
void end_line(struct buf *out, const struct run_start *run, size_t line, bool bold);

#endif /* OUT_COLUMNS_H */
