/* SPDX-License-Identifier: GPL-2.0-only */
#include "symbol_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/array.h"

#define STRINGS_MAX (1u << 30)

void symbol_table__free(struct symbol_table *table)
{
	free(table->entries);
	buf__free(&table->strings);
	*table = (struct symbol_table) { 0 };
}

uint32_t symbol_table__add_strings(struct symbol_table *table, const char *strings, size_t len)
{
	size_t at = table->strings.len;

	if (len > STRINGS_MAX - at)
		return UINT32_MAX;
	buf__add(&table->strings, strings, len);
	buf__addc(&table->strings, '\0');
	return (uint32_t)at;
}

void symbol_table__add(struct symbol_table *table, uint64_t start, uint64_t end, uint32_t name,
		       uint32_t rank)
{
	void *entries;

	if (start >= end || table->nr >= SYMBOL_ENTRIES_MAX || name >= table->strings.len ||
	    !table->strings.data[name])
		return;
	entries = array_reserve(table->entries, table->nr, &table->size, sizeof(*table->entries));
	if (!entries)
		return;
	table->entries = entries;
	table->entries[table->nr++] = (struct symbol_entry) {
		.from = start, .start = start, .end = end, .name = name, .rank = rank
	};
}

static bool is_unsized(const struct symbol_entry *entry)
{
	return entry->rank & SYMBOL_RANK_UNSIZED;
}

