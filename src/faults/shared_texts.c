/* SPDX-License-Identifier: GPL-2.0-only */
#include "shared_texts.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"

/* What a string costs besides its bytes: malloc(3), twice, and the tree. */
#define OVERHEAD 64

/* The tree has pointers to `string`. */
struct text {
	bool is_marked;
	char string[];
};

static struct text *text_of(const char *string)
{
	return (struct text *)(string - offsetof(struct text, string));
}

static void free_text(void *string)
{
	free(text_of(string));
}

void shared_texts__free(struct shared_texts *texts)
{
	tdestroy(texts->tree, free_text);
	*texts = (struct shared_texts) { 0 };
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *shared_texts__keep(struct shared_texts *texts, const char *string)
{
	char **found = *string ? tfind(string, &texts->tree, compare) : NULL;
	size_t size = strlen(string) + 1;
	struct text *text;

	if (found)
		return *found;
	if (!*string || size + OVERHEAD > SHARED_TEXTS_MAX - texts->bytes)
		return "";
	text = malloc(sizeof(*text) + size);
	if (!text)
		return "";
	text->is_marked = false;
	memcpy(text->string, string, size);
	if (!tsearch(text->string, &texts->tree, compare)) {
		free(text);
		return "";
	}
	texts->bytes += size + OVERHEAD;
	/* cppcheck-suppress memleak ; the tree has it */
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

static void gather_unmarked(const void *node, VISIT visit, void *unmarked)
{
	char *string = *(char *const *)node;

	if (visit != postorder && visit != leaf)
		return;
	if (!text_of(string)->is_marked)
		buf__add(unmarked, (const char *)&string, sizeof(string));
	text_of(string)->is_marked = false;
}

void shared_texts__sweep(struct shared_texts *texts)
{
	struct buf unmarked = { 0 };
	char **strings;

	twalk_r(texts->tree, gather_unmarked, &unmarked);
	strings = (char **)unmarked.data;
	for (size_t i = 0; i < unmarked.len / sizeof(*strings); i++) {
		texts->bytes -= strlen(strings[i]) + 1 + OVERHEAD;
		tdelete(strings[i], &texts->tree, compare);
		free_text(strings[i]);
	}
	buf__free(&unmarked);
	texts->swept_bytes = texts->bytes;
}
