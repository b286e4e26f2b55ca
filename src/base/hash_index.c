/* SPDX-License-Identifier: GPL-2.0-only */
#include "hash_index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "must.h"

#define MIN_SLOTS 64

void hash_index__free(struct hash_index *index)
{
	free(index->slots);
	*index = (struct hash_index) { 0 };
}

/* Random numbers of this process, the second one odd: others are not to choose what collides. */
static const uint64_t *secrets(void)
{
	static uint64_t secret[2];

	if (!secret[1]) {
		memcpy(secret, (const void *)getauxval(AT_RANDOM), sizeof(secret));
		secret[1] |= 1;
	}
	return secret;
}

/* Both halves of a product are used: its low bits alone are predictable. */
static uint64_t add_word(uint64_t hash, uint64_t word, uint64_t secret)
{
	unsigned __int128 product = (unsigned __int128)(hash ^ word) * secret;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash64_bytes(const void *bytes, size_t len)
{
	const char *next = bytes;
	const uint64_t *secret = secrets();
	uint64_t hash = secret[0] ^ len, word;

	for (; len >= sizeof(word); next += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, next, sizeof(word));
		hash = add_word(hash, word, secret[1]);
	}
	if (!len)
		return hash;
	word = 0;
	memcpy(&word, next, len);
	return add_word(hash, word, secret[1]);
}

uint32_t hash_bytes(const void *bytes, size_t len)
{
	uint64_t hash = hash64_bytes(bytes, len);

	return (uint32_t)(hash ^ hash >> 32);
}

static void put(struct hash_index *index, struct hash_slot slot)
{
	size_t mask = index->nr_slots - 1, i = slot.hash & mask;

	while (index->slots[i].item)
		i = (i + 1) & mask;
	index->slots[i] = slot;
}

static void grow(struct hash_index *index)
{
	struct hash_slot *old = index->slots;
	size_t nr = index->nr_slots;

	index->nr_slots = nr ? nr * 2 : MIN_SLOTS;
	index->slots = must(calloc(index->nr_slots, sizeof(*old)));
	for (size_t i = 0; i < nr; i++)
		if (old[i].item)
			put(index, old[i]);
	free(old);
}

void hash_index__add(struct hash_index *index, uint32_t hash, uint32_t number)
{
	if (number == UINT32_MAX)
		must(NULL);
	if (index->nr >= index->nr_slots / 4 * 3)
		grow(index);
	put(index, (struct hash_slot) { hash, number + 1 });
	index->nr++;
}

/* Moves later slots into the gap, so that a search still finds them. */
void hash_index__remove(struct hash_index *index, struct hash_slot *slot)
{
	size_t mask = index->nr_slots - 1, gap = (size_t)(slot - index->slots);

	for (size_t i = (gap + 1) & mask; index->slots[i].item; i = (i + 1) & mask) {
		size_t home = index->slots[i].hash & mask;

		/* A slot stays if its home is cyclically behind the gap. */
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		index->slots[gap] = index->slots[i];
		gap = i;
	}
	index->slots[gap].item = 0;
	index->nr--;
}
