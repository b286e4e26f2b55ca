/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One ELF file: its segments, what identifies it, its symbols. The contents are untrusted: a
 * file may be truncated, or made to do harm.
 */
#ifndef SYMBOLS_ELF_IMAGE_H
#define SYMBOLS_ELF_IMAGE_H

#include <gelf.h>
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
	uint64_t size;	   /* of the file, or of memory */
	uint64_t left;	   /* how many bytes of sections may still be read */
	const char *names; /* of sections; ends with a NUL */
	size_t names_size;
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

/* Takes ownership of fd, also on failure. 0 or -errno; -ENOEXEC: no ELF program or library. */
int elf_image__open(int fd, struct elf_image *ret);
/* The same for malloc()ed memory: takes ownership of it. */
int elf_image__open_memory(void *memory, size_t size, struct elf_image *ret);
void elf_image__close(struct elf_image *image);

/* The number of loaded segments; *ret: a malloc()ed array of them. */
size_t elf_image__segments(const struct elf_image *image, struct elf_segment **ret);
void elf_image__build_id(struct elf_image *image, struct build_id *ret);
void elf_image__debug_link(struct elf_image *image, struct debug_link *ret);

const char *elf_image__section_name(const struct elf_image *image, const GElf_Shdr *header);
/*
 * May this section be read, which has at most max bytes? Sections of a proper file do not
 * overlap, so all that are read are together not larger than the file. Counts it.
 */
bool elf_image__take(struct elf_image *image, const GElf_Shdr *header, size_t max);
/* Reads bytes of the file; false: it has not so many. */
bool elf_image__read(const struct elf_image *image, uint64_t at, void *to, size_t size);

/* Has it a section with this name, and contents? */
bool elf_image__has_section(const struct elf_image *image, const char *name);
/*
 * A malloc()ed copy of a section's contents, decompressed if need be; NULL also if it has more
 * than max bytes. *address: where it is loaded.
 */
uint8_t *elf_image__copy_section(struct elf_image *image, const char *name, size_t max,
				 size_t *size, uint64_t *address);
/* The address of the program's, or the dynamic loader's, first instruction. */
uint64_t elf_image__entry(const struct elf_image *image);
/* Adds the symbols of the first section of this type, SHT_SYMTAB or SHT_DYNSYM; false: none. */
bool elf_image__add_symbols(struct elf_image *image, uint32_t type, struct symbol_table *table);
/* Opens the compressed ELF file inside Fedora's binaries, which has further symbols. */
int elf_image__open_mini_debug(struct elf_image *image, struct elf_image *ret);

#endif /* SYMBOLS_ELF_IMAGE_H */
