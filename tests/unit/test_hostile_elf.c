/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF and DWARF files that are made to take memory or time from who reads them, or to have it
 * open other files. Each is read in a child process, whose memory and time are limited.
 */
#include <dwarf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../../src/base/buf.h"
#include "../../src/symbols/contents.h"
#include "../../src/symbols/debug_file.h"
#include "../../src/symbols/elf_image.h"
#include "../../src/symbols/source_lines.h"
#include "bounded.h"
#include "programs.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define KIB 1024ULL
#define MIB (KIB << 10)
#define GIB (MIB << 10)

/* ---- ELF files ------------------------------------------------------------------------------ */

struct section {
	const char *name;
	const void *bytes; /* NULL: a hole */
	uint64_t size;
	uint64_t flags;
	uint32_t type; /* 0: SHT_PROGBITS */
	uint32_t link;
	bool is_twin; /* begins where the one before it does */
};

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", work, name);
	return path;
}

static void write_at(int fd, const void *bytes, size_t size, uint64_t at)
{
	CHECK(pwrite(fd, bytes, size, (off_t)at) == (ssize_t)size);
}

/* The names of the sections are last, in names_size bytes; 0: as many as they need. */
static const char *write_elf(const char *name, const struct section *sections, size_t nr,
			     uint64_t names_size)
{
	const char *path = path_of(name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	Elf64_Shdr *headers = calloc(nr + 2, sizeof(*headers));
	uint64_t at = sizeof(Elf64_Ehdr), start = at;
	struct buf names = { 0 };
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, 1 },
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(*headers),
		.e_shnum = (Elf64_Half)(nr + 2),
		.e_shstrndx = (Elf64_Half)(nr + 1),
	};

	buf__addc(&names, '\0');
	for (size_t i = 0; i < nr; i++) {
		const struct section *s = &sections[i];

		start = s->is_twin ? start : at;
		headers[i + 1] = (Elf64_Shdr) {
			.sh_name = (Elf64_Word)names.len,
			.sh_type = s->type ? s->type : SHT_PROGBITS,
			.sh_flags = s->flags,
			.sh_offset = start,
			.sh_size = s->size,
			.sh_link = s->link,
			.sh_addralign = 1,
			.sh_entsize = s->type == SHT_SYMTAB ? sizeof(Elf64_Sym) : 0,
		};
		if (s->bytes)
			write_at(fd, s->bytes, s->size, start);
		at = start + s->size > at ? start + s->size : at;
		buf__addf(&names, "%s%c", s->name, '\0');
	}
	headers[nr + 1] = (Elf64_Shdr) {
		.sh_type = SHT_STRTAB,
		.sh_offset = at,
		.sh_size = names_size ? names_size : names.len,
	};
	write_at(fd, names.data, names.len, at);
	header.e_shoff = (at + headers[nr + 1].sh_size + 7) & ~7ULL;
	write_at(fd, headers, (nr + 2) * sizeof(*headers), header.e_shoff);
	write_at(fd, &header, sizeof(header), 0);
	close(fd);
	free(headers);
	buf__free(&names);
	return path;
}

static bool open_image(const char *path, struct elf_image *ret)
{
	return !elf_image__open(open(path, O_RDONLY | O_CLOEXEC), ret);
}

static bool has_no_id(const char *path)
{
	struct elf_image image;
	struct build_id id = { 0 };

	if (open_image(path, &image)) {
		elf_image__build_id(&image, &id);
		elf_image__close(&image);
	}
	return !id.len;
}

static bool is_refused(const char *path)
{
	struct elf_image image;

	if (!open_image(path, &image))
		return true;
	elf_image__close(&image);
	return false;
}

/* ---- Sections ------------------------------------------------------------------------------- */

static const char id_note[] = { 4, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 7, 8, 0, 0 };

static bool has_id(const char *path)
{
	struct elf_image image;
	struct build_id id = { 0 };

	if (open_image(path, &image)) {
		elf_image__build_id(&image, &id);
		elf_image__close(&image);
	}
	return id.len == 2 && id.bytes[0] == 7 && id.bytes[1] == 8;
}

