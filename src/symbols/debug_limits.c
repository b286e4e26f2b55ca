/* SPDX-License-Identifier: GPL-2.0-only */
#include "debug_limits.h"

#include <dwarf.h>
#include <string.h>

/* Bytes of a path in a line table. */
#define PATH_BYTES_MAX 4096
/* What libdw (0.188) takes for a line, twice, and for a file, besides its path. */
#define LINE_BYTES     128
#define FILE_BYTES     128

/*
 * libdw does not read on behind the last byte that such a number can have. What has more bytes is
 * refused, as libdw would then see other numbers behind it.
 */
static uint64_t read_number(struct reader *reader, ptrdiff_t max)
{
	const uint8_t *start = reader->at;
	uint64_t number = reader__uleb(reader);

	if (reader->at - start > max)
		reader->failed = true;
	return number;
}

static uint32_t read_word(struct reader *reader)
{
	return (uint32_t)read_number(reader, 5);
}

bool debug_limits__abbreviations(struct reader section, uint64_t offset, unsigned int *left)
{
	reader__skip(&section, offset);
	while (read_word(&section)) {
		uint32_t name, form;

		if (!*left)
			return false;
		--*left;
		read_word(&section); /* the tag */
		reader__skip(&section, 1);
		do {
			name = read_word(&section);
			form = read_word(&section);
			if (form == DW_FORM_implicit_const)
				read_number(&section, 10);
		} while ((name || form) && !section.failed);
	}
	return !section.failed;
}

/* ---- Line tables ---------------------------------------------------------------------------- */

struct line_table {
	const struct line_sections *sections;
	struct reader reader;
	size_t width; /* of an offset: 8 in 64-bit DWARF */
	uint64_t version;
	uint64_t longest; /* of the strings */
	uint64_t nr;	  /* of directories and files */
};

static void see_string(struct line_table *table, const char *string, size_t max)
{
	size_t len = strnlen(string, max < PATH_BYTES_MAX ? max : PATH_BYTES_MAX);

	if (len == PATH_BYTES_MAX)
		table->reader.failed = true;
	table->longest = len > table->longest ? len : table->longest;
}

/* A string that is in another section. */
static void see_string_at(struct line_table *table, struct reader section, uint64_t offset)
{
	reader__skip(&section, offset);
	see_string(table, (const char *)section.at, (size_t)(section.end - section.at));
}

static void read_form(struct line_table *table, uint64_t form)
{
	static const uint8_t sizes[] = {
		[DW_FORM_data1] = 1, [DW_FORM_data2] = 2,   [DW_FORM_data4] = 4,
		[DW_FORM_data8] = 8, [DW_FORM_data16] = 16,
	};
	struct reader *reader = &table->reader;

	if (form == DW_FORM_string)
		see_string(table, reader__string(reader), SIZE_MAX);
	else if (form == DW_FORM_strp)
		see_string_at(table, table->sections->strings,
			      reader__unsigned(reader, table->width));
	else if (form == DW_FORM_line_strp)
		see_string_at(table, table->sections->line_strings,
			      reader__unsigned(reader, table->width));
	else if (form == DW_FORM_udata)
		read_number(reader, 10);
	else if (form == DW_FORM_block)
		reader__skip(reader, read_number(reader, 10));
	else if (form < sizeof(sizes) && sizes[form])
		reader__skip(reader, sizes[form]);
	else
		reader->failed = true;
}

/* The directories, or the files, as they are since DWARF 5: first what is known of each. */
static void read_entries(struct line_table *table)
{
	struct reader *reader = &table->reader;
	uint64_t forms[255], nr_forms = reader__unsigned(reader, 1), nr;

	for (uint64_t i = 0; i < nr_forms; i++) {
		read_number(reader, 3);
		forms[i] = read_number(reader, 3);
		if (forms[i] > UINT16_MAX)
			reader->failed = true;
	}
	nr = read_number(reader, 10);
	if (nr && !nr_forms)
		reader->failed = true;
	for (uint64_t i = 0; i < nr && !reader->failed; i++, table->nr++)
		for (uint64_t j = 0; j < nr_forms; j++)
			read_form(table, forms[j]);
}

/* Both lists, as they were before: each ends with an empty string. */
static void read_lists(struct line_table *table)
{
	struct reader *reader = &table->reader;
	const char *string;

	for (int is_files = 0; is_files <= 1; is_files++)
		while (*(string = reader__string(reader))) {
			see_string(table, string, SIZE_MAX);
			for (int i = 0; is_files && i < 3; i++)
				read_number(reader, 10);
			table->nr++;
		}
}

/* All before the lists. */
static void read_header(struct line_table *table)
{
	struct reader *reader = &table->reader;
	uint64_t nr_codes;

	table->version = reader__unsigned(reader, 2);
	if (table->version == 5)
		reader__skip(reader, 2); /* sizes of an address and of a segment selector */
	reader__skip(reader, table->width);
	/* Sizes of instructions, the first is_stmt, the base and the range of lines. */
	reader__skip(reader, table->version < 4 ? 4 : 5);
	nr_codes = reader__unsigned(reader, 1);
	if (!nr_codes)
		reader->failed = true;
	else
		reader__skip(reader, nr_codes - 1);
}

uint64_t debug_limits__line_table(const struct line_sections *sections, uint64_t offset,
				  const char *directory)
{
	struct line_table table = { .sections = sections, .reader = sections->lines, .width = 4 };
	uint64_t size, left;

	reader__skip(&table.reader, offset);
	size = reader__unsigned(&table.reader, 4);
	if (size == UINT32_MAX) {
		table.width = 8;
		size = reader__unsigned(&table.reader, 8);
	}
	table.reader = reader__part(&table.reader, size);
	if (directory)
		see_string(&table, directory, SIZE_MAX);
	read_header(&table);
	if (table.version < 5) {
		read_lists(&table);
	} else {
		read_entries(&table);
		read_entries(&table);
	}
	if (table.reader.failed)
		return UINT64_MAX;
	left = (uint64_t)(table.reader.end - table.reader.at);
	/* Before DWARF 5, instructions of at least 7 bytes define further files. */
	if (table.version < 5)
		table.nr += left / 7;
	return left * LINE_BYTES + table.nr * (FILE_BYTES + 2 * table.longest);
}
