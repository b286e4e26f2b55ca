/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Byte strings, each kept once and numbered from 0 in the order they came:
 * texts, and structs without padding. Equal bytes have equal numbers.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "hash_index.h"

struct intern {
	struct buf bytes; /* of all strings, each at a multiple of 8 */
	struct buf items; /* by number: where its bytes are */
	struct hash_index index;
	uint32_t nr;
};

void intern__free(struct intern *t);

/* Are there these bytes? Then *number is theirs. */
bool intern__find(const struct intern *t, const void *bytes, size_t len, uint32_t *number);
/* The number of these bytes, which are copied if they are new. */
uint32_t intern__add(struct intern *t, const void *bytes, size_t len);
/* The bytes, aligned for any struct; they move when something is added. */
const void *intern__get(const struct intern *t, uint32_t number);

size_t intern__len(const struct intern *t, uint32_t number);

/* Adds a text with its NUL, so that intern__get() returns a string. */
static inline uint32_t intern__add_text(struct intern *t, const char *text)
{
	return intern__add(t, text, strlen(text) + 1);
}

#endif /* BASE_INTERN_H */
