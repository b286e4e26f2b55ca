/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs that begin with their key, found by it. They are in an array without gaps, in the order
 * in which they came until one is removed. Keys are compared as bytes: they have no padding.
 */
#ifndef BASE_KEY_MAP_H
#define BASE_KEY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "hash_index.h"

struct key_map {
	size_t item_bytes; /* set these two; the rest is zero at first */
	size_t key_bytes;
	void *items;
	size_t nr, size;
	struct hash_index index;
};

/* Removes and frees all items. The map can be used again. */
void key_map__clear(struct key_map *map);

/* The item with this key; NULL: there is none. Items move when one is added or removed. */
void *key_map__find(const struct key_map *map, const void *key);
/* Adds an item, which must not be there yet, with this key and zeroes. */
void *key_map__add(struct key_map *map, const void *key);
/* Removes an item; the last one takes its place. */
void key_map__remove(struct key_map *map, void *item);

static inline void *key_map__at(const struct key_map *map, size_t i)
{
	return (char *)map->items + i * map->item_bytes;
}

#endif /* BASE_KEY_MAP_H */
