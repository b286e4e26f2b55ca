/* SPDX-License-Identifier: GPL-2.0-only */
/* Any records of names of mappings; the names are found by their ids, and matched with globs. */
#include "../../src/faults/mapping_names.h"
#include "../../src/faults/name_store.h"
#include "fuzz.h"

#define IDS	 8
#define GLOB_MAX 8

static uint64_t first_id;
/* What each id stood for last. */
static char known[IDS + 1][FT_NAME_MAX + 64];

static const char *find(struct mapping_names *names, uint64_t id)
{
	const struct ft_vma vma = { .facts = FT_VMA_KNOWN | FT_VMA_COVERS,
				    .name_id = id ? first_id + id : 0 };

	return mapping_names__of(names, 1, &vma);
}

static void learn(struct mapping_names *names, struct input *input)
{
	static struct ft_name record;
	char text[FT_NAME_MAX + 64];
	uint8_t flags = input__u8(input);

	uint64_t id = input__u8(input) % (IDS + 1);

	record.id = id ? first_id + id : 0;
	record.form = (flags & 15u) | (flags & 16 ? FT_NAME_CUT : 0);
	record.inode = flags & 32 ? input__u64(input) : 1;
	record.len = input__u8(input) | (flags & 64 ? 0xf00u : 0);
	record.len = record.len < FT_NAME_MAX ? record.len : FT_NAME_MAX;
	input__bytes(input, record.text, record.len);
	name_text(&record, text, sizeof(text));
	EXPECT(strlen(text) < sizeof(text));
	mapping_names__learn(names, &record);
	if (id && *text)
		strcpy(known[id], text);
	/* Without an id there is no name; what is malformed changes nothing. */
	EXPECT(!strcmp(find(names, id), known[id]));
}

static void match(struct input *input, const char *name)
{
	char glob[GLOB_MAX];

	input__text(input, glob, sizeof(glob));
	mapping_names__wanted(glob, name);
	EXPECT(mapping_names__wanted(name, name) && mapping_names__wanted(NULL, name));
	EXPECT(mapping_names__wanted("*", name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	static struct mapping_names *names;

	memset(known, 0, sizeof(known));
	/* Ids are new in each run: what was learned before is of no consequence. */
	first_id += 1 << 8;
	EXPECT(names || !mapping_names__new(&names));
	for (int i = 0; i < 32 && input__left(&input); i++)
		learn(names, &input);
	for (uint64_t id = 0; id <= IDS; id++) {
		EXPECT(!strcmp(find(names, id), known[id]));
		match(&input, known[id]);
	}
	return 0;
}
