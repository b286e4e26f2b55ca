/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the texts of faults, histograms and tables have in common, so that the same
 * thing looks the same in each of them.
 */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include <stdbool.h>
#include <time.h>

#include "../base/buf.h"
#include "../faults/format.h"
#include "table.h"

#define TEXT_WIDTH_COMM 12 /* columns that a thread's name is cut to */

/* localtime_r() is slow, so its text is kept until the second changes. */
struct text_clock {
	bool is_set;
	time_t second;
	char text[sizeof("HH:MM:SS")];
};

/* An output as text. */
struct text_format {
	struct format format;
	struct text_clock clock;
	struct table lines;	    /* of faults; its run is NULL before the first one */
	unsigned int lines_columns; /* the width of the terminal that they fit */
};

/* Parts of a fault (text_parts.c). A point in time, as -T asks for it. */
void text_add_time(struct format *f, uint64_t time_ns);
void text_add_comm(struct format *f, const struct fault *fault);
/* "?" if it is not known. */
void text_add_addr(struct format *f, const struct fault *fault);
/* "file M", "cow:anon", "anon 2M", "error SEGV" */
void text_add_kind(struct format *f, const struct fault *fault);
/* The size of a folio: "4K", "64K", "2M". */
void text_add_order(struct buf *out, const struct run_start *run, uint64_t order);
/* A mapping's name: the whole path if wide, else its last part. */
void text_add_name(struct buf *out, const char *name, bool wide);
/* Adds mapping, offset, permissions if wanted and remarks; shortens the name to fit the line. */
void text_add_where(struct buf *out, const struct run_start *run, const struct fault *fault,
		    size_t line, bool has_perms);

/* "read_table+0x1f (db)"; without a name "db+0x1a2f"; "-" if symbol is NULL. */
void text_add_symbol(struct buf *out, const struct fault_symbol *symbol);
/* As perf script shows a stack: one frame a line, the leaf first, an empty line behind. */
void text_add_stack(struct buf *out, const struct run_start *run, const struct stack *stack);

typedef void shorten_fn(struct buf *out, size_t start, size_t end, size_t columns);

/* Shortens the name from where to name_end so that the line that began at line fits the width. */
void text_fit_name(struct buf *out, size_t line, size_t where, size_t name_end, size_t width,
		   shorten_fn *shorten);

/* Parts of a row (text_rows.c). "1.31us"; "-" if it is unknown. */
void text_add_brief_duration(struct buf *out, uint64_t ns);
/* "#3 2.000113 - 3.000226", or of the whole run "3.00 s". */
void text_add_span(struct format *f, const struct interval *interval);
/* A key's value. A mapping follows its pid, unless pid_width is 0. */
void text_add_key(struct buf *out, const struct run_start *run, const struct key_value *key,
		  unsigned int pid_width);
/* The same in at most so many columns. */
void text_add_short_key(struct buf *out, const struct run_start *run, const struct key_value *key,
			unsigned int pid_width, size_t width);
/* The width of pids of mappings; 0 if all are of the one process that was asked for. */
unsigned int text_pid_width(const struct run_start *run, const struct interval *interval);
/* "... 17 more rows", unless all are shown. */
void text_add_hidden(struct buf *out, const struct run_start *run, size_t nr);

/* A row's time by causes (text_causes.c): a bar of letters, "io 81.2%  cpu 18.8%", a legend. */
void text_add_cause_bar(struct buf *out, const struct row *row, unsigned int width);
void text_add_cause_shares(struct buf *out, const struct run_start *run, const struct row *row);
/* ", 2.00 s throttled after": after the faults, by memory.high; nothing if there was none. */
void text_add_throttled(struct buf *out, unsigned long long throttled_ns);
void text_add_cause_legend(struct buf *out, const struct run_start *run,
			   const struct interval *interval, unsigned int width);

/* The operations for rows (text_hist.c, text_top.c). */
void text_hist(struct format *f, const struct interval *interval);
void text_top(struct format *f, const struct interval *interval);

#endif /* FORMAT_TEXT_H */
