/* SPDX-License-Identifier: GPL-2.0-only */
#include "map_fields.h"

#include <string.h>

#include "columns.h"

#define NAME_MIN 4 /* columns: a name of fewer is left out */

void add_map_bytes(struct buf *out, uint64_t bytes)
{
	const char *unit = "KMGTPE";
	uint64_t one = 1024;

	if (!bytes || bytes == MAP_UNKNOWN) {
		buf__addc(out, bytes ? '-' : '0');
		return;
	}
	while ((bytes + one / 2) / one >= 1000 && unit[1]) {
		one <<= 10;
		unit++;
	}
	/* One digit after the point, where there is room for it. */
	if (one > 1024 && (bytes * 10 + one / 2) / one < 1000)
		buf__add_fixed(out, (bytes * 10 + one / 2) / one, 1);
	else
		buf__add_u64(out, (bytes + one / 2) / one);
	buf__addc(out, *unit);
}

void add_map_title(struct buf *out, const char *title, unsigned int width)
{
	size_t start = out->len;

	buf__adds(out, title);
	buf__right_align(out, start, width);
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
	buf__add_text(out, last_part(row->name));
	if (buf__columns(out, start) > room)
		shorten_name(out, start, out->len, room);
}
