/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the texts of faults, histograms and tables have in common, so that the same
 * thing looks the same in each of them.
 */
#ifndef OUT_TEXT_H
#define OUT_TEXT_H

#include <stdbool.h>

#include "../base/buf.h"
#include "../trace/sink.h"

/* Parts of a fault (text.c). A moment, as -T asks for it. */
void text_add_time(struct buf *out, const struct run_start *run, uint64_t time_ns);
void text_add_comm(struct buf *out, const struct run_start *run, const struct fault *fault);
/* "file M", "cow:anon", "anon 2M", "error SEGV" */
void text_add_kind(struct buf *out, const struct run_start *run, const struct fault *fault);
/* The size of a folio: "4K", "64K", "2M". */
void text_add_order(struct buf *out, const struct run_start *run, uint64_t order);
/* Of a mapping: the whole path if wide, else its last part. */
void text_add_name(struct buf *out, const char *name, bool wide);
/* Mapping, offset, permissions if wanted, remarks: the end of what began at line, fitted to it. */
void text_add_where(struct buf *out, const struct run_start *run, const struct fault *fault,
		    size_t line, bool has_perms);

typedef void shorten_fn(struct buf *out, size_t start, size_t end, size_t columns);

/* Shortens the name from where to name_end so that what began at line fits the width. */
void text_fit_name(struct buf *out, size_t line, size_t where, size_t name_end, size_t width,
		   shorten_fn *shorten);

/* Parts of a row (text_rows.c). "1.31us"; "-" if it is unknown. */
void text_add_brief_duration(struct buf *out, uint64_t ns);
/* "#3 2.000113 - 3.000226", or of the whole run "3.00 s". */
void text_add_span(struct buf *out, const struct run_start *run, const struct interval *interval);
/* A key's value. A mapping follows its pid, unless pid_width is 0. */
void text_add_key(struct buf *out, const struct run_start *run, const struct key_value *key,
		  unsigned int pid_width);
/* The same in at most so many columns. */
void text_add_short_key(struct buf *out, const struct run_start *run, const struct key_value *key,
			unsigned int pid_width, size_t width);
/* Of the pids of mappings; 0 if all are the one process that was asked for. */
unsigned int text_pid_width(const struct run_start *run, const struct interval *interval);
/* "... 17 more rows", unless all are shown. */
void text_add_hidden(struct buf *out, const struct run_start *run, size_t nr);

/* A row's time by causes (text_causes.c): a bar of letters, "io 81.2%  cpu 18.8%", the letters. */
void text_add_cause_bar(struct buf *out, const struct row *row, unsigned int width);
void text_add_cause_shares(struct buf *out, const struct run_start *run, const struct row *row);
/* ", 2.00 s throttled after": after the faults, by memory.high; nothing if there was none. */
void text_add_throttled(struct buf *out, unsigned long long throttled_ns);
void text_add_cause_legend(struct buf *out, const struct run_start *run,
			   const struct interval *interval, unsigned int width);

/* The sink's operations (text_hist.c, text_top.c). */
void text_hist(struct buf *out, const struct run_start *run, const struct interval *interval);
void text_top(struct buf *out, const struct run_start *run, const struct interval *interval);

#endif /* OUT_TEXT_H */
