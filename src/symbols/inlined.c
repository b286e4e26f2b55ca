/* SPDX-License-Identifier: GPL-2.0-only */
#include "inlined.h"

#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/must.h"

#define BYTES_MAX   (64UL << 20)
/* An entry's pointer and its slot of the index, of which half may be free. */
#define ENTRY_BYTES (sizeof(void *) + 2 * sizeof(struct hash_slot))

void inlined__free(struct inlined *inlined)
{
	for (size_t i = 0; i < inlined->nr; i++)
		free(inlined->entries[i]);
	free(inlined->entries);
	hash_index__free(&inlined->index);
	*inlined = (struct inlined) { 0 };
}

static uint32_t hash(uint64_t module, uint64_t address)
{
	const uint64_t key[] = { module, address };

	return hash_bytes(key, sizeof(key));
}

const struct inlined_frames *inlined__find(const struct inlined *inlined, uint64_t module,
					   uint64_t address)
{
	const struct hash_slot *slot = NULL;

	while ((slot = hash_index__next(&inlined->index, hash(module, address), slot))) {
		const struct inlined_frames *entry = inlined->entries[hash_slot__number(slot)];

		if (entry->module == module && entry->address == address)
			return entry;
	}
	return NULL;
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

	if (inlined->bytes + bytes + ENTRY_BYTES > BYTES_MAX)
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
	inlined->entries = must(array_reserve(inlined->entries, inlined->nr, &inlined->size,
					      sizeof(*inlined->entries)));
	hash_index__add(&inlined->index, hash(module, address), (uint32_t)inlined->nr);
	inlined->entries[inlined->nr++] = copy;
	inlined->bytes += bytes + ENTRY_BYTES;
	/* cppcheck-suppress memleak ; the array has it */
	return copy;
}
