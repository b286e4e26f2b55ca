/* SPDX-License-Identifier: GPL-2.0-only */
#include "elf_image.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/stop.h"
#include "regular_file.h"

/* Chrome with debug information has 300 MB of names; a sparse file may claim any size. */
#define SECTION_MAX	  (512UL << 20)
#define ALL_SECTIONS_MAX  (1UL << 30)
#define SECTION_NAMES_MAX (16UL << 20)
#define DEBUG_LINK_MAX	  4096
/* Of one section of notes, and of all that are read. */
#define NOTE_MAX	  (64UL << 10)
#define ALL_NOTES_MAX	  (1UL << 20)
#define MINI_DEBUG_MAX	  (64UL << 20)
#define LZMA_MEMORY_MAX	  (128UL << 20)
#define NR_SEGMENTS_MAX	  1024

bool elf_image__read(const struct elf_image *image, uint64_t at, void *to, size_t size)
{
	if (image->memory) {
		if (at > image->size || size > image->size - at)
			return false;
		memcpy(to, (char *)image->memory + at, size);
		return true;
	}
	for (size_t done = 0; done < size;) {
		ssize_t n = pread(image->fd, (char *)to + done, size - done, (off_t)(at + done));

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool elf_image__take(struct elf_image *image, const GElf_Shdr *header, size_t max)
{
	if (header->sh_type == SHT_NOBITS || header->sh_size > max || header->sh_size > image->left)
		return false;
	image->left -= header->sh_size;
	return true;
}

/* The section's contents, or NULL. */
static Elf_Data *read_section(struct elf_image *image, Elf_Scn *section, size_t max)
{
	GElf_Shdr header;
	Elf_Data *data;

	if (!gelf_getshdr(section, &header) || !elf_image__take(image, &header, max))
		return NULL;
	data = elf_getdata(section, NULL);
	return data && data->d_buf && data->d_size ? data : NULL;
}

/*
 * Reads the names of the sections; false: they are not what they should be. Without any names
 * the file still has segments, and symbols.
 */
static bool read_names(struct elf_image *image)
{
	Elf_Scn *section;
	Elf_Data *data;
	size_t index;

	if (elf_getshdrstrndx(image->elf, &index) || index == SHN_UNDEF)
		return true;
	section = elf_getscn(image->elf, index);
	data = section ? read_section(image, section, SECTION_NAMES_MAX) : NULL;
	if (!data || ((char *)data->d_buf)[data->d_size - 1])
		return false;
	image->names = data->d_buf;
	image->names_size = data->d_size;
	return true;
}

static int check(struct elf_image *image)
{
	GElf_Ehdr header;

	image->left = image->size < ALL_SECTIONS_MAX ? image->size : ALL_SECTIONS_MAX;
	if (image->elf && elf_kind(image->elf) == ELF_K_ELF && gelf_getehdr(image->elf, &header) &&
	    (header.e_type == ET_EXEC || header.e_type == ET_DYN) && read_names(image))
		return 0;
	elf_image__close(image);
	return -ENOEXEC;
}

/*
 * Does the ELF header give the number of sections? If not, it is in the first section's header,
 * and up to 2^32: only object files have so many. elf_begin() allocates memory for all of them.
 */
static bool gives_nr_sections(const void *bytes)
{
	Elf64_Ehdr header;
	Elf32_Ehdr small;

	memcpy(&header, bytes, sizeof(header));
	memcpy(&small, bytes, sizeof(small));
	/* Compares with 0 only, which is the same in each byte order. */
	return header.e_ident[EI_CLASS] == ELFCLASS32 ? small.e_shnum || !small.e_shoff
						      : header.e_shnum || !header.e_shoff;
}

int elf_image__open(int fd, struct elf_image *ret)
{
	char header[sizeof(Elf64_Ehdr)] = { 0 };
	struct file_version version;

	*ret = (struct elf_image) { .fd = fd };
	elf_version(EV_CURRENT);
	if (fd >= 0 && !regular_file__version(fd, &version) &&
	    pread(fd, header, sizeof(header), 0) > 0 && !memcmp(header, ELFMAG, SELFMAG) &&
	    gives_nr_sections(header)) {
		ret->size = version.size;
		/* Reads the file: a mapping would raise SIGBUS if somebody truncated it. */
		ret->elf = elf_begin(fd, ELF_C_READ, NULL);
	}
	return check(ret);
}

int elf_image__open_memory(void *memory, size_t size, struct elf_image *ret)
{
	*ret = (struct elf_image) { .fd = -1, .memory = memory, .size = size };
	elf_version(EV_CURRENT);
	if (size >= sizeof(Elf64_Ehdr) && gives_nr_sections(memory))
		ret->elf = elf_memory(memory, size);
	return check(ret);
}

void elf_image__close(struct elf_image *image)
{
	elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	free(image->memory);
	*image = (struct elf_image) { .fd = -1 };
}

size_t elf_image__segments(const struct elf_image *image, struct elf_segment **ret)
{
	size_t nr_headers, nr = 0;

	*ret = NULL;
	if (elf_getphdrnum(image->elf, &nr_headers) || nr_headers > NR_SEGMENTS_MAX)
		return 0;
	*ret = calloc(nr_headers + 1, sizeof(**ret));
	if (!*ret)
		return 0;
	for (size_t i = 0; i < nr_headers; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(image->elf, (int)i, &header) || header.p_type != PT_LOAD)
			continue;
		(*ret)[nr++] = (struct elf_segment) {
			.offset = header.p_offset,
			.file_size = header.p_filesz,
			.address = header.p_vaddr,
			.memory_size = header.p_memsz,
			.is_code = header.p_flags & PF_X,
		};
	}
	return nr;
}

const char *elf_image__section_name(const struct elf_image *image, const GElf_Shdr *header)
{
	return header->sh_name < image->names_size ? image->names + header->sh_name : "";
}

static Elf_Scn *find_section(const struct elf_image *image, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(image->elf, section)))
		if (gelf_getshdr(section, header) &&
		    !strcmp(elf_image__section_name(image, header), name))
			return section;
	return NULL;
}

