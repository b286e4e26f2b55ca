/* SPDX-License-Identifier: GPL-2.0-only */
#include "source_lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/stop.h"
#include "debug_image.h"
#include "debug_limits.h"
#include "functions.h"

/* Limits of nesting, and of entries that are read: a crafted file may have no end. */
#define DEPTH_MAX	  64
#define ENTRIES_MAX	  4000000
#define RANGES_MAX	  4000000
/* libdw takes a kilobyte for a unit; Chrome has 50 000. */
#define UNITS_MAX	  300000
/* Of all units: libdw takes some 50 bytes for each, once more for each unit that uses it. */
#define ABBREVIATIONS_MAX 16000000
/* Bytes that libdw may take for the line table of one unit. */
#define LINES_MAX	  (1UL << 30)
/* What it keeps of them for each line. */
#define LINE_BYTES	  48

struct unit {
	Dwarf_Off entry;
	struct functions functions;
	bool lines_checked;
	bool has_lines;
};

/* One range of a compilation unit's code. */
struct unit_range {
	uint64_t start;
	uint64_t end;
	size_t unit; /* index in units */
};

struct source_lines {
	struct elf_image image;
	Dwarf *dwarf;
	struct unit_range *ranges;
	size_t nr;
	size_t size;
	struct unit *units;
	size_t nr_units;
	size_t units_size;
	size_t bytes;
	unsigned int nr_seen; /* ranges, also those that are empty */
};

static void add_range(struct source_lines *lines, uint64_t start, uint64_t end)
{
	struct unit_range *ranges =
		array_reserve(lines->ranges, lines->nr, &lines->size, sizeof(*ranges));

	if (!ranges)
		return;
	lines->ranges = ranges;
	ranges[lines->nr++] = (struct unit_range) { start, end, lines->nr_units - 1 };
}

static void add_unit(struct source_lines *lines, Dwarf_Die *entry)
{
	struct unit *units =
		array_reserve(lines->units, lines->nr_units, &lines->units_size, sizeof(*units));
	Dwarf_Addr base, start, end;
	ptrdiff_t i = 0;

	if (!units)
		return;
	lines->units = units;
	units[lines->nr_units++] = (struct unit) { .entry = dwarf_dieoffset(entry) };
	while (lines->nr_seen++ < RANGES_MAX && !stop_asked_at(lines->nr_seen) &&
	       (i = dwarf_ranges(entry, i, &base, &start, &end)) > 0)
		if (start < end)
			add_range(lines, start, end);
}

static int compare_ranges(const void *one, const void *other)
{
	const struct unit_range *a = one, *b = other;

	return (a->start > b->start) - (a->start < b->start);
}

/*
 * Counts all units, and their abbreviations, before libdw reads the first: one may refer to any
 * other. False: they are too many, or not valid.
 */
static bool check_units(const struct source_lines *lines)
{
	struct reader table = debug_image__section(&lines->image, ".debug_abbrev");
	unsigned int left = ABBREVIATIONS_MAX, nr = 0, taken = 0;
	Dwarf_Off at = 0, next, abbreviations, last = (Dwarf_Off)-1;
	size_t header_size;
	int status;

	while (!(status = dwarf_next_unit(lines->dwarf, at, &next, &header_size, NULL,
					  &abbreviations, NULL, NULL, NULL, NULL)) &&
	       next > at && !stop_asked_at(nr)) {
		unsigned int before = left;

		/* In some languages all units share one table. */
		if (abbreviations == last && taken <= left)
			left -= taken;
		else if (!debug_limits__abbreviations(table, abbreviations, &left))
			return false;
		if (++nr > UNITS_MAX)
			return false;
		taken = before - left;
		last = abbreviations;
		at = next;
	}
	return status > 0;
}

/* libdw would open the file in which the rest of such a unit is. */
static bool is_split(Dwarf_Die *unit)
{
	return dwarf_hasattr(unit, DW_AT_dwo_name) || dwarf_hasattr(unit, DW_AT_GNU_dwo_name);
}

/* Reads the ranges from the units: clang leaves out .debug_aranges. False: a unit is split. */
static bool read_ranges(struct source_lines *lines)
{
	Dwarf_Off at = 0, next;
	size_t header_size;

	while (!dwarf_next_unit(lines->dwarf, at, &next, &header_size, NULL, NULL, NULL, NULL, NULL,
				NULL) &&
	       !stop_asked()) {
		Dwarf_Die unit;

		if (dwarf_offdie(lines->dwarf, at + header_size, &unit)) {
			if (is_split(&unit))
				return false;
			add_unit(lines, &unit);
		}
		at = next;
	}
	if (lines->nr)
		qsort(lines->ranges, lines->nr, sizeof(*lines->ranges), compare_ranges);
	return true;
}

struct source_lines *source_lines__new(struct elf_image *image)
{
	struct source_lines *lines = calloc(1, sizeof(*lines));
	int err = lines ? debug_image__copy(image, &lines->image) : -ENOMEM;

	elf_image__close(image);
	if (err) {
		free(lines);
		return NULL;
	}
	lines->bytes = lines->image.size;
	lines->dwarf = dwarf_begin_elf(lines->image.elf, DWARF_C_READ, NULL);
	if (!lines->dwarf || !check_units(lines) || !read_ranges(lines)) {
		source_lines__free(lines);
		return NULL;
	}
	return lines;
}

void source_lines__free(struct source_lines *lines)
{
	if (!lines)
		return;
	dwarf_end(lines->dwarf);
	elf_image__close(&lines->image);
	for (size_t i = 0; i < lines->nr_units; i++)
		functions__free(&lines->units[i].functions);
	free(lines->units);
	free(lines->ranges);
	free(lines);
}

