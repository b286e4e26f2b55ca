/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes of 64 bits: of what is counted in thousands, no two are expected to be equal. */
#ifndef BASE_HASH64_H
#define BASE_HASH64_H

#include <stdint.h>
#include <string.h>

#define HASH64_BEGIN 0xcbf29ce484222325ULL

/* FNV-1a, of 64-bit words. */
static inline uint64_t hash64_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x100000001b3ULL;
	return hash ^ hash >> 29;
}

static inline uint64_t hash64_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const char *at = bytes;
	uint64_t word;

	hash = hash64_mix(hash, len);
	for (; len >= sizeof(word); at += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = hash64_mix(hash, word);
	}
	word = 0;
	memcpy(&word, at, len);
	return hash64_mix(hash, word);
}

static inline uint64_t hash64_text(uint64_t hash, const char *text)
{
	return hash64_bytes(hash, text, strlen(text));
}

#endif /* BASE_HASH64_H */
