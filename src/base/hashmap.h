/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs that begin with their key, found by it. They are in an array without gaps, in the order
 * in which they came until one is removed. Keys are compared as bytes: they have no padding.
 */
#ifndef BASE_HASHMAP_H
#define BASE_HASHMAP_H

#include <stddef.h>
#include <stdint.h>

#include "hash_index.h"

struct hashmap {
	size_t item_bytes; /* set these two; the rest is zero at first */
	size_t key_bytes;
	void *items;
	size_t nr, size;
	struct hash_index index;
};

/* Removes and frees all items. The map can be used again. */
void hashmap__clear(struct hashmap *map);

/* The item with this key; NULL: there is none. Items move when one is added or removed. */
void *hashmap__find(const struct hashmap *map, const void *key);
/* Adds an item, which must not be there yet, with this key and zeroes. */
void *hashmap__add(struct hashmap *map, const void *key);
/* Removes an item; the last one takes its place. */
void hashmap__remove(struct hashmap *map, void *item);

static inline void *hashmap__at(const struct hashmap *map, size_t i)
{
	return (char *)map->items + i * map->item_bytes;
}

#endif /* BASE_HASHMAP_H */
