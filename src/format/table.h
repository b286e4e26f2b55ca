/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of columns: which columns lines show, their titles and their values.
 */
#ifndef FORMAT_TABLE_H
#define FORMAT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/buf.h"
#include "../faults/format.h"

struct column;
struct table;

/* A value that is to be added. */
struct cell {
	const struct table *table;
	const struct column *column;
	const void *row; /* what table__add_row() was given */
	unsigned int width;
};

typedef void add_cell_fn(struct buf *out, const struct cell *cell);

struct column {
	const char *title;
	unsigned int width;
	unsigned int wider;	     /* columns more with -w */
	unsigned int rank;	     /* narrow lines leave columns out: 1 first, then 2; 0 stays */
	unsigned int rank_in_totals; /* the same for lines of totals */
	/* For add and is_wanted, of columns that share them: which number is shown, as a share of which. */
	unsigned int value, whole;
	bool (*is_wanted)(const struct table *table, const struct column *column); /* NULL: yes */
	add_cell_fn *add; /* NULL: the end of the list */
};

#define TABLE_COLUMNS 16 /* a line has at most so many */

/* Set the first members; all others are zero at first. */
struct table {
	const struct column *columns;
	const struct run_start *run;
	const void *of;	   /* for add and is_wanted: what the whole table shows */
	bool is_left;	   /* values are aligned to the left */
	bool of_totals;	   /* ranks are those of totals */
	add_cell_fn *kept; /* the column of these values stays, whatever its rank; or NULL */

	unsigned int left_out; /* columns up to this rank are left out */
	const struct column *shown[TABLE_COLUMNS];
	unsigned int widths[TABLE_COLUMNS];
	size_t nr;
	size_t width; /* of all shown columns, with a space behind each */
};

/* Chooses the columns, without those that are left out. */
void table__lay_out(struct table *table);
/* Leaves out columns up to a rank until the lines, with so many other columns, fit the terminal. */
void table__fit(struct table *table, size_t other, unsigned int max_rank);

/* Both add a space behind each column, and do not end the line. */
void table__add_titles(struct buf *out, const struct table *table);
void table__add_row(struct buf *out, const struct table *table, const void *row);

#endif /* FORMAT_TABLE_H */
