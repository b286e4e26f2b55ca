/* SPDX-License-Identifier: GPL-2.0-only */
#include "columns.h"

#include <string.h>

void add_color(struct buf *out, size_t start, size_t end, const char *color)
{
	buf__insert(out, end, COLOR_OFF, strlen(COLOR_OFF));
	buf__insert(out, start, color, strlen(color));
}

size_t skip_columns(const struct buf *out, size_t start, size_t columns)
{
	size_t i = start;

	while (i < out->len && columns) {
		i++;
		while (i < out->len && ((unsigned char)out->data[i] & 0xc0) == 0x80)
			i++;
		columns--;
	}
	return i;
}

void remove_bytes(struct buf *out, size_t start, size_t end)
{
	memmove(out->data + start, out->data + end, out->len - end);
	out->len -= end - start;
}

const char *last_part(const char *name)
{
	const char *slash = *name == '/' ? strrchr(name, '/') : NULL;

	return slash ? slash + 1 : name;
}

void cut_line(struct buf *out, const struct run_start *run, size_t line)
{
	if (is_cut(run))
		out->len = skip_columns(out, line, run->columns);
	while (out->len > line && out->data[out->len - 1] == ' ')
		out->len--;
}

void end_line(struct buf *out, const struct run_start *run, size_t line, bool bold)
{
	cut_line(out, run, line);
	if (bold && run->color)
		add_color(out, line, out->len, COLOR_BOLD);
	buf__addc(out, '\n');
}