static void test_notes(void)
{
	struct section *many = calloc(60000, sizeof(*many));
	struct section two[] = {
		{ .name = "note", .type = SHT_NOTE, .size = 60 * KIB },
		{ .name = "id", .type = SHT_NOTE, .bytes = id_note, .size = sizeof(id_note) },
	};

	CHECK(is_bounded(has_id, write_elf("two_notes", two, 2, 0)));
	two[0].size = 70 * KIB;
	CHECK(is_bounded(has_id, write_elf("large_note", two, 2, 0)));
	for (size_t i = 0; i < 60000; i++)
		many[i] = (struct section) {
			.name = "", .type = SHT_NOTE, .size = 512 * MIB, .is_twin = i > 0
		};
	CHECK(is_bounded(has_no_id, write_elf("overlapping", many, 40, 0)));
	for (size_t i = 0; i < 60000; i++)
		many[i] = (struct section) { .name = "", .type = SHT_NOTE, .size = 64 * KIB };
	CHECK(is_bounded(has_no_id, write_elf("many_notes", many, 60000, 0)));
	free(many);
	test_done("notes that are large, or many, or overlap");
}

/* The number of sections is in the first section's header. */
static void test_number_of_sections(void)
{
	const char *path = write_elf("sections", NULL, 0, 0);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	Elf64_Shdr first = { .sh_size = 1U << 31 };
	Elf64_Ehdr header;

	CHECK(is_bounded(has_no_id, path) && !is_refused(path));
	CHECK(pread(fd, &header, sizeof(header), 0) == sizeof(header));
	header.e_shnum = 0;
	write_at(fd, &header, sizeof(header), 0);
	write_at(fd, &first, sizeof(first), header.e_shoff);
	CHECK(!ftruncate(fd, 256 * (off_t)GIB));
	close(fd);
	CHECK(is_bounded(is_refused, path));
	test_done("two thousand millions of sections");
}

static bool has_no_section(const char *path)
{
	struct elf_image image;
	struct debug_link link = { 0 };

	if (!open_image(path, &image))
		return true;
	for (int i = 0; i < 10; i++)
		elf_image__debug_link(&image, &link);
	elf_image__close(&image);
	return !link.name[0];
}

static void test_names(void)
{
	struct section *many = calloc(60000, sizeof(*many));
	const char *path;
	int fd;

	CHECK(is_bounded(is_refused, write_elf("names", NULL, 0, 12 * GIB)));
	for (size_t i = 0; i < 60000; i++)
		many[i] = (struct section) { .name = "", .type = SHT_NOBITS };
	path = write_elf("names", many, 60000, 16 * MIB);
	CHECK(is_bounded(has_no_section, path) && !is_refused(path));
	/* Whoever looks for the end of each name reads the whole section. */
	path = write_elf("names", many, 60000, 16 * MIB);
	fd = open(path, O_RDWR | O_CLOEXEC);
	for (uint64_t i = 0; i < 16; i++) {
		char ones[1 << 20];

		memset(ones, 1, sizeof(ones));
		write_at(fd, ones, sizeof(ones), sizeof(Elf64_Ehdr) + i * MIB);
	}
	close(fd);
	CHECK(is_bounded(has_no_section, path));
	free(many);
	test_done("names of sections");
}

static bool has_symbols(const char *path)
{
	struct symbol_table table = { 0 };
	struct elf_image image;
	bool ok = open_image(path, &image) && elf_image__add_symbols(&image, SHT_SYMTAB, &table);

	ok = ok && table.nr == 100000;
	symbol_table__free(&table);
	elf_image__close(&image);
	return ok;
}

/* Many symbols share a name of millions of underscores. */
static void test_underscores(void)
{
	const size_t nr = 100001, names_size = 16 * MIB;
	Elf64_Sym *symbols = calloc(nr, sizeof(*symbols));
	char *names = malloc(names_size);
	const struct section sections[] = {
		{ .name = ".text", .size = 16 * MIB, .flags = SHF_ALLOC | SHF_EXECINSTR },
		{ .name = ".symtab",
		  .type = SHT_SYMTAB,
		  .bytes = symbols,
		  .size = nr * sizeof(*symbols),
		  .link = 3 },
		{ .name = ".strtab", .type = SHT_STRTAB, .bytes = names, .size = names_size },
	};

	memset(names, '_', names_size);
	for (size_t i = 1; i < nr; i++)
		symbols[i] = (Elf64_Sym) {
			.st_info = STT_FUNC, .st_shndx = 1, .st_value = i, .st_size = 1
		};
	CHECK(is_bounded(has_symbols, write_elf("underscores", sections, NR(sections), 0)));
	free(symbols);
	free(names);
	test_done("a name of millions of underscores");
}

