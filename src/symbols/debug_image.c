/* SPDX-License-Identifier: GPL-2.0-only */
#include "debug_image.h"

#include <endian.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../base/stop.h"

/* Bytes of all sections together, decompressed. */
#define BYTES_MAX (1UL << 30)
/* Sections begin at multiples of this, and at least as many zero bytes follow each. */
#define ALIGNMENT 16
/* Bytes that are read at once. */
#define BLOCK	  (1UL << 16)

#define OWN_DATA (BYTE_ORDER == LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB)

/* Tables of locations, macros and types are large, and not needed for lines. */
static const char *const names[] = {
	".debug_info",	   ".debug_abbrev",	 ".debug_addr",	  ".debug_line",     ".debug_str",
	".debug_line_str", ".debug_str_offsets", ".debug_ranges", ".debug_rnglists",
};

#define NR_PARTS (sizeof(names) / sizeof(*names))
#define NAMES_AT 1 /* in the copy's section of names */

enum packing { PLAIN, ZLIB, BY_LIBELF };

/* One of the sections. */
struct part {
	Elf_Scn *section; /* NULL: the file has none with this name */
	enum packing packing;
	uint64_t at;	 /* where the plain or packed bytes are in the file */
	uint64_t packed; /* how many */
	uint64_t size;	 /* the same, decompressed */
	size_t offset;	 /* in the copy */
};

struct copying {
	struct elf_image *image;
	struct part parts[NR_PARTS];
	size_t names_at, headers_at; /* in the copy */
	size_t size;		     /* of the copy */
};

/* The index in names; .zdebug_info is an older way to say that .debug_info is compressed. */
static size_t find_name(const char *name)
{
	for (size_t i = 0; i < NR_PARTS; i++)
		if (!strcmp(name, names[i]) ||
		    (!strncmp(name, ".z", 2) && !strcmp(name + 2, names[i] + 1)))
			return i;
	return NR_PARTS;
}

bool debug_image__is_in(const struct elf_image *image)
{
	return elf_image__has_section(image, ".debug_info") ||
	       elf_image__has_section(image, ".zdebug_info");
}

/* ---- What is in the file -------------------------------------------------------------------- */

static bool skip(struct part *part, uint64_t bytes)
{
	part->at += bytes;
	part->packed -= bytes;
	return true;
}

/* "ZLIB" and the size, big-endian, are before the data. */
static bool read_old_header(const struct elf_image *image, struct part *part)
{
	struct {
		char magic[4];
		unsigned char size[8];
	} header;
	uint64_t size;

	part->packing = ZLIB;
	if (part->packed < sizeof(header) ||
	    !elf_image__read(image, part->at, &header, sizeof(header)) ||
	    memcmp(header.magic, "ZLIB", sizeof(header.magic)) != 0)
		return false;
	memcpy(&size, header.size, sizeof(size));
	part->size = be64toh(size);
	return skip(part, sizeof(header));
}

static bool read_header(const struct elf_image *image, struct part *part)
{
	bool is_small = gelf_getclass(image->elf) == ELFCLASS32;
	Elf64_Chdr header;
	Elf32_Chdr small;
	size_t size = is_small ? sizeof(small) : sizeof(header);

	if (part->packed < size ||
	    !elf_image__read(image, part->at, is_small ? (void *)&small : &header, size))
		return false;
	if (is_small)
		header = (Elf64_Chdr) { .ch_type = small.ch_type, .ch_size = small.ch_size };
	part->size = header.ch_size;
	if (header.ch_type != ELFCOMPRESS_ZLIB) {
		part->packing = BY_LIBELF;
		return true;
	}
	part->packing = ZLIB;
	return skip(part, size);
}

static int add_part(struct copying *copying, Elf_Scn *section, const GElf_Shdr *header,
		    const char *name)
{
	size_t i = find_name(name);
	struct part *part = &copying->parts[i]; /* or the end of them */
	bool is_packed = header->sh_flags & SHF_COMPRESSED, ok = true;

	if (i == NR_PARTS)
		return 0;
	if (part->section)
		return -EINVAL;
	if (!elf_image__take(copying->image, header, BYTES_MAX))
		return -EFBIG;
	*part = (struct part) {
		.section = section,
		.at = header->sh_offset,
		.packed = header->sh_size,
		.size = header->sh_size,
	};
	if (name[1] == 'z')
		ok = !is_packed && read_old_header(copying->image, part);
	else if (is_packed)
		ok = read_header(copying->image, part);
	return ok ? 0 : -EINVAL;
}

static int find_parts(struct copying *copying)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	int err = 0;

	while (!err && (section = elf_nextscn(copying->image->elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &header))
			return -EINVAL;
		name = elf_image__section_name(copying->image, &header);
		if (!strcmp(name, ".gnu_debugaltlink") || !strcmp(name, ".debug_sup"))
			return -ENOTSUP;
		if (header.sh_type != SHT_NOBITS && header.sh_size)
			err = add_part(copying, section, &header, name);
	}
	return err;
}

/* ---- The copy ------------------------------------------------------------------------------- */

