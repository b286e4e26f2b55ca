/* SPDX-License-Identifier: GPL-2.0-only */
#include "intern.h"

#define UNIT 8

struct item {
	uint32_t start; /* in the bytes, in units of UNIT */
	uint32_t len;
};

void intern__free(struct intern *t)
{
	buf__free(&t->bytes);
	buf__free(&t->items);
	hash_index__free(&t->index);
	t->nr = 0;
}

static const struct item *item_of(const struct intern *t, uint32_t number)
{
	return (const struct item *)t->items.data + number;
}

const void *intern__get(const struct intern *t, uint32_t number)
{
	return t->bytes.data + (size_t)item_of(t, number)->start * UNIT;
}

size_t intern__len(const struct intern *t, uint32_t number)
{
	return item_of(t, number)->len;
}

static bool is_item(const struct intern *t, uint32_t number, const void *bytes, size_t len)
{
	return intern__len(t, number) == len &&
	       (!len || memcmp(intern__get(t, number), bytes, len) == 0);
}

static void append(struct intern *t, const void *bytes, size_t len)
{
	struct item item = { .start = (uint32_t)(t->bytes.len / UNIT), .len = (uint32_t)len };
	static const char zeroes[UNIT];

	buf__add(&t->items, (const char *)&item, sizeof(item));
	buf__add(&t->bytes, bytes, len);
	buf__add(&t->bytes, zeroes, -t->bytes.len % UNIT);
	t->nr++;
}

static bool find(const struct intern *t, uint32_t hash, const void *bytes, size_t len,
		 uint32_t *number)
{
	const struct hash_slot *slot = NULL;

	while ((slot = hash_index__next(&t->index, hash, slot))) {
		*number = hash_slot__number(slot);
		if (is_item(t, *number, bytes, len))
			return true;
	}
	return false;
}

bool intern__find(const struct intern *t, const void *bytes, size_t len, uint32_t *number)
{
	return find(t, hash_bytes(bytes, len), bytes, len, number);
}

uint32_t intern__add(struct intern *t, const void *bytes, size_t len)
{
	uint32_t hash = hash_bytes(bytes, len), number;

	if (find(t, hash, bytes, len, &number))
		return number;
	hash_index__add(&t->index, hash, t->nr);
	append(t, bytes, len);
	return t->nr - 1;
}
