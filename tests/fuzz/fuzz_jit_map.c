/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as a /tmp/perf-PID.map: half of it is read first, and then what was added. */
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/symbols/jit_map.h"
#include "fuzz.h"

static void check_names(const struct symbol_table *table)
{
	for (size_t i = 0; i < table->nr; i++) {
		const struct symbol_entry *entry = &table->entries[i];

		EXPECT(entry->start <= entry->from && entry->from < entry->end);
		EXPECT(entry->name < table->strings.len);
		EXPECT(!i || table->entries[i - 1].end <= entry->from);
		EXPECT(symbol_table__find(table, entry->from) == entry);
		EXPECT(symbol_table__find(table, entry->end - 1) == entry);
		EXPECT(!strchr(symbol_table__name(table, entry), '\n'));
	}
}

/* Without a process the file that was read before is read on. */
static void add(struct jit_map *map, const uint8_t *text, size_t len)
{
	EXPECT(write(map->kept, text, len) == (ssize_t)len);
	jit_map__update(map, -1);
	check_names(&map->table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jit_map map = { .kept = memfd_create("fuzz", MFD_CLOEXEC) };
	int file = map.kept > 0 ? dup(map.kept) : -1;

	EXPECT(file >= 0);
	/* A map of another file is emptied first: this is the file already. */
	add(&map, data, 0);
	if (!map.kept)
		map.kept = dup(file);
	add(&map, data, size / 2);
	add(&map, data + size / 2, size - size / 2);
	close(file);
	jit_map__free(&map);
	return 0;
}
