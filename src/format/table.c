/* SPDX-License-Identifier: GPL-2.0-only */
#include "table.h"

#include "columns.h"

static bool is_left_out(const struct table *table, const struct column *column)
{
	unsigned int rank = table->of_totals ? column->rank_in_totals : column->rank;

	return rank && rank <= table->left_out && column->add != table->kept;
}

void table__lay_out(struct table *table)
{
	table->nr = table->width = 0;
	for (const struct column *c = table->columns; c->add && table->nr < TABLE_COLUMNS; c++) {
		if (is_left_out(table, c) || (c->is_wanted && !c->is_wanted(table, c)))
			continue;
		table->shown[table->nr] = c;
		table->widths[table->nr] = c->width + (table->run->wide ? c->wider : 0);
		table->width += table->widths[table->nr++] + 1;
	}
}

void table__fit(struct table *table, size_t other, unsigned int max_rank)
{
	table__lay_out(table);
	while (is_cut(table->run) && table->left_out < max_rank &&
	       table->width + other > table->run->columns) {
		table->left_out++;
		table__lay_out(table);
	}
}

/*
 * Aligns the value that began at start, and adds a space. A value on the left that is longer than
 * its column takes from the padding of the next ones; over: by how much they begin too far right.
 */
static void end_cell(struct buf *out, const struct table *table, unsigned int width, size_t start,
		     size_t *over)
{
	size_t left = width > *over ? width - *over : 0;
	size_t used;

	if (!table->is_left) {
		buf__right_align(out, start, width);
		buf__addc(out, ' ');
		return;
	}
	used = buf__columns(out, start);
	if (used < left)
		buf__pad_to(out, out->len, (unsigned int)(left - used));
	buf__addc(out, ' ');
	*over += used > left ? used : left;
	*over = *over > width ? *over - width : 0;
}

void table__add_titles(struct buf *out, const struct table *table)
{
	size_t over = 0;

	for (size_t i = 0; i < table->nr; i++) {
		size_t start = out->len;

		buf__adds(out, table->shown[i]->title);
		end_cell(out, table, table->widths[i], start, &over);
	}
}

void table__add_row(struct buf *out, const struct table *table, const void *row)
{
	struct cell cell = { .table = table, .row = row };
	size_t over = 0;

	for (size_t i = 0; i < table->nr; i++) {
		size_t start = out->len;

		cell.column = table->shown[i];
		cell.width = table->widths[i];
		cell.column->add(out, &cell);
		end_cell(out, table, cell.width, start, &over);
	}
}
