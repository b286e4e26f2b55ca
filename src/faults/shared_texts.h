/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings that are kept once, however many need them, and at most so many bytes of them. Those
 * that nobody needs any more are freed by marking the others and sweeping.
 */
#ifndef FAULTS_SHARED_TEXTS_H
#define FAULTS_SHARED_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/hash_index.h"

#define SHARED_TEXTS_MAX (64UL << 20)

struct shared_texts {
	struct shared_text **texts;
	size_t nr, size;
	struct hash_index index; /* of the texts, by their strings */
	size_t bytes;
	size_t swept_bytes; /* what was left by the last sweep */
};

void shared_texts__free(struct shared_texts *texts);

/* Returns a copy that all share; "" if there is no room for it. */
const char *shared_texts__keep(struct shared_texts *texts, const char *text);

/* Is there a quarter of SHARED_TEXTS_MAX more than after the last sweep? */
bool shared_texts__are_many(const struct shared_texts *texts);
/* The next sweep spares this text, which shared_texts__keep() returned. NULL: does nothing. */
void shared_texts__mark(const char *text);
/* Frees all that are not marked. */
void shared_texts__sweep(struct shared_texts *texts);

#endif /* FAULTS_SHARED_TEXTS_H */
