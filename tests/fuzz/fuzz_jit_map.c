/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as a /tmp/perf-PID.map: half of it is read first, and then what was added. */
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/symbols/jit_names.h"
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

static void add(struct jit_names *names, int file, const uint8_t *text, size_t len)
{
	EXPECT(write(file, text, len) == (ssize_t)len);
	EXPECT(!jit_names__read(names, file));
	check_names(&names->table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jit_names names = { 0 };
	int file = memfd_create("fuzz", MFD_CLOEXEC);

	EXPECT(file >= 0);
	add(&names, file, data, size / 2);
	add(&names, file, data + size / 2, size - size / 2);
	close(file);
	jit_names__free(&names);
	return 0;
}