/* ---- Debug information ---------------------------------------------------------------------- */

#define FUNCTION_AT 0x1000

static void add(struct buf *to, uint64_t value, size_t size)
{
	buf__add(to, (const char *)&value, size);
}

/* One abbreviation: tag, has children, then pairs of attribute and form up to 0. */
static void add_abbreviation(struct buf *to, unsigned int code, const unsigned int *words)
{
	add(to, code, 1);
	add(to, words[0], 1);
	add(to, words[1], 1);
	words += 2;
	do {
		for (int i = 0; i < 2; i++) {
			if (words[i] >= 0x80)
				add(to, (words[i] & 0x7f) | 0x80, 1);
			add(to, words[i] >= 0x80 ? words[i] >> 7 : words[i], 1);
		}
		words += 2;
	} while (words[-2]);
}

/* What the function's name is, and what its unit has besides. */
struct debug {
	unsigned int name_form;
	const char *name; /* for DW_FORM_string: its bytes; else its offset is name_offset */
	size_t name_size;
	uint32_t name_offset;
	const char *dwo; /* the file that has the rest of the unit */
	bool has_lines;	 /* at the begin of .debug_line */
	unsigned int version;
};

static void add_unit(struct buf *info, struct buf *abbreviations, const struct debug *debug)
{
	unsigned int dwo_name = debug->version < 5 ? DW_AT_GNU_dwo_name : DW_AT_dwo_name;
	const unsigned int lines[] = { DW_TAG_compile_unit,
				       1,
				       DW_AT_low_pc,
				       DW_FORM_addr,
				       DW_AT_high_pc,
				       DW_FORM_data8,
				       DW_AT_stmt_list,
				       DW_FORM_sec_offset,
				       0,
				       0 };
	const unsigned int unit[] = { DW_TAG_compile_unit,
				      1,
				      DW_AT_low_pc,
				      DW_FORM_addr,
				      DW_AT_high_pc,
				      DW_FORM_data8,
				      0,
				      0 };
	const unsigned int split[] = { DW_TAG_compile_unit,
				       1,
				       DW_AT_low_pc,
				       DW_FORM_addr,
				       DW_AT_high_pc,
				       DW_FORM_data8,
				       DW_AT_GNU_dwo_id,
				       DW_FORM_data8,
				       dwo_name,
				       DW_FORM_string,
				       0,
				       0 };
	const unsigned int function[] = { DW_TAG_subprogram,
					  0,
					  DW_AT_low_pc,
					  DW_FORM_addr,
					  DW_AT_high_pc,
					  DW_FORM_data8,
					  DW_AT_name,
					  debug->name_form,
					  0,
					  0 };
	size_t start = info->len;
	uint32_t length;

	add_abbreviation(abbreviations, 1, debug->dwo ? split : debug->has_lines ? lines : unit);
	add_abbreviation(abbreviations, 2, function);
	add(abbreviations, 0, 1);
	add(info, 0, 4);
	add(info, debug->version, 2);
	if (debug->version == 5)
		add(info, debug->dwo ? DW_UT_skeleton : DW_UT_compile, 1), add(info, 8, 1);
	add(info, 0, 4);
	add(info, 8, debug->version == 5 ? 0 : 1);
	if (debug->version == 5 && debug->dwo)
		add(info, 99, 8);
	add(info, 1, 1);
	add(info, FUNCTION_AT, 8);
	add(info, 0x100, 8);
	if (debug->has_lines)
		add(info, 0, 4);
	if (debug->dwo) {
		add(info, 99, 8);
		buf__add(info, debug->dwo, strlen(debug->dwo) + 1);
	}
	add(info, 2, 1);
	add(info, FUNCTION_AT, 8);
	add(info, 0x100, 8);
	if (debug->name_form == DW_FORM_string)
		buf__add(info, debug->name, debug->name_size);
	else
		add(info, debug->name_offset, 4);
	length = (uint32_t)(info->len - start - 4);
	memcpy(info->data + start, &length, 4);
}