/* The rank without SYMBOL_RANK_UNSIZED: how good the name is. */
static uint32_t merit(const struct symbol_entry *entry)
{
	return entry->rank & ~SYMBOL_RANK_UNSIZED;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By start; of several that start together, the one to keep first. */
static int compare_entries(const void *one, const void *other)
{
	const struct symbol_entry *a = one, *b = other;

	if (a->start != b->start)
		return compare_u64(a->start, b->start);
	if (is_unsized(a) != is_unsized(b))
		return is_unsized(a) ? 1 : -1;
	if (merit(a) != merit(b))
		return compare_u64(merit(b), merit(a));
	if (a->end != b->end)
		return compare_u64(b->end, a->end);
	return compare_u64(a->name, b->name);
}

/*
 * Sorts entries. Of those that start together keeps one; drops labels inside functions, and ends
 * others where the next one starts. Returns how many are left.
 */
static size_t sort_entries(struct symbol_entry *entries, size_t nr_all)
{
	uint64_t max_end = 0;
	size_t nr = 0;

	if (nr_all)
		qsort(entries, nr_all, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < nr_all; i++) {
		if (nr && entries[nr - 1].start == entries[i].start)
			continue;
		if (is_unsized(&entries[i]) && entries[i].start < max_end)
			continue;
		if (nr && is_unsized(&entries[nr - 1]) && entries[nr - 1].end > entries[i].start)
			entries[nr - 1].end = entries[i].start;
		entries[nr++] = entries[i];
		if (!is_unsized(&entries[i]) && entries[i].end > max_end)
			max_end = entries[i].end;
	}
	return nr;
}

/* ---- Parts that do not overlap --------------------------------------------------------------- */

struct parts {
	struct symbol_entry *parts;
	size_t nr, size;
};

static int add_part(struct parts *to, const struct symbol_entry *entry, uint64_t from, uint64_t end)
{
	struct symbol_entry *last = to->nr ? &to->parts[to->nr - 1] : NULL;
	void *more;

	if (from >= end)
		return 0;
	if (last && last->end == from && last->start == entry->start && last->name == entry->name) {
		last->end = end;
		return 0;
	}
	more = array_reserve(to->parts, to->nr, &to->size, sizeof(*to->parts));
	if (!more)
		return -ENOMEM;
	to->parts = more;
	to->parts[to->nr] = *entry;
	to->parts[to->nr].from = from;
	to->parts[to->nr++].end = end;
	return 0;
}

/* The entries at the current address: a heap, the one that is found there first. */
struct active {
	const struct symbol_entry **heap;
	size_t nr, size;
	bool by_rank;
};

static bool is_above(const struct active *active, size_t a, size_t b)
{
	const struct symbol_entry *x = active->heap[a], *y = active->heap[b];

	/* The innermost one starts last, and is behind the others in the array. */
	return active->by_rank && x->rank != y->rank ? x->rank > y->rank : x > y;
}

static void swap(struct active *active, size_t a, size_t b)
{
	const struct symbol_entry *entry = active->heap[a];

	active->heap[a] = active->heap[b];
	active->heap[b] = entry;
}

static int push(struct active *active, const struct symbol_entry *entry)
{
	size_t i = active->nr;
	void *more = array_reserve(active->heap, i, &active->size, sizeof(*active->heap));

	if (!more)
		return -ENOMEM;
	active->heap = more;
	active->heap[active->nr++] = entry;
	for (; i && is_above(active, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(active, i, (i - 1) / 2);
	return 0;
}

static void pop(struct active *active)
{
	size_t i = 0, child;

	active->heap[0] = active->heap[--active->nr];
	for (; (child = 2 * i + 1) < active->nr; i = child) {
		if (child + 1 < active->nr && is_above(active, child + 1, child))
			child++;
		if (!is_above(active, child, i))
			break;
		swap(active, i, child);
	}
}

/* Cuts sorted entries into at most twice as many parts, each where its entry is found. */
static int cut(const struct symbol_entry *entries, size_t nr, bool by_rank, struct parts *ret)
{
	struct active active = { .by_rank = by_rank };
	uint64_t at = 0, until;
	size_t i = 0;
	int err = 0;

	while (!err && (active.nr || i < nr)) {
		if (!active.nr)
			at = entries[i].start;
		for (; !err && i < nr && entries[i].start <= at; i++)
			err = push(&active, &entries[i]);
		until = i < nr ? entries[i].start : UINT64_MAX;
		if (active.heap[0]->end < until)
			until = active.heap[0]->end;
		if (!err)
			err = add_part(ret, active.heap[0], at, until);
		at = until;
		while (active.nr && active.heap[0]->end <= at)
			pop(&active);
	}
	free(active.heap);
	return err;
}

/* Adds what new parts leave of an older one; *i: the first of nr that ends behind its begin. */
static int add_rest(struct parts *to, const struct symbol_entry *old, const struct parts *fresh,
		    size_t *i)
{
	uint64_t from = old->from;
	int err = 0;

	while (*i < fresh->nr && fresh->parts[*i].end <= from) {
		err = err ? err
			  : add_part(to, &fresh->parts[*i], fresh->parts[*i].from,
				     fresh->parts[*i].end);
		++*i;
	}
	while (!err && *i < fresh->nr && fresh->parts[*i].from < old->end) {
		const struct symbol_entry *part = &fresh->parts[*i];

		err = add_part(to, old, from, part->from);
		from = part->end;
		/* The older code was replaced from its begin on: none of it is left. */
		if (part->end >= old->end || part->start == old->start)
			return err;
		err = err ? err : add_part(to, part, part->from, part->end);
		++*i;
	}
	return err ? err : add_part(to, old, from, old->end);
}

/* Copies the older entries that end before the next new part begins. Returns their number. */
static size_t copy_run(struct parts *to, const struct symbol_entry *old, size_t nr,
		       const struct symbol_entry *next)
{
	size_t run = COUNT_BEFORE(k, nr, old[k].end <= next->from);

	memcpy(&to->parts[to->nr], old, run * sizeof(*old));
	to->nr += run;
	return run;
}

static int merge(const struct symbol_entry *old, size_t nr, const struct parts *fresh,
		 struct parts *ret)
{
	size_t i = 0, k = 0;
	int err = 0;

	/* Each new part cuts an older one into two at most. */
	ret->size = nr + 2 * fresh->nr;
	ret->parts = malloc(ret->size * sizeof(*ret->parts));
	if (!ret->parts)
		return -ENOMEM;
	while (!err && k < nr) {
		if (i < fresh->nr)
			k += copy_run(ret, &old[k], nr - k, &fresh->parts[i]);
		if (k < nr)
			err = add_rest(ret, &old[k++], fresh, &i);
	}
	for (; !err && i < fresh->nr; i++)
		err = add_part(ret, &fresh->parts[i], fresh->parts[i].from, fresh->parts[i].end);
	return err;
}

void symbol_table__sort(struct symbol_table *table)
{
	struct symbol_entry *added;
	struct parts fresh = { 0 }, all = { 0 };
	size_t nr;
	int err;

	if (table->nr == table->nr_sorted)
		return;
	added = table->entries + table->nr_sorted;
	nr = sort_entries(added, table->nr - table->nr_sorted);
	err = cut(added, nr, table->newest_wins, &fresh);
	if (!err && table->nr_sorted) {
		err = merge(table->entries, table->nr_sorted, &fresh, &all);
		free(fresh.parts);
	} else {
		all = fresh;
	}
	if (err) {
		free(all.parts);
		table->nr = table->nr_sorted;
		return;
	}
	free(table->entries);
	table->entries = all.parts;
	table->nr = table->nr_sorted = all.nr;
	table->size = all.size;
}

const struct symbol_entry *symbol_table__find(const struct symbol_table *table, uint64_t address)
{
	size_t i = COUNT_BEFORE(k, table->nr_sorted, table->entries[k].from <= address);

	return i && table->entries[i - 1].end > address ? &table->entries[i - 1] : NULL;
}

const char *symbol_table__name(const struct symbol_table *table, const struct symbol_entry *entry)
{
	return table->strings.data + entry->name;
}

size_t symbol_table__bytes(const struct symbol_table *table)
{
	return table->size * sizeof(*table->entries) + table->strings.size;
}
