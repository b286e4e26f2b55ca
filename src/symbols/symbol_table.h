/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Named ranges of addresses, found by address. Names are kept in one block of
 * strings that several of them may share.
 */
#ifndef SYMBOLS_SYMBOL_TABLE_H
#define SYMBOLS_SYMBOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"

struct symbol_entry {
	uint64_t from; /* the address from which on this one is found: a part of its range, where */
	uint64_t end;  /* ranges overlap. Set by symbol_table__sort(), as end then is. */
	uint64_t start;
	uint32_t name; /* offset in strings */
	uint32_t rank; /* of several that start together, the highest stays */
};

/* Set in rank: no size is known; the symbol ends where the next starts, or its section ends. */
#define SYMBOL_RANK_UNSIZED 0x80000000u

struct symbol_table {
	struct symbol_entry *entries;
	size_t nr;
	size_t nr_sorted; /* the first ones; they do not overlap */
	size_t size;
	struct buf strings;
	bool newest_wins; /* by rank, where ranges overlap; else the innermost does */
};

/* More are left out: sorting them would take seconds. */
#define SYMBOL_ENTRIES_MAX (2u << 20)

void symbol_table__free(struct symbol_table *table);

/* Returns the offset of the added strings, which may lack a final NUL; UINT32_MAX: too many. */
uint32_t symbol_table__add_strings(struct symbol_table *table, const char *strings, size_t len);
void symbol_table__add(struct symbol_table *table, uint64_t start, uint64_t end, uint32_t name,
		       uint32_t rank);
/*
 * To be called after adding entries, before finding them. Those that were sorted before stay in
 * order, and are hidden by new ones: this takes as long as copying them.
 */
void symbol_table__sort(struct symbol_table *table);

/* NULL: none. */
const struct symbol_entry *symbol_table__find(const struct symbol_table *table, uint64_t address);
const char *symbol_table__name(const struct symbol_table *table, const struct symbol_entry *entry);
/* Bytes of memory it takes. */
size_t symbol_table__bytes(const struct symbol_table *table);

#endif /* SYMBOLS_SYMBOL_TABLE_H */