/* The function's name as it is found in the file; "": it has no lines. */
static const char *find_name(const char *path)
{
	static char name[64];
	struct source_frame frame = { .function = "" };
	struct elf_image image;
	struct source_lines *lines = open_image(path, &image) ? source_lines__new(&image) : NULL;

	if (lines)
		source_lines__find(lines, FUNCTION_AT + 5, &frame, 1);
	snprintf(name, sizeof(name), "%s", frame.function);
	source_lines__free(lines);
	return name;
}

static bool has_name(const char *path)
{
	return !strcmp(find_name(path), "target");
}

static bool has_none(const char *path)
{
	return !*find_name(path);
}

/* elfutils 0.188 (Debian 12) gives the name; 0.192 (Debian 13) has no string without an end. */
static bool has_name_or_none(const char *path)
{
	const char *name = find_name(path);

	return !*name || !strcmp(name, "target");
}

/* A file with such a unit, and further sections. */
static const char *write_debug(const struct debug *debug, const struct section *more, size_t nr)
{
	struct buf info = { 0 }, abbreviations = { 0 };
	struct section sections[8];
	const char *path;

	add_unit(&info, &abbreviations, debug);
	sections[0] =
		(struct section) { .name = ".debug_info", .bytes = info.data, .size = info.len };
	sections[1] = (struct section) { .name = ".debug_abbrev",
					 .bytes = abbreviations.data,
					 .size = abbreviations.len };
	for (size_t i = 0; i < nr; i++)
		sections[2 + i] = more[i];
	path = write_elf("debug", sections, nr + 2, 0);
	buf__free(&info);
	buf__free(&abbreviations);
	return path;
}

static const struct debug inside = {
	.version = 4,
	.name_form = DW_FORM_string,
	.name = "target",
	.name_size = 7,
};
static const struct debug by_offset = { .version = 4, .name_form = DW_FORM_strp, .name_offset = 1 };

static void test_strings(void)
{
	struct debug unended = inside;
	const struct section twins[] = {
		{ .name = ".debug_str", .bytes = "\0target", .size = 8 },
		{ .name = ".debug_str", .bytes = "\0target", .size = 7 },
	};

	unended.name_size = 6;
	CHECK(is_bounded(has_name, write_debug(&inside, NULL, 0)));
	CHECK(is_bounded(has_name, write_debug(&unended, NULL, 0)));
	CHECK(is_bounded(has_name, write_debug(&by_offset, twins, 1)));
	CHECK(is_bounded(has_name_or_none, write_debug(&by_offset, twins + 1, 1)));
	CHECK(is_bounded(has_none, write_debug(&by_offset, twins, 2)));
	test_done("strings without an end, and twins");
}

/* Whoever opens it for reading waits for ever. */
static const char *make_fifo(void)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s", path_of("fifo"));
	CHECK(!mkfifo(path, 0600) || !access(path, F_OK));
	return path;
}

static void test_other_files(void)
{
	static const unsigned int forms[] = { DW_FORM_GNU_strp_alt, DW_FORM_strp_sup };
	struct debug split = inside;
	struct buf link = { 0 };

	split.dwo = make_fifo();
	buf__add(&link, split.dwo, strlen(split.dwo) + 1);
	buf__add(&link, "abcdef", 6);
	const struct section alternative = { .name = ".gnu_debugaltlink",
					     .bytes = link.data,
					     .size = link.len };

	for (size_t i = 0; i < NR(forms); i++) {
		struct debug debug = { .version = 4 + (unsigned int)i, .name_form = forms[i] };

		CHECK(is_bounded(has_none, write_debug(&debug, NULL, 0)));
		CHECK(is_bounded(has_none, write_debug(&debug, &alternative, 1)));
	}
	CHECK(is_bounded(has_none, write_debug(&split, NULL, 0)));
	split.version = 5;
	CHECK(is_bounded(has_none, write_debug(&split, NULL, 0)));
	buf__free(&link);
	test_done("debug information that wants other files");
}