static Elf_Data *read_named_section(struct elf_image *image, const char *name, size_t max)
{
	GElf_Shdr header;
	Elf_Scn *section = find_section(image, name, &header);

	return section ? read_section(image, section, max) : NULL;
}

bool elf_image__has_section(const struct elf_image *image, const char *name)
{
	GElf_Shdr header;

	return find_section(image, name, &header) && header.sh_type != SHT_NOBITS;
}

static bool decompress_section(Elf_Scn *section, size_t max, GElf_Shdr *header)
{
	GElf_Chdr compressed;

	if (!(header->sh_flags & SHF_COMPRESSED))
		return true;
	return header->sh_size <= max && gelf_getchdr(section, &compressed) &&
	       compressed.ch_size <= max && elf_compress(section, 0, 0) >= 0 &&
	       gelf_getshdr(section, header);
}

uint8_t *elf_image__copy_section(struct elf_image *image, const char *name, size_t max,
				 size_t *size, uint64_t *address)
{
	GElf_Shdr header;
	Elf_Scn *section = find_section(image, name, &header);
	Elf_Data *data;
	uint8_t *copy;

	if (!section || !decompress_section(section, max, &header))
		return NULL;
	data = read_section(image, section, max);
	if (!data)
		return NULL;
	copy = malloc(data->d_size);
	if (!copy)
		return NULL;
	*size = data->d_size;
	*address = header.sh_addr;
	return memcpy(copy, data->d_buf, data->d_size);
}

uint64_t elf_image__entry(const struct elf_image *image)
{
	GElf_Ehdr header;

	return gelf_getehdr(image->elf, &header) ? header.e_entry : 0;
}

static bool find_build_id(Elf_Data *notes, struct build_id *ret)
{
	size_t at = 0, next, name_at, bytes_at;
	GElf_Nhdr note;

	while ((next = gelf_getnote(notes, at, &note, &name_at, &bytes_at))) {
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp((char *)notes->d_buf + name_at, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) &&
		    note.n_descsz >= 2 && note.n_descsz <= BUILD_ID_MAX) {
			memcpy(ret->bytes, (char *)notes->d_buf + bytes_at, note.n_descsz);
			ret->len = note.n_descsz;
			return true;
		}
		at = next;
	}
	return false;
}

void elf_image__build_id(struct elf_image *image, struct build_id *ret)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t left = ALL_NOTES_MAX;

	ret->len = 0;
	while ((section = elf_nextscn(image->elf, section))) {
		Elf_Data *notes;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE)
			continue;
		notes = read_section(image, section, left < NOTE_MAX ? left : NOTE_MAX);
		if (!notes)
			continue;
		if (find_build_id(notes, ret))
			return;
		left -= notes->d_size;
	}
}

void elf_image__debug_link(struct elf_image *image, struct debug_link *ret)
{
	Elf_Data *data = read_named_section(image, ".gnu_debuglink", DEBUG_LINK_MAX);
	size_t len, crc_at;

	ret->name[0] = '\0';
	if (!data)
		return;
	len = strnlen(data->d_buf, data->d_size);
	crc_at = (len + 4) & ~3UL;
	/* A name, not a path: it is looked for in fixed places only. */
	if (len >= sizeof(ret->name) || crc_at + sizeof(ret->crc) > data->d_size ||
	    memchr(data->d_buf, '/', len))
		return;
	memcpy(ret->name, data->d_buf, len + 1);
	memcpy(&ret->crc, (char *)data->d_buf + crc_at, sizeof(ret->crc));
}

/* Where a section is loaded. */
struct extent {
	uint64_t start;
	uint64_t end; /* equals start if it is not loaded */
	bool code;
};

