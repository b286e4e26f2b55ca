/* SPDX-License-Identifier: GPL-2.0-only */
/* Any file as a program or library: its segments, identity, symbols and sections. */
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/symbols/elf_image.h"
#include "fuzz.h"

#define COPY_MAX (1u << 20)

static void check_symbols(const struct symbol_table *table)
{
	for (size_t i = 0; i < table->nr; i++) {
		const struct symbol_entry *entry = &table->entries[i];

		EXPECT(entry->start <= entry->from && entry->from < entry->end);
		EXPECT(entry->name < table->strings.len);
		EXPECT(!i || table->entries[i - 1].end <= entry->from);
		EXPECT(symbol_table__find(table, entry->from) == entry);
		EXPECT(symbol_table__find(table, entry->end - 1) == entry);
		EXPECT(*symbol_table__name(table, entry));
	}
}

static void read_symbols(struct elf_image *image)
{
	struct symbol_table table = { 0 };

	elf_image__add_symbols(image, SHT_SYMTAB, &table);
	elf_image__add_symbols(image, SHT_DYNSYM, &table);
	symbol_table__sort(&table);
	check_symbols(&table);
	symbol_table__free(&table);
}

static void read_identity(struct elf_image *image)
{
	struct elf_segment *segments;
	struct debug_link link;
	struct build_id id;

	elf_image__segments(image, &segments);
	free(segments);
	elf_image__build_id(image, &id);
	EXPECT(id.len <= BUILD_ID_MAX);
	elf_image__debug_link(image, &link);
	EXPECT(memchr(link.name, '\0', sizeof(link.name)) && !strchr(link.name, '/'));
	elf_image__entry(image);
}

static void copy_sections(struct elf_image *image)
{
	static const char *const names[] = { ".eh_frame", ".debug_frame", ".debug_str" };
	uint64_t address;
	size_t size;

	for (size_t i = 0; i < NR(names); i++) {
		uint8_t *copy = elf_image__copy_section(image, names[i], COPY_MAX, &size, &address);

		EXPECT(!copy || (size && size <= COPY_MAX));
		free(copy);
	}
}

static void read_all(struct elf_image *image)
{
	struct elf_image inner;

	read_identity(image);
	read_symbols(image);
	copy_sections(image);
	if (!elf_image__open_mini_debug(image, &inner)) {
		read_identity(&inner);
		read_symbols(&inner);
		elf_image__close(&inner);
	}
	elf_image__close(image);
}

/* Files are read, not mapped: libelf has different code for the two. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct elf_image image;
	uint8_t *copy = malloc(size + 1);

	EXPECT(fd >= 0 && copy && write(fd, data, size) == (ssize_t)size);
	memcpy(copy, data, size);
	if (!elf_image__open(fd, &image))
		read_all(&image);
	if (!elf_image__open_memory(copy, size, &image))
		read_all(&image);
	return 0;
}