static void test_large_debug(void)
{
	const uint64_t flags[] = { 0, SHF_ALLOC };

	for (size_t i = 0; i < NR(flags); i++) {
		const struct section sections[] = {
			{ .name = ".debug_str", .size = 20 * GIB, .flags = flags[i] },
			{ .name = ".debug_line", .size = 20 * GIB, .flags = flags[i] },
		};

		CHECK(is_bounded(has_none, write_debug(&by_offset, sections, 1)));
		CHECK(is_bounded(has_none, write_debug(&inside, sections + 1, 1)));
	}
	test_done("debug information in large holes");
}

/* Appends streams that decompress to so many zeros. */
static void add_zeros(struct buf *to, size_t mib)
{
	uLongf size = 64 * KIB;
	char *zeros = calloc(1, MIB), *stream = malloc(size);

	CHECK(compress2((Bytef *)stream, &size, (Bytef *)zeros, MIB, 9) == Z_OK);
	for (size_t i = 0; i < mib; i++)
		buf__add(to, stream, size);
	free(zeros);
	free(stream);
}

static void test_compressed(void)
{
	static const size_t sizes[] = { 1, 2000 };
	/* The first has room for the name; the other exceeds the limit. */
	for (size_t i = 0; i < NR(sizes); i++) {
		Elf64_Chdr header = { .ch_type = ELFCOMPRESS_ZLIB,
				      .ch_addralign = 1,
				      .ch_size = sizes[i] * MIB };
		uint64_t old_size = __builtin_bswap64(sizes[i] * MIB);
		struct buf now = { 0 }, old = { 0 };

		buf__add(&now, (char *)&header, sizeof(header));
		buf__add(&old, "ZLIB", 4);
		buf__add(&old, (char *)&old_size, sizeof(old_size));
		add_zeros(&now, sizes[i]);
		add_zeros(&old, sizes[i]);
		const struct section sections[] = {
			{ .name = ".debug_line",
			  .bytes = now.data,
			  .size = now.len,
			  .flags = SHF_COMPRESSED },
			{ .name = ".zdebug_line", .bytes = old.data, .size = old.len },
		};

		for (size_t j = 0; j < NR(sections); j++)
			CHECK(is_bounded(i ? has_none : has_name,
					 write_debug(&inside, sections + j, 1)));
		buf__free(&now);
		buf__free(&old);
	}
	test_done("debug information that is larger than its file");
}

/* The begin of a line table, up to its lists of directories and files. */
static void begin_lines(struct buf *to, unsigned int version)
{
	static const char lengths[] = { 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1 };

	add(to, 0, 4);
	add(to, version, 2);
	if (version == 5)
		add(to, 8, 2);
	add(to, 0, 4);
	buf__add(to, "\1\1\1\373\16\15", 6);
	buf__add(to, lengths, sizeof(lengths));
}

static const char *write_lines(struct buf *table, unsigned int version, const struct section *more,
			       size_t nr)
{
	struct debug debug = inside;
	struct section sections[2] = { [1] = nr ? *more : (struct section) { 0 } };
	uint32_t length = (uint32_t)(table->len - 4);
	const char *path;

	debug.has_lines = true;
	debug.version = version;
	memcpy(table->data, &length, 4);
	sections[0] = (struct section) { .name = ".debug_line",
					 .bytes = table->data,
					 .size = table->len };
	path = write_debug(&debug, sections, 1 + nr);
	buf__free(table);
	return path;
}

static void add_repeated(struct buf *to, const char *bytes, size_t size, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf__add(to, bytes, size);
}

