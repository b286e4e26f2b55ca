/* SPDX-License-Identifier: GPL-2.0-only */
#include "contents.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "../base/stop.h"
#include "debug_image.h"

/* The size of a file that is read whole for its checksum. */
#define CHECKED_MAX (1UL << 30)

static bool open_program(const struct contents *contents, struct elf_image *ret)
{
	return contents->fd >= 0 && !elf_image__open(dup(contents->fd), ret);
}

int contents__load(struct contents *contents, int fd, struct loaded *ret,
		   struct elf_segment **segments)
{
	struct elf_image image;

	contents->fd = fd;
	if (!open_program(contents, &image))
		return -ENOEXEC;
	elf_image__build_id(&image, &contents->build_id);
	elf_image__debug_link(&image, &contents->link);
	*ret = (struct loaded) {
		.entry = elf_image__entry(&image),
		.build_id = contents->build_id,
		.link = contents->link,
		.nr_segments = (uint32_t)elf_image__segments(&image, segments),
	};
	/* .symtab has all symbols of .dynsym; if it was stripped, another file may have it. */
	contents->tried[FOR_SYMBOLS] = elf_image__add_symbols(&image, SHT_SYMTAB, &contents->table);
	if (contents->tried[FOR_SYMBOLS])
		symbol_table__sort(&contents->table);
	else
		elf_image__add_symbols(&image, SHT_DYNSYM, &contents->table);
	elf_image__close(&image);
	return 0;
}

void contents__free(struct contents *contents)
{
	source_lines__free(contents->lines);
	symbol_table__free(&contents->table);
	jit_names__free(&contents->jit);
	cfi__free(&contents->eh_frame);
	cfi__free(&contents->debug_frame);
	if (contents->fd >= 0)
		close(contents->fd);
	*contents = (struct contents) { .fd = -1 };
}

/* ---- Debug files ---------------------------------------------------------------------------- */

static bool has_checksum(const struct elf_image *image, uint32_t crc)
{
	unsigned char block[1 << 16];
	uLong sum = crc32(0, NULL, 0);
	off_t at = 0;
	ssize_t n = -1;

	if (image->size > CHECKED_MAX)
		return false;
	while (at <= (off_t)CHECKED_MAX && !stop_asked() &&
	       (n = pread(image->fd, block, sizeof(block), at)) > 0) {
		sum = crc32(sum, block, (uInt)n);
		at += n;
	}
	return n == 0 && sum == crc;
}

static bool is_wanted(const struct contents *contents, struct elf_image *image)
{
	struct build_id id;

	if (!contents->build_id.len)
		return contents->link.name[0] && has_checksum(image, contents->link.crc);
	elf_image__build_id(image, &id);
	return id.len == contents->build_id.len &&
	       !memcmp(id.bytes, contents->build_id.bytes, id.len);
}

static void add_mini_debug(struct contents *contents)
{
	struct elf_image image, mini;

	if (!open_program(contents, &image))
		return;
	if (!elf_image__open_mini_debug(&image, &mini)) {
		elf_image__add_symbols(&mini, SHT_SYMTAB, &contents->table);
		elf_image__close(&mini);
	}
	elf_image__close(&image);
}

static bool load_frames(struct cfi *cfi, struct elf_image *image, bool is_eh)
{
	size_t size;
	uint64_t address;
	uint8_t *bytes = elf_image__copy_section(image, is_eh ? ".eh_frame" : ".debug_frame",
						 CFI_SECTION_MAX, &size, &address);

	if (bytes)
		cfi__init(cfi, bytes, size, address, is_eh);
	return bytes;
}

/* Takes ownership of the image. */
static void take_debug_file(struct contents *contents, enum purpose purpose,
			    struct elf_image *image)
{
	if (purpose == FOR_LINES) {
		contents->lines = source_lines__new(image);
		return;
	}
	if (purpose == FOR_SYMBOLS)
		elf_image__add_symbols(image, SHT_SYMTAB, &contents->table);
	else
		load_frames(&contents->debug_frame, image, false);
	elf_image__close(image);
}

bool contents__offer(struct contents *contents, enum purpose purpose, int fd)
{
	struct elf_image image;

	if (contents->tried[purpose]) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (fd >= 0) {
		if (elf_image__open(fd, &image))
			return false;
		if (!is_wanted(contents, &image)) {
			elf_image__close(&image);
			return false;
		}
		take_debug_file(contents, purpose, &image);
	} else if (purpose == FOR_SYMBOLS) {
		add_mini_debug(contents);
	}
	if (purpose == FOR_SYMBOLS)
		symbol_table__sort(&contents->table);
	contents->tried[purpose] = true;
	return fd >= 0;
}

/* ---- Lines and frames ----------------------------------------------------------------------- */

bool contents__has_lines(struct contents *contents)
{
	struct elf_image image;

	if (contents->tried[FOR_LINES])
		return true;
	if (!open_program(contents, &image)) {
		contents->tried[FOR_LINES] = true;
	} else if (debug_image__is_in(&image)) {
		contents->lines = source_lines__new(&image);
		contents->tried[FOR_LINES] = true;
	} else {
		elf_image__close(&image);
	}
	return contents->tried[FOR_LINES];
}

void contents__forget_lines(struct contents *contents)
{
	source_lines__free(contents->lines);
	contents->lines = NULL;
	contents->tried[FOR_LINES] = false;
}

static void load_eh_frame(struct contents *contents)
{
	struct elf_image image;

	if (contents->eh_frame_tried)
		return;
	contents->eh_frame_tried = true;
	if (!open_program(contents, &image))
		return;
	load_frames(&contents->eh_frame, &image, true);
	/* If it is in this file, no other one is needed. */
	contents->tried[FOR_FRAMES] = load_frames(&contents->debug_frame, &image, false);
	elf_image__close(&image);
}

bool contents__find_row(struct contents *contents, uint64_t address, unsigned int *budget,
			struct unwind_row *ret)
{
	load_eh_frame(contents);
	return unwind_row__find(&contents->eh_frame, address, budget, ret) ||
	       unwind_row__find(&contents->debug_frame, address, budget, ret);
}

size_t contents__bytes(const struct contents *contents)
{
	return symbol_table__bytes(&contents->table) + symbol_table__bytes(&contents->jit.table) +
	       cfi__bytes(&contents->eh_frame) + cfi__bytes(&contents->debug_frame);
}
