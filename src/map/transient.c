/* SPDX-License-Identifier: GPL-2.0-only */
#include "transient.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

/* Ignores inodes: anonymous shared memory gets a new one each time. */
static int compare_kinds(const struct map_row *a, const struct map_row *b)
{
	int order = ORDER(a->account->change, b->account->change);

	order = order ? order : ORDER(a->class, b->class);
	order = order ? order : ORDER(a->dev, b->dev);
	order = order ? order : strcmp(a->perms, b->perms);
	return order ? order : strcmp(a->name, b->name);
}

static int compare(const void *left, const void *right)
{
	const struct map_row *a = left, *b = right;
	int order = compare_kinds(a, b);

	order = order ? order : ORDER(a->start, b->start);
	order = order ? order : ORDER(a->end, b->end);
	return order ? order : ORDER(a->inode, b->inode);
}

bool transient_is_one(const struct map_row *a, const struct map_row *b)
{
	return a->account->change == CHANGE_PASSED && !compare_kinds(a, b) && b->start <= a->end &&
	       a->start <= b->end;
}

void transient_grow(struct map_row *row, uint64_t start, uint64_t end)
{
	row->start = start < row->start ? start : row->start;
	row->end = end > row->end ? end : row->end;
	row->n[FIELD_SIZE] = row->end - row->start;
}

static void join(struct map_row *row, struct map_row *other)
{
	transient_grow(row, other->start, other->end);
	account__add(row->account, other->account);
	free(other->account);
}

size_t transient_fold(struct map_row *rows, size_t nr)
{
	size_t kept = 0;

	if (nr)
		qsort(rows, nr, sizeof(*rows), compare);
	for (size_t i = 0; i < nr; i++) {
		if (kept && transient_is_one(&rows[kept - 1], &rows[i]))
			join(&rows[kept - 1], &rows[i]);
		else
			rows[kept++] = rows[i];
	}
	return kept;
}
