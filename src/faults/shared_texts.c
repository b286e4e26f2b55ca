/* SPDX-License-Identifier: GPL-2.0-only */
#include "shared_texts.h"

#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/must.h"

/* What a string costs besides its bytes: malloc(3), its pointer, and its slot of the index. */
#define OVERHEAD 64

struct shared_text {
	uint32_t hash;
	bool is_marked;
	char string[];
};

static struct shared_text *text_of(const char *string)
{
	return (struct shared_text *)(string - offsetof(struct shared_text, string));
}

void shared_texts__free(struct shared_texts *texts)
{
	for (size_t i = 0; i < texts->nr; i++)
		free(texts->texts[i]);
	free(texts->texts);
	hash_index__free(&texts->index);
	*texts = (struct shared_texts) { 0 };
}

static const char *find(const struct shared_texts *texts, uint32_t hash, const char *string)
{
	const struct hash_slot *slot = NULL;

	while ((slot = hash_index__next(&texts->index, hash, slot))) {
		const struct shared_text *text = texts->texts[hash_slot__number(slot)];

		if (!strcmp(text->string, string))
			return text->string;
	}
	return NULL;
}

/* Adds it to the array and to the index. */
static void add(struct shared_texts *texts, struct shared_text *text)
{
	texts->texts =
		must(array_reserve(texts->texts, texts->nr, &texts->size, sizeof(*texts->texts)));
	hash_index__add(&texts->index, text->hash, (uint32_t)texts->nr);
	texts->texts[texts->nr++] = text;
	texts->bytes += strlen(text->string) + 1 + OVERHEAD;
}

const char *shared_texts__keep(struct shared_texts *texts, const char *string)
{
	size_t size = strlen(string) + 1;
	uint32_t hash = hash_bytes(string, size);
	const char *kept = find(texts, hash, string);
	struct shared_text *text;

	if (kept)
		return kept;
	if (!*string || size + OVERHEAD > SHARED_TEXTS_MAX - texts->bytes)
		return "";
	text = malloc(sizeof(*text) + size);
	if (!text)
		return "";
	*text = (struct shared_text) { .hash = hash };
	memcpy(text->string, string, size);
	add(texts, text);
	/* cppcheck-suppress memleak ; the array has it */
	return text->string;
}

bool shared_texts__are_many(const struct shared_texts *texts)
{
	return texts->bytes > SHARED_TEXTS_MAX / 4 &&
	       texts->bytes - SHARED_TEXTS_MAX / 4 >= texts->swept_bytes;
}

void shared_texts__mark(const char *string)
{
	if (string && *string)
		text_of(string)->is_marked = true;
}

/* Adds the marked ones once more, to an array and an index that are empty. */
void shared_texts__sweep(struct shared_texts *texts)
{
	struct shared_texts old = *texts;

	*texts = (struct shared_texts) { 0 };
	for (size_t i = 0; i < old.nr; i++) {
		struct shared_text *text = old.texts[i];

		if (!text->is_marked) {
			free(text);
			continue;
		}
		text->is_marked = false;
		add(texts, text);
	}
	free(old.texts);
	hash_index__free(&old.index);
	texts->swept_bytes = texts->bytes;
}