static size_t read_extents(const struct elf_image *image, struct extent **ret)
{
	Elf_Scn *section = NULL;
	size_t nr;

	*ret = NULL;
	if (elf_getshdrnum(image->elf, &nr))
		return 0;
	*ret = calloc(nr + 1, sizeof(**ret));
	if (!*ret)
		return 0;
	while ((section = elf_nextscn(image->elf, section))) {
		size_t i = elf_ndxscn(section);
		GElf_Shdr header;

		/* A thread-local section is not loaded at its sh_addr. */
		if (i >= nr || !gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC) ||
		    header.sh_flags & SHF_TLS || header.sh_addr + header.sh_size < header.sh_addr)
			continue;
		(*ret)[i] = (struct extent) {
			.start = header.sh_addr,
			.end = header.sh_addr + header.sh_size,
			.code = header.sh_flags & SHF_EXECINSTR,
		};
	}
	return nr;
}

/*
 * Ranks the names of one address: typed before untyped, then global before weak before local,
 * then by fewest leading underscores.
 */
static uint32_t rank(const GElf_Sym *symbol, const char *name)
{
	unsigned char type = GELF_ST_TYPE(symbol->st_info), bind = GELF_ST_BIND(symbol->st_info);
	uint32_t global = bind == STB_GLOBAL || bind == STB_GNU_UNIQUE ? 2 : bind == STB_WEAK;
	uint32_t underscores = 0;

	/* Not strspn(): each of millions of symbols may have a name of millions of them. */
	while (underscores < 15 && name[underscores] == '_')
		underscores++;
	return (uint32_t)(type != STT_NOTYPE) << 6 | global << 4 | (15 - underscores);
}

static void add_symbol(struct symbol_table *table, const GElf_Sym *symbol,
		       const struct extent *extent, uint32_t strings)
{
	uint64_t left = extent->end - symbol->st_value;
	uint64_t name = (uint64_t)strings + symbol->st_name;
	unsigned char type = GELF_ST_TYPE(symbol->st_info);
	bool is_sized = symbol->st_size;
	uint32_t merit;

	if (symbol->st_value < extent->start || symbol->st_value >= extent->end ||
	    name >= table->strings.len)
		return;
	if (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE && type != STT_GNU_IFUNC)
		return;
	/* Hand-written assembly may lack sizes. In data, only markers such as _edata do. */
	if (!is_sized && !extent->code)
		return;
	merit = rank(symbol, table->strings.data + name);
	symbol_table__add(table, symbol->st_value,
			  is_sized && symbol->st_size < left ? symbol->st_value + symbol->st_size
							     : extent->end,
			  (uint32_t)name, is_sized ? merit : merit | SYMBOL_RANK_UNSIZED);
}

static void add_section_symbols(struct elf_image *image, Elf_Scn *section, const GElf_Shdr *header,
				struct symbol_table *table)
{
	Elf_Scn *names = elf_getscn(image->elf, header->sh_link);
	struct extent *extents __cleanup_free = NULL;
	size_t nr_extents = read_extents(image, &extents);
	GElf_Shdr names_header;
	Elf_Data *symbols, *strings;
	uint32_t strings_at;
	GElf_Sym symbol;

	if (!names || !gelf_getshdr(names, &names_header) || names_header.sh_type != SHT_STRTAB)
		return;
	symbols = read_section(image, section, SECTION_MAX);
	strings = read_section(image, names, SECTION_MAX);
	if (!symbols || !strings)
		return;
	strings_at = symbol_table__add_strings(table, strings->d_buf, strings->d_size);
	for (int i = 1; gelf_getsym(symbols, i, &symbol) && !stop_asked_at((unsigned int)i); i++)
		if (symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < nr_extents &&
		    symbol.st_name < strings->d_size)
			add_symbol(table, &symbol, &extents[symbol.st_shndx], strings_at);
}

bool elf_image__add_symbols(struct elf_image *image, uint32_t type, struct symbol_table *table)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	/* A file has at most one section of each of these types. */
	while ((section = elf_nextscn(image->elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != type)
			continue;
		add_section_symbols(image, section, &header, table);
		return true;
	}
	return false;
}

static int decompress(lzma_stream *stream, Elf_Data *data, struct buf *ret)
{
	lzma_ret status = LZMA_OK;

	stream->next_in = data->d_buf;
	stream->avail_in = data->d_size;
	while (status == LZMA_OK && ret->len < MINI_DEBUG_MAX) {
		buf__reserve(ret, 1 << 16);
		stream->next_out = (uint8_t *)ret->data + ret->len;
		stream->avail_out = ret->size - ret->len;
		status = lzma_code(stream, LZMA_FINISH);
		ret->len = ret->size - stream->avail_out;
	}
	return status == LZMA_STREAM_END ? 0 : -EINVAL;
}

int elf_image__open_mini_debug(struct elf_image *image, struct elf_image *ret)
{
	Elf_Data *data = read_named_section(image, ".gnu_debugdata", MINI_DEBUG_MAX);
	lzma_stream stream = LZMA_STREAM_INIT;
	struct buf plain = { 0 };
	int err;

	if (!data)
		return -ENOENT;
	if (lzma_stream_decoder(&stream, LZMA_MEMORY_MAX, 0) != LZMA_OK)
		return -ENOMEM;
	err = decompress(&stream, data, &plain);
	lzma_end(&stream);
	if (err) {
		buf__free(&plain);
		return err;
	}
	return elf_image__open_memory(plain.data, plain.len, ret);
}
