/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as /proc/PID/maps or smaps. */
#include "../../src/host/maps.h"
#include "fuzz.h"

static void check_mapping(const struct mapping *mapping)
{
	const char *end = memchr(mapping->name, '\0', sizeof(mapping->name));

	EXPECT(end && !memchr(mapping->name, '\n', (size_t)(end - mapping->name)));
	EXPECT(mapping->vma.facts & FT_VMA_KNOWN);
}

static void read_all(struct maps_reader *reader)
{
	struct mapping_usage usage;
	struct mapping mapping;
	uint64_t end = 0;

	while (maps__next(reader, &mapping, &usage) > 0) {
		check_mapping(&mapping);
		EXPECT(mapping.vma.start >= end);
		end = mapping.vma.end;
	}
	EXPECT(maps__next(reader, &mapping, &usage) <= 0);
	maps__close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct maps_reader *reader;
	struct mapping mapping;
	char *line = input__string(&input);
	FILE *f = size ? fmemopen((void *)data, size, "r") : NULL;

	if (!maps__parse_line(line, &mapping))
		check_mapping(&mapping);
	free(line);
	if (f && !maps__open_text(f, &reader))
		read_all(reader);
	return 0;
}
