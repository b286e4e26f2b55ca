/* SPDX-License-Identifier: GPL-2.0-only */
/* Any file's source lines and inlined functions, from DWARF debug information. */
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/symbols/inlined.h"
#include "../../src/symbols/source_lines.h"
#include "fuzz.h"

#define FRAMES_MAX  16
/* Seeds are small programs, whose code is here. */
#define CODE_BEGIN  0x2b0
#define CODE_END    0x370
#define CODE_STEP   5
#define SYMBOLS_MAX 16

struct lookup {
	struct source_lines *lines;
	struct inlined inlined;
};

static void check_cached(const struct inlined_frames *cached, const struct source_frame *frames,
			 size_t nr)
{
	EXPECT(cached && cached->nr == nr);
	for (size_t i = 0; i < nr; i++) {
		EXPECT(!strcmp(cached->frames[i].function, frames[i].function));
		EXPECT(!strcmp(cached->frames[i].file, frames[i].file));
		EXPECT(cached->frames[i].line == frames[i].line);
	}
}

static void look_up(struct lookup *lookup, uint64_t address)
{
	struct source_frame frames[FRAMES_MAX];
	size_t nr = source_lines__find(lookup->lines, address, frames, FRAMES_MAX);

	EXPECT(nr <= FRAMES_MAX);
	if (inlined__find(&lookup->inlined, 1, address))
		return;
	inlined__add(&lookup->inlined, 1, address, frames, nr);
	check_cached(inlined__find(&lookup->inlined, 1, address), frames, nr);
}

/* Also where symbols are: mutations may have moved the code. */
static size_t read_symbols(struct elf_image *image, uint64_t *addresses)
{
	struct symbol_table table = { 0 };
	size_t nr;

	elf_image__add_symbols(image, SHT_SYMTAB, &table);
	symbol_table__sort(&table);
	nr = table.nr < SYMBOLS_MAX ? table.nr : SYMBOLS_MAX;
	for (size_t i = 0; i < nr; i++)
		addresses[i] = table.entries[i].start;
	symbol_table__free(&table);
	return nr;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	uint64_t addresses[SYMBOLS_MAX];
	struct lookup lookup = { 0 };
	struct elf_image image;
	size_t nr;

	EXPECT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (elf_image__open(fd, &image))
		return 0;
	nr = read_symbols(&image, addresses);
	lookup.lines = source_lines__new(&image);
	if (!lookup.lines)
		return 0;
	for (uint64_t address = CODE_BEGIN; address < CODE_END; address += CODE_STEP)
		look_up(&lookup, address);
	for (size_t i = 0; i < nr; i++)
		look_up(&lookup, addresses[i]);
	inlined__free(&lookup.inlined);
	source_lines__free(lookup.lines);
	return 0;
}
