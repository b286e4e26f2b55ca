/* SPDX-License-Identifier: GPL-2.0-only */
#include "symbol_table.h"

#include <stdlib.h>

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

	if (start >= end || name >= table->strings.len || !table->strings.data[name])
		return;
	entries = array_reserve(table->entries, table->nr, &table->size, sizeof(*table->entries));
	if (!entries)
		return;
	table->entries = entries;
	table->entries[table->nr++] =
		(struct symbol_entry) { .start = start, .end = end, .name = name, .rank = rank };
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

void symbol_table__sort(struct symbol_table *table)
{
	struct symbol_entry *entries = table->entries;
	uint64_t max_end = 0;
	size_t nr = 0;

	if (table->nr)
		qsort(entries, table->nr, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < table->nr; i++) {
		if (nr && entries[nr - 1].start == entries[i].start)
			continue;
		/* Drop a label inside a function. */
		if (is_unsized(&entries[i]) && entries[i].start < max_end)
			continue;
		if (nr && is_unsized(&entries[nr - 1]) && entries[nr - 1].end > entries[i].start)
			entries[nr - 1].end = entries[i].start;
		entries[nr++] = entries[i];
		if (!is_unsized(&entries[i]) && entries[i].end > max_end)
			max_end = entries[i].end;
	}
	table->nr = nr;
	max_end = 0;
	for (size_t i = 0; i < nr; i++) {
		if (entries[i].end > max_end)
			max_end = entries[i].end;
		entries[i].max_end = max_end;
	}
}

/* How many entries start at or before the address. */
static size_t count_before(const struct symbol_table *table, uint64_t address)
{
	return COUNT_BEFORE(i, table->nr, table->entries[i].start <= address);
}

const struct symbol_entry *symbol_table__find(const struct symbol_table *table, uint64_t address)
{
	const struct symbol_entry *best = NULL;

	for (size_t i = count_before(table, address); i > 0; i--) {
		const struct symbol_entry *entry = &table->entries[i - 1];

		if (entry->max_end <= address)
			break;
		if (entry->end <= address || (best && best->rank > entry->rank))
			continue;
		best = entry;
		if (!table->newest_wins)
			break;
	}
	return best;
}

const char *symbol_table__name(const struct symbol_table *table, const struct symbol_entry *entry)
{
	return table->strings.data + entry->name;
}

size_t symbol_table__bytes(const struct symbol_table *table)
{
	return table->size * sizeof(*table->entries) + table->strings.size;
}
