/* SPDX-License-Identifier: GPL-2.0-only */
#include "map_fields.h"

#include <string.h>

#include "../base/units.h"
#include "columns.h"

#define NAME_MIN 4 /* columns: with less room a name is left out */
#define DELETED	 " (deleted)"

void add_map_bytes(struct buf *out, uint64_t bytes)
{
	if (bytes == MAP_UNKNOWN)
		buf__addc(out, '-');
	else
		units_add_bytes(out, bytes);
}

void add_map_peak(struct buf *out, const struct run_start *run, const struct memory_map *map)
{
	size_t line = out->len;

	if (map->peak_rss == MAP_UNKNOWN)
		return;
	buf__adds(out, "peak resident memory: ");
	add_map_bytes(out, map->peak_rss);
	end_line(out, run, line, false);
}

void add_map_peak_column(struct buf *out, const struct memory_map *map)
{
	size_t start = out->len;

	/* Peaks of several processes are of different times, and do not add up. */
	add_map_bytes(out, map->pid ? map->peak_rss : MAP_UNKNOWN);
	buf__right_align(out, start, MAP_PEAK_WIDTH);
	buf__addc(out, ' ');
}

unsigned int map_range_width(const struct run_start *run)
{
	return run->wide ? strlen("7ffe0a3b1000-7ffe0a3b2000") : strlen("7ffe0a3b1000");
}

void add_map_range(struct buf *out, const struct run_start *run, const struct map_row *row,
		   size_t line)
{
	buf__add_hex(out, row->start);
	if (run->wide) {
		buf__addc(out, '-');
		buf__add_hex(out, row->end);
	}
	buf__pad_to(out, line, map_range_width(run));
}

static bool ends_with(const struct buf *out, size_t start, const char *end)
{
	size_t n = strlen(end);

	return out->len - start > n && memcmp(out->data + out->len - n, end, n) == 0;
}

/* Shortens a library's name: drops the version, then more of the end: "libicudata..", "libic.." */
static bool cut_library(struct buf *out, size_t start, size_t room)
{
	const char *version = memmem(out->data + start, out->len - start, ".so.", strlen(".so."));
	size_t end = skip_columns(out, start, room - strlen(".."));

	if (!version)
		return false;
	out->len = (size_t)(version - out->data) < end ? (size_t)(version - out->data) : end;
	buf__adds(out, "..");
	return true;
}

/* Shortens the name from start to the end of out to that many columns. */
static void fit_name(struct buf *out, size_t start, size_t room)
{
	if (buf__columns(out, start) > room && ends_with(out, start, DELETED))
		out->len -= strlen(DELETED);
	if (buf__columns(out, start) > room && !cut_library(out, start, room))
		shorten_name(out, start, out->len, room);
}

void add_map_name(struct buf *out, const struct run_start *run, const struct map_row *row,
		  size_t line)
{
	size_t used = buf__columns(out, line);
	size_t room = !is_cut(run) ? SIZE_MAX : run->columns > used ? run->columns - used : 0;
	size_t start = out->len;

	buf__add_text(out, *row->name ? row->name : "[anon]");
	if (buf__columns(out, start) <= room)
		return;
	out->len = start;
	if (room < NAME_MIN)
		return;
	buf__add_text(out, *row->name ? last_part(row->name) : "[anon]");
	fit_name(out, start, room);
}
