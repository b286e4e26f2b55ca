/* SPDX-License-Identifier: GPL-2.0-only */
#include "functions.h"

#include <dwarf.h>
#include <stdlib.h>

#include "../base/array.h"
#include "../base/stop.h"

/* Limits of nesting, and of entries and ranges that are read: a crafted file may have no end. */
#define DEPTH_MAX   64
#define ENTRIES_MAX 6000000

struct function_range {
	uint64_t start;
	uint64_t end;
	Dwarf_Off entry;
};

struct reading {
	struct functions *functions;
	unsigned int nr_seen;
};

/* May functions be inside an entry with this tag, although it has no code itself? */
static bool is_container(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_structure_type ||
	       tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
	       tag == DW_TAG_enumeration_type;
}

static void add_range(struct functions *functions, uint64_t start, uint64_t end, Dwarf_Off entry)
{
	void *ranges = array_reserve(functions->ranges, functions->nr, &functions->size,
				     sizeof(*functions->ranges));

	if (!ranges)
		return;
	functions->ranges = ranges;
	functions->ranges[functions->nr++] = (struct function_range) { start, end, entry };
}

/* Counts what it looks at; false: that was enough. */
static bool see(struct reading *reading)
{
	return ++reading->nr_seen < ENTRIES_MAX && !stop_asked_at(reading->nr_seen);
}

static void add_function(struct reading *reading, Dwarf_Die *entry)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t i = 0;

	while ((i = dwarf_ranges(entry, i, &base, &start, &end)) > 0 && see(reading))
		if (start < end)
			add_range(reading->functions, start, end, dwarf_dieoffset(entry));
}

static void read_below(struct reading *reading, Dwarf_Die *parent, unsigned int depth)
{
	Dwarf_Die child;

	if (depth >= DEPTH_MAX || dwarf_child(parent, &child))
		return;
	do {
		int tag = dwarf_tag(&child);

		if (tag == DW_TAG_subprogram)
			add_function(reading, &child);
		else if (is_container(tag))
			read_below(reading, &child, depth + 1);
	} while (see(reading) && !dwarf_siblingof(&child, &child));
}

static int compare_ranges(const void *one, const void *other)
{
	const struct function_range *a = one, *b = other;

	return (a->start > b->start) - (a->start < b->start);
}

static void read_all(struct functions *functions, Dwarf_Die *unit)
{
	struct reading reading = { .functions = functions };

	functions->was_read = true;
	read_below(&reading, unit, 0);
	if (functions->nr)
		qsort(functions->ranges, functions->nr, sizeof(*functions->ranges), compare_ranges);
}

bool functions__find(struct functions *functions, Dwarf *dwarf, Dwarf_Die *unit, uint64_t address,
		     Dwarf_Die *ret)
{
	size_t low;

	if (!functions->was_read)
		read_all(functions, unit);
	/*
	 * Finds the last range that starts at or below the address, and so skips ranges of
	 * functions that were not linked, which start at 0.
	 */
	low = COUNT_BEFORE(i, functions->nr, functions->ranges[i].start <= address);
	return low && address < functions->ranges[low - 1].end &&
	       dwarf_offdie(dwarf, functions->ranges[low - 1].entry, ret);
}

void functions__free(struct functions *functions)
{
	free(functions->ranges);
	*functions = (struct functions) { 0 };
}

size_t functions__bytes(const struct functions *functions)
{
	return functions->size * sizeof(*functions->ranges);
}