/* libdw takes more than 100 bytes for each line, and a path for each file. */
static void test_line_tables(void)
{
	const size_t directory_sizes[] = { 4000, MIB };
	struct buf table = { 0 }, name = { 0 };

	begin_lines(&table, 4);
	buf__add(&table, "\0\0", 2);
	add_repeated(&table, "\377", 1, 60 * MIB);
	CHECK(is_bounded(has_name, write_lines(&table, 4, NULL, 0)));
	for (size_t i = 0; i < NR(directory_sizes); i++) {
		begin_lines(&table, 4);
		add_repeated(&table, "d", 1, directory_sizes[i]);
		buf__add(&table, "\0\0", 2);
		add_repeated(&table, "f\0\1\0\0", 5, 1000000);
		buf__addc(&table, '\0');
		CHECK(is_bounded(has_name, write_lines(&table, 4, NULL, 0)));
	}
	/* A million directories with one name in another section. */
	add_repeated(&name, "d", 1, 32 * MIB);
	const struct section names = { .name = ".debug_line_str",
				       .bytes = name.data,
				       .size = name.len };

	begin_lines(&table, 5);
	buf__add(&table, "\1\1\37", 3);
	buf__add(&table, "\300\204\75", 3);
	add_repeated(&table, "\0\0\0\0", 4, 1000000);
	buf__add(&table, "\0\0", 2);
	CHECK(is_bounded(has_name, write_lines(&table, 5, &names, 1)));
	buf__free(&name);
	test_done("line tables that need much more memory than they have bytes");
}

/* libdw takes a kilobyte for a unit of twelve bytes. */
static void test_units(void)
{
	struct buf info = { 0 }, abbreviations = { 0 };
	struct section sections[] = { { .name = ".debug_info" }, { .name = ".debug_abbrev" } };

	for (int i = 0; i < 2; i++) {
		info.len = abbreviations.len = 0;
		add_repeated(&info, "\10\0\0\0\4\0\0\0\0\0\10\7", 12, i ? 30 : 3000000);
		/* Or it looks for abbreviation 7 in millions of others, anew for each unit. */
		for (int j = 0; j < (i ? 2000000 : 1); j++) {
			unsigned int code = 8 + (unsigned int)j;

			add(&abbreviations,
			    0x808080 | (code & 0x7f) | (code >> 7 & 0x7f) << 8 |
				    (code >> 14 & 0x7f) << 16,
			    3);
			add(&abbreviations, code >> 21, 1);
			buf__add(&abbreviations, "\21\0\0\0", 4);
		}
		add(&abbreviations, 0, 1);
		sections[0].bytes = info.data, sections[0].size = info.len;
		sections[1].bytes = abbreviations.data, sections[1].size = abbreviations.len;
		CHECK(is_bounded(has_none, write_elf("units", sections, 2, 0)));
	}
	buf__free(&info);
	buf__free(&abbreviations);
	test_done("millions of units, and of abbreviations");
}

/* ---- Debug files ---------------------------------------------------------------------------- */

static bool offer(void *ctx, int fd)
{
	return contents__offer(ctx, FOR_LINES, dup(fd));
}

static bool has_no_debug_file(const char *path)
{
	struct contents contents = { .fd = -1 };
	struct elf_segment *segments = NULL;
	struct debug_file_names names = { .path = path };
	struct loaded loaded;
	bool ok;

	ok = !contents__load(&contents, open(path, O_RDONLY), &loaded, &segments);
	if (ok) {
		names.build_id = loaded.build_id;
		names.link = loaded.link;
		ok = *names.link.name && !debug_file__find(&names, -1, offer, &contents);
	}
	free(segments);
	contents__free(&contents);
	return ok;
}

static void test_checksum(void)
{
	const struct section link = { .name = ".gnu_debuglink",
				      .bytes = "x.debug\0\1\2\3\4",
				      .size = 12 };
	const char *path = write_elf("x.debug", NULL, 0, 0);

	/* What the file system allows; a terabyte takes minutes to read, too. */
	CHECK(!truncate(path, 8192 * (off_t)GIB) || !truncate(path, 1024 * (off_t)GIB));
	CHECK(is_bounded(has_no_debug_file, write_elf("linked", &link, 1, 0)));
	test_done("a checksum of a file of terabytes");
}

int main(void)
{
	if (!mkdtemp(work))
		return 1;
	atexit(remove_work);
	test_notes();
	test_number_of_sections();
	test_names();
	test_underscores();
	test_strings();
	test_other_files();
	test_large_debug();
	test_compressed();
	test_line_tables();
	test_units();
	test_checksum();
	return test_status();
}
