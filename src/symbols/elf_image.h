/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One ELF file: where its parts are loaded, what identifies it, its symbols.
 * Nothing in it is believed: a file may be cut short, or made to do harm.
 */
#ifndef SYMBOLS_ELF_IMAGE_H
#define SYMBOLS_ELF_IMAGE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbol_table.h"

#define BUILD_ID_MAX 64

struct elf_image {
	int fd; /* -1: in memory */
	Elf *elf;
	void *memory;
};

struct build_id {
	size_t len; /* 0: it has none */
	unsigned char bytes[BUILD_ID_MAX];
};

struct debug_link {
	char name[256]; /* "": it has none */
	uint32_t crc;
};

struct elf_segment {
	uint64_t offset, file_size;
	uint64_t address, memory_size;
	bool is_code;
};

/* Takes fd, also when it fails; 0 or -errno: -ENOEXEC if it is no ELF program or library. */
int elf_image__open(int fd, struct elf_image *ret);
/* Takes the memory, which is malloc()ed. */
int elf_image__open_memory(void *memory, size_t size, struct elf_image *ret);
void elf_image__close(struct elf_image *image);

/* What is loaded, in an array that is malloc()ed; the number of them. */
size_t elf_image__segments(const struct elf_image *image, struct elf_segment **ret);
void elf_image__build_id(const struct elf_image *image, struct build_id *ret);
void elf_image__debug_link(const struct elf_image *image, struct debug_link *ret);

/* The contents of a section, as long as the image is open; NULL: it has none. */
const void *elf_image__section(const struct elf_image *image, const char *name, size_t *size);
/*
 * The same, malloc()ed, and decompressed where it is compressed; NULL also where it has
 * more than max bytes. *address: where it is loaded.
 */
uint8_t *elf_image__copy_section(const struct elf_image *image, const char *name, size_t max,
				 size_t *size, uint64_t *address);
/* The address of the program's, or the dynamic loader's, first instruction. */
uint64_t elf_image__entry(const struct elf_image *image);
/* From all its sections of this type, SHT_SYMTAB or SHT_DYNSYM; true if it has one. */
bool elf_image__add_symbols(const struct elf_image *image, uint32_t type,
			    struct symbol_table *table);
/* The compressed ELF file that Fedora's binaries have inside, with their other symbols. */
int elf_image__open_mini_debug(const struct elf_image *image, struct elf_image *ret);

#endif /* SYMBOLS_ELF_IMAGE_H */
