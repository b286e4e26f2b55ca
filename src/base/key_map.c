/* SPDX-License-Identifier: GPL-2.0-only */
#include "key_map.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "must.h"

void key_map__clear(struct key_map *map)
{
	free(map->items);
	map->items = NULL;
	map->nr = map->size = 0;
	hash_index__free(&map->index);
}

static struct hash_slot *find_slot(const struct key_map *map, const void *key)
{
	uint32_t hash = hash_bytes(key, map->key_bytes);
	struct hash_slot *slot = NULL;

	do
		slot = hash_index__next(&map->index, hash, slot);
	while (slot && memcmp(key_map__at(map, hash_slot__number(slot)), key, map->key_bytes) != 0);
	return slot;
}

void *key_map__find(const struct key_map *map, const void *key)
{
	const struct hash_slot *slot = find_slot(map, key);

	return slot ? key_map__at(map, hash_slot__number(slot)) : NULL;
}

void *key_map__add(struct key_map *map, const void *key)
{
	char *item;

	map->items = must(array_reserve(map->items, map->nr, &map->size, map->item_bytes));
	item = key_map__at(map, map->nr);
	memcpy(item, key, map->key_bytes);
	memset(item + map->key_bytes, 0, map->item_bytes - map->key_bytes);
	hash_index__add(&map->index, hash_bytes(key, map->key_bytes), (uint32_t)map->nr++);
	return item;
}

void key_map__remove(struct key_map *map, void *item)
{
	struct hash_slot *slot = find_slot(map, item);
	void *last = key_map__at(map, map->nr - 1);

	if (item != last) {
		find_slot(map, last)->item = slot->item;
		memcpy(item, last, map->item_bytes);
	}
	hash_index__remove(&map->index, slot);
	map->nr--;
}
