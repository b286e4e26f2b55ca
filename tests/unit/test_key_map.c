/* SPDX-License-Identifier: GPL-2.0-only */
/* Items found by key, and removed; byte strings numbered. */
#include <stdlib.h>

#include "../../src/base/key_map.h"
#include "../../src/base/intern.h"
#include "random.h"
#include "test.h"

#define NR_KEYS 3000

struct item {
	uint64_t key;
	uint64_t value;
};

static struct key_map map = { .item_bytes = sizeof(struct item), .key_bytes = sizeof(uint64_t) };
static uint64_t values[NR_KEYS]; /* of each key; 0: it is not in the map */

static void check_all(void)
{
	size_t nr = 0;

	for (uint64_t key = 0; key < NR_KEYS; key++) {
		const struct item *item = key_map__find(&map, &key);

		CHECK_EQ(item != NULL, values[key] != 0);
		CHECK(!item || (item->key == key && item->value == values[key]));
		nr += values[key] != 0;
	}
	CHECK_EQ(map.nr, nr);
}

/* Adds the key if it is not there, else changes or removes it. */
static void change(uint64_t key, uint64_t value)
{
	struct item *item = key_map__find(&map, &key);

	if (!item) {
		item = key_map__add(&map, &key);
		CHECK_EQ(item->value, 0);
	} else if (value % 3) {
		key_map__remove(&map, item);
		values[key] = 0;
		return;
	}
	item->value = values[key] = value;
}

static void test_changes(void)
{
	struct random random = { 1 };

	check_all();
	for (uint64_t i = 1; i <= 60000; i++) {
		change(random_u32(&random) % NR_KEYS, i);
		if (i % 6000 == 0)
			check_all();
	}
	test_done("items are found until they are removed");
	while (map.nr)
		key_map__remove(&map, key_map__at(&map, map.nr / 2));
	memset(values, 0, sizeof(values));
	check_all();
	key_map__clear(&map);
	check_all();
	change(7, 1);
	check_all();
	key_map__clear(&map);
	test_done("an empty map can be used again");
}

/* The hashes are all equal: only the slots' order tells them apart. */
static void test_equal_hashes(void)
{
	struct hash_index index = { 0 };
	unsigned int seen = 0;
	struct hash_slot *slot = NULL;

	CHECK(!hash_index__next(&index, 5, NULL));
	for (uint32_t number = 0; number < 20; number++)
		hash_index__add(&index, 63, number);
	hash_index__add(&index, 64, 20);
	while (hash_slot__number(slot = hash_index__next(&index, 63, slot)) != 11)
		;
	hash_index__remove(&index, slot);
	slot = NULL;
	while ((slot = hash_index__next(&index, 63, slot)))
		seen |= 1U << hash_slot__number(slot);
	CHECK_EQ(seen, 0xfffff & ~(1U << 11));
	CHECK_EQ(hash_slot__number(hash_index__next(&index, 64, NULL)), 20);
	hash_index__free(&index);
	test_done("equal hashes");
}

static void test_intern(void)
{
	struct intern strings = { 0 };
	char text[32];

	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 1000; i++) {
			snprintf(text, sizeof(text), "%.*u", (int)(i % 20), i);
			CHECK_EQ(intern__add_text(&strings, text), i);
		}
	CHECK_EQ(strings.nr, 1000);
	CHECK_STR(intern__get(&strings, 567), "0000567");
	CHECK_EQ(intern__add(&strings, "", 0), 1000);
	CHECK_EQ(intern__add(&strings, "a\0b", 3), 1001);
	CHECK_EQ(intern__add(&strings, "a\0c", 3), 1002);
	CHECK_EQ(intern__len(&strings, 1002), 3);
	CHECK_EQ(intern__add(&strings, "", 0), 1000);
	intern__free(&strings);
	test_done("byte strings are numbered once each");
}

int main(void)
{
	test_changes();
	test_equal_hashes();
	test_intern();
	return test_status();
}
