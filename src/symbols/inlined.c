/* SPDX-License-Identifier: GPL-2.0-only */
#include "inlined.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX  (64UL << 20)
#define NODE_BYTES 64 /* of the tree, about */

void inlined__free(struct inlined *inlined)
{
	tdestroy(inlined->tree, free);
	*inlined = (struct inlined) { 0 };
}

static int compare(const void *a, const void *b)
{
	const struct inlined_frames *x = a, *y = b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

const struct inlined_frames *inlined__find(const struct inlined *inlined, uint64_t module,
					   uint64_t address)
{
	struct inlined_frames wanted = { .module = module, .address = address };
	struct inlined_frames **found = tfind(&wanted, &inlined->tree, compare);

	return found ? *found : NULL;
}

static size_t count_bytes(const struct source_frame *frames, size_t nr)
{
	size_t bytes = sizeof(struct inlined_frames) + nr * sizeof(*frames);

	for (size_t i = 0; i < nr; i++)
		bytes += strlen(frames[i].function) + strlen(frames[i].file) + 2;
	return bytes;
}

static const char *copy_text(char **to, const char *text)
{
	char *start = *to;

	*to = stpcpy(start, text) + 1;
	return start;
}

const struct inlined_frames *inlined__add(struct inlined *inlined, uint64_t module,
					  uint64_t address, const struct source_frame *frames,
					  size_t nr)
{
	size_t bytes = count_bytes(frames, nr);
	struct inlined_frames *copy = malloc(bytes);
	char *texts;

	if (inlined->bytes + bytes + NODE_BYTES > BYTES_MAX)
		inlined__free(inlined);
	if (!copy)
		return NULL;
	*copy = (struct inlined_frames) { .module = module, .address = address, .nr = nr };
	texts = (char *)(copy->frames + nr);
	for (size_t i = 0; i < nr; i++)
		copy->frames[i] = (struct source_frame) {
			.function = copy_text(&texts, frames[i].function),
			.file = copy_text(&texts, frames[i].file),
			.line = frames[i].line,
		};
	if (!tsearch(copy, &inlined->tree, compare)) {
		free(copy);
		return NULL;
	}
	inlined->bytes += bytes + NODE_BYTES;
	return copy;
}
