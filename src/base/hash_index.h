/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the numbers of items by the hashes of their keys; open addressing. The caller has the
 * items, numbered from 0, and compares their keys. key_map.h is simpler, for keys of one size.
 */
#ifndef BASE_HASH_INDEX_H
#define BASE_HASH_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hash_slot {
	uint32_t hash;
	uint32_t item; /* the item's number + 1; 0: the slot is free */
};

/* All zeroes: empty. */
struct hash_index {
	struct hash_slot *slots;
	size_t nr_slots; /* 0 or a power of two; at most three quarters are used */
	size_t nr;
};

void hash_index__free(struct hash_index *index);

uint32_t hash_bytes(const void *bytes, size_t len);
/* With a secret key: a stranger cannot choose bytes that differ, and have the same hash. */
uint64_t hash64_bytes(const void *bytes, size_t len);

static inline uint64_t hash64_text(const char *text)
{
	return hash64_bytes(text, strlen(text));
}

/* Adds an item, which must not be there yet. Slots move. */
void hash_index__add(struct hash_index *index, uint32_t hash, uint32_t number);
/* Removes the item of a slot. Slots move. */
void hash_index__remove(struct hash_index *index, struct hash_slot *slot);

/* The next slot with this hash after the given one; after NULL the first. NULL: there is none. */
static inline struct hash_slot *hash_index__next(const struct hash_index *index, uint32_t hash,
						 const struct hash_slot *after)
{
	size_t i = after ? (size_t)(after - index->slots) + 1 : hash;
	struct hash_slot *slot;

	if (!index->nr)
		return NULL;
	do
		slot = &index->slots[i++ & (index->nr_slots - 1)];
	while (slot->item && slot->hash != hash);
	return slot->item ? slot : NULL;
}

static inline uint32_t hash_slot__number(const struct hash_slot *slot)
{
	return slot->item - 1;
}

#endif /* BASE_HASH_INDEX_H */
