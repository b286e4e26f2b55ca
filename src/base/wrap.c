/* SPDX-License-Identifier: GPL-2.0-only */
#include "wrap.h"

#include <stdbool.h>
#include <string.h>

#define INDENT_NARROW 4 /* if the wanted indent takes more than two thirds of a line */

static bool continues_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The space to break at: the last one that leaves at most `columns`, else the first one. */
static size_t find_break(const struct buf *out, size_t start, size_t columns, unsigned int indent)
{
	size_t found = out->len, used = 0;

	for (size_t at = start; at < out->len; at++) {
		if (out->data[at] == ' ' && used > indent && out->data[at - 1] != ' ') {
			if (used > columns && found < out->len)
				return found;
			found = at;
		}
		used += !continues_character(out->data[at]);
	}
	return used > columns ? found : out->len;
}

static void remove_byte(struct buf *out, size_t at)
{
	memmove(out->data + at, out->data + at + 1, out->len - at - 1);
	out->len--;
}

void wrap_line(struct buf *out, size_t start, size_t columns, unsigned int indent)
{
	if (!columns)
		return;
	if (indent > columns * 2 / 3)
		indent = INDENT_NARROW;
	while (start < out->len) {
		size_t at = find_break(out, start, columns, indent);

		if (at == out->len)
			return;
		out->data[at] = '\n';
		start = at + 1;
		while (start < out->len && out->data[start] == ' ')
			remove_byte(out, start);
		for (unsigned int i = 0; i < indent; i++)
			buf__insert(out, start, " ", 1);
	}
}
