/* SPDX-License-Identifier: GPL-2.0-only */
#include "intern.h"

#include <stdalign.h>

#define UNIT	  8
#define MIN_SLOTS 64

struct item {
	uint32_t hash;
	uint32_t len;
	alignas(UNIT) char bytes[];
};

void intern__free(struct intern *t)
{
	buf__free(&t->items);
	buf__free(&t->starts);
	buf__free(&t->slots);
	t->nr = 0;
}

/* Eight bytes at a time; the multiplication mixes bits upwards, the shift downwards. */
static uint32_t hash_of(const char *bytes, size_t len)
{
	uint64_t hash = len;

	while (len) {
		size_t n = len < sizeof(uint64_t) ? len : sizeof(uint64_t);
		uint64_t word = 0;

		memcpy(&word, bytes, n);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
		bytes += n;
		len -= n;
	}
	return (uint32_t)hash;
}

static const struct item *item_of(const struct intern *t, uint32_t number)
{
	const uint32_t *starts = (const void *)t->starts.data;

	return (const void *)(t->items.data + (size_t)starts[number] * UNIT);
}

const void *intern__get(const struct intern *t, uint32_t number)
{
	return item_of(t, number)->bytes;
}

size_t intern__len(const struct intern *t, uint32_t number)
{
	return item_of(t, number)->len;
}

static size_t nr_slots(const struct intern *t)
{
	return t->slots.len / sizeof(uint32_t);
}

/* The slot with these bytes, or the free one where they would go. */
static uint32_t *find_slot(const struct intern *t, uint32_t hash, const void *bytes, size_t len)
{
	uint32_t *slots = (void *)t->slots.data;
	size_t mask = nr_slots(t) - 1;
	size_t i = hash & mask;

	for (; slots[i]; i = (i + 1) & mask) {
		const struct item *item = item_of(t, slots[i] - 1);

		if (item->hash == hash && item->len == len &&
		    (!len || memcmp(item->bytes, bytes, len) == 0))
			break;
	}
	return &slots[i];
}

/* Doubles the slots and inserts all numbers again. */
static void grow(struct intern *t)
{
	size_t nr = nr_slots(t) ? nr_slots(t) * 2 : MIN_SLOTS;
	size_t bytes = nr * sizeof(uint32_t);
	uint32_t *slots;

	t->slots.len = 0;
	buf__reserve(&t->slots, bytes);
	memset(t->slots.data, 0, bytes);
	t->slots.len = bytes;
	slots = (void *)t->slots.data;
	for (uint32_t number = 0; number < t->nr; number++) {
		size_t i = item_of(t, number)->hash & (nr - 1);

		while (slots[i])
			i = (i + 1) & (nr - 1);
		slots[i] = number + 1;
	}
}

static void append(struct intern *t, uint32_t hash, const void *bytes, size_t len)
{
	struct item item = { .hash = hash, .len = (uint32_t)len };
	uint32_t start = (uint32_t)(t->items.len / UNIT);
	static const char zeroes[UNIT];

	buf__add(&t->starts, (const char *)&start, sizeof(start));
	buf__add(&t->items, (const char *)&item, sizeof(item));
	buf__add(&t->items, bytes, len);
	buf__add(&t->items, zeroes, -t->items.len % UNIT);
	t->nr++;
}

uint32_t intern__add(struct intern *t, const void *bytes, size_t len)
{
	uint32_t hash = hash_of(bytes, len);
	uint32_t *slot;

	if ((size_t)t->nr * 2 >= nr_slots(t))
		grow(t);
	slot = find_slot(t, hash, bytes, len);
	if (!*slot) {
		append(t, hash, bytes, len);
		*slot = t->nr;
	}
	return *slot - 1;
}