static size_t align(size_t at)
{
	return (at + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* Says where in the copy everything is. */
static int lay_out(struct copying *copying)
{
	size_t at = align(sizeof(Elf64_Ehdr)), bytes = 0;

	for (size_t i = 0; i < NR_PARTS; i++) {
		struct part *part = &copying->parts[i];
		/* libelf has a second copy of what it decompresses. */
		unsigned int copies = part->packing == BY_LIBELF ? 2 : 1;

		if (part->size > (BYTES_MAX - bytes) / copies)
			return -EFBIG;
		bytes += part->size * copies;
		part->offset = at;
		at = align(at + part->size + ALIGNMENT);
	}
	copying->names_at = at;
	for (size_t i = 0; i < NR_PARTS; i++)
		at += strlen(names[i]) + 1;
	copying->headers_at = align(at + NAMES_AT + sizeof(".shstrtab"));
	copying->size = copying->headers_at + (NR_PARTS + 2) * sizeof(Elf64_Shdr);
	return 0;
}

static int read_plain(const struct elf_image *image, const struct part *part, uint8_t *to)
{
	for (uint64_t done = 0, nr; done < part->size; done += nr) {
		nr = part->size - done < BLOCK ? part->size - done : BLOCK;
		if (stop_asked())
			return -EINTR;
		if (!elf_image__read(image, part->at + done, to + done, nr))
			return -EINVAL;
	}
	return 0;
}

/* Decompresses one block of input, which may have the end of one stream and another one. */
static int inflate_block(z_stream *stream)
{
	int status = Z_OK;

	while (status == Z_OK && stream->avail_in && stream->avail_out) {
		status = inflate(stream, Z_NO_FLUSH);
		if (status == Z_STREAM_END)
			status = inflateReset(stream);
	}
	return status == Z_OK ? 0 : -EINVAL;
}

static int read_zlib(const struct elf_image *image, const struct part *part, uint8_t *to)
{
	z_stream stream = { .next_out = to, .avail_out = (uInt)part->size };
	unsigned char block[BLOCK];
	int err = 0;

	if (inflateInit(&stream) != Z_OK)
		return -ENOMEM;
	for (uint64_t done = 0, nr; !err && stream.avail_out && done < part->packed; done += nr) {
		nr = part->packed - done < BLOCK ? part->packed - done : BLOCK;
		stream.next_in = block;
		stream.avail_in = (uInt)nr;
		if (stop_asked())
			err = -EINTR;
		else if (!elf_image__read(image, part->at + done, block, nr))
			err = -EINVAL;
		else
			err = inflate_block(&stream);
	}
	inflateEnd(&stream);
	return err ? err : stream.avail_out ? -EINVAL : 0;
}

/* zstd, where libelf knows it. */
static int read_by_libelf(const struct elf_image *image, const struct part *part, uint8_t *to)
{
	Elf_Data *data = NULL;

	(void)image;
	if (elf_compress(part->section, 0, 0) >= 0)
		data = elf_getdata(part->section, NULL);
	if (!data || !data->d_buf || data->d_size != part->size)
		return -EINVAL;
	memcpy(to, data->d_buf, data->d_size);
	return 0;
}

static int (*const readers[])(const struct elf_image *, const struct part *, uint8_t *) = {
	[PLAIN] = read_plain,
	[ZLIB] = read_zlib,
	[BY_LIBELF] = read_by_libelf,
};

/* All of the copy but the contents of the sections. */
static void write_headers(const struct copying *copying, uint8_t *copy)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)copy;
	Elf64_Shdr *sections = (Elf64_Shdr *)(copy + copying->headers_at);
	char *texts = (char *)copy + copying->names_at, *text = texts + NAMES_AT;
	unsigned int nr = 1;

	*header = (Elf64_Ehdr) {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, OWN_DATA, EV_CURRENT },
		.e_type = ET_DYN,
		.e_version = EV_CURRENT,
		.e_shoff = copying->headers_at,
		.e_ehsize = sizeof(*header),
		.e_shentsize = sizeof(*sections),
	};
	for (size_t i = 0; i < NR_PARTS; i++) {
		const struct part *part = &copying->parts[i];

		if (!part->section)
			continue;
		sections[nr++] = (Elf64_Shdr) {
			.sh_name = (Elf64_Word)(text - texts),
			.sh_type = SHT_PROGBITS,
			.sh_offset = part->offset,
			.sh_size = part->size,
			.sh_addralign = 1,
		};
		text = stpcpy(text, names[i]) + 1;
	}
	header->e_shstrndx = (Elf64_Half)nr;
	header->e_shnum = (Elf64_Half)(nr + 1);
	sections[nr] = (Elf64_Shdr) {
		.sh_name = (Elf64_Word)(text - texts),
		.sh_type = SHT_STRTAB,
		.sh_offset = copying->names_at,
		.sh_size = copying->headers_at - copying->names_at,
		.sh_addralign = 1,
	};
	strcpy(text, ".shstrtab");
}

int debug_image__copy(struct elf_image *image, struct elf_image *ret)
{
	struct copying copying = { .image = image };
	uint8_t *copy;
	int err;

	if (elf_getident(image->elf, NULL)[EI_DATA] != OWN_DATA)
		return -ENOTSUP;
	err = find_parts(&copying);
	if (!err)
		err = lay_out(&copying);
	if (err)
		return err;
	copy = calloc(1, copying.size);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < NR_PARTS && !err; i++)
		if (copying.parts[i].section)
			err = readers[copying.parts[i].packing](image, &copying.parts[i],
								copy + copying.parts[i].offset);
	if (err) {
		free(copy);
		return err;
	}
	write_headers(&copying, copy);
	return elf_image__open_memory(copy, copying.size, ret);
}

struct reader debug_image__section(const struct elf_image *copy, const char *name)
{
	const uint8_t *bytes = copy->memory;
	struct reader ret = { bytes, bytes, false };
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(copy->elf, section)))
		if (gelf_getshdr(section, &header) &&
		    !strcmp(elf_image__section_name(copy, &header), name)) {
			ret.at = bytes + header.sh_offset;
			ret.end = ret.at + header.sh_size;
		}
	return ret;
}