size_t source_lines__bytes(const struct source_lines *lines)
{
	return lines ? lines->bytes + lines->size * sizeof(*lines->ranges) +
			       lines->units_size * sizeof(*lines->units)
		     : 0;
}

static struct unit *find_unit(const struct source_lines *lines, uint64_t address)
{
	size_t low;

	low = COUNT_BEFORE(i, lines->nr, lines->ranges[i].end <= address);
	return low < lines->nr && lines->ranges[low].start <= address
		       ? &lines->units[lines->ranges[low].unit]
		       : NULL;
}

/* The way from a function down to what is inlined at the address, outermost first. */
struct chain {
	uint64_t address;
	Dwarf_Die entries[DEPTH_MAX];
	size_t nr;
	unsigned int nr_seen;
};

/* The first entry inside this one that covers the address, in *ret. */
static bool step_down(struct chain *chain, Dwarf_Die *parent, Dwarf_Die *ret)
{
	Dwarf_Die child;

	if (dwarf_child(parent, &child))
		return false;
	do {
		int tag = dwarf_tag(&child);

		if (++chain->nr_seen > ENTRIES_MAX || stop_asked_at(chain->nr_seen))
			return false;
		if ((tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
		     tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(&child, chain->address) == 1) {
			*ret = child;
			return true;
		}
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

static void follow(struct chain *chain, const Dwarf_Die *function)
{
	Dwarf_Die at = *function;

	chain->entries[chain->nr++] = at;
	while (chain->nr < DEPTH_MAX && step_down(chain, &at, &at))
		if (dwarf_tag(&at) != DW_TAG_lexical_block)
			chain->entries[chain->nr++] = at;
}

static const char *function_name(Dwarf_Die *entry)
{
	static const unsigned int attributes[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name,
						   DW_AT_name };

	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		Dwarf_Attribute attribute;
		const char *name =
			dwarf_formstring(dwarf_attr_integrate(entry, attributes[i], &attribute));

		if (name)
			return name;
	}
	return "";
}

static bool check_lines(const struct source_lines *lines, Dwarf_Die *unit)
{
	const struct line_sections sections = {
		.lines = debug_image__section(&lines->image, ".debug_line"),
		.strings = debug_image__section(&lines->image, ".debug_str"),
		.line_strings = debug_image__section(&lines->image, ".debug_line_str"),
	};
	Dwarf_Attribute attribute;
	Dwarf_Word offset;
	const char *directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));

	return !dwarf_formudata(dwarf_attr(unit, DW_AT_stmt_list, &attribute), &offset) &&
	       debug_limits__line_table(&sections, offset, directory) <= LINES_MAX;
}

/* Has libdw read the unit's line table; false: it has none, or takes too much. */
static bool read_lines(struct source_lines *lines, struct unit *unit, Dwarf_Die *entry)
{
	Dwarf_Lines *all;
	size_t nr;

	if (!unit->lines_checked && check_lines(lines, entry) &&
	    !dwarf_getsrclines(entry, &all, &nr)) {
		unit->has_lines = true;
		lines->bytes += nr * LINE_BYTES;
	}
	unit->lines_checked = true;
	return unit->has_lines;
}

/* The place of the call that this inlined function replaces. */
static void find_call(Dwarf_Die *unit, Dwarf_Die *entry, struct source_frame *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file = 0, line = 0;
	Dwarf_Files *files;
	size_t nr_files;
	const char *name;

	if (!dwarf_formudata(dwarf_attr(entry, DW_AT_call_line, &attribute), &line))
		ret->line = (unsigned int)line;
	if (dwarf_formudata(dwarf_attr(entry, DW_AT_call_file, &attribute), &file) ||
	    dwarf_getsrcfiles(unit, &files, &nr_files) || file >= nr_files)
		return;
	name = dwarf_filesrc(files, file, NULL, NULL);
	ret->file = name ? name : "";
}

static void find_line(Dwarf_Die *unit, uint64_t address, struct source_frame *ret)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int number = 0;

	ret->file = file ? file : "";
	if (line && !dwarf_lineno(line, &number) && number > 0)
		ret->line = (unsigned int)number;
}

size_t source_lines__find(struct source_lines *lines, uint64_t address, struct source_frame *frames,
			  size_t max)
{
	struct unit *found = max ? find_unit(lines, address) : NULL;
	struct chain chain = { .address = address };
	Dwarf_Die unit, function;
	bool has_lines;
	size_t nr = 0;

	if (!found || !dwarf_offdie(lines->dwarf, found->entry, &unit))
		return 0;
	lines->bytes -= functions__bytes(&found->functions);
	if (functions__find(&found->functions, lines->dwarf, &unit, address, &function))
		follow(&chain, &function);
	lines->bytes += functions__bytes(&found->functions);
	frames[0] = (struct source_frame) { .function = "", .file = "" };
	has_lines = read_lines(lines, found, &unit);
	if (has_lines)
		find_line(&unit, address, &frames[0]);
	for (size_t i = chain.nr; i > 0 && nr < max; i--) {
		Dwarf_Die *entry = &chain.entries[i - 1];

		frames[nr++].function = function_name(entry);
		if (i == 1 || nr == max)
			continue;
		frames[nr] = (struct source_frame) { .function = "", .file = "" };
		if (has_lines && dwarf_tag(entry) == DW_TAG_inlined_subroutine)
			find_call(&unit, entry, &frames[nr]);
	}
	return nr ? nr : frames[0].line > 0;
}
