/* SPDX-License-Identifier: GPL-2.0-only */
#include "flamegraph_text.h"

#include <stdbool.h>
#include <string.h>

#include "../base/units.h"

void flamegraph_add_xml(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '&': buf__adds(out, "&amp;"); break;
		case '<': buf__adds(out, "&lt;"); break;
		case '>': buf__adds(out, "&gt;"); break;
		case '"': buf__adds(out, "&quot;"); break;
		case '\xbe':
		case '\xbf':
			if (i >= 2 && memcmp(text + i - 2, "\xef\xbf", 2) == 0) {
				buf__addc(out, '\xbd');
				break;
			}
			/* fall through */
		default: buf__addc(out, text[i]);
		}
	}
}

#define ELLIPSIS "\xe2\x80\xa6"

/* Where a name begins when as many qualifiers ("ns::") are dropped as the columns require. */
static size_t skip_qualifiers(const struct buf *text, size_t columns)
{
	size_t start = 0, left = buf__columns(text, 0);
	int depth = 0;

	for (size_t i = 0; i + 1 < text->len && left + (start > 0) > columns; i++) {
		char c = text->data[i];

		if (c == '<' || c == '(' || c == '[' || c == '{') {
			depth++;
		} else if (c == '>' || c == ')' || c == ']' || c == '}') {
			depth--;
		} else if (!depth && c == ':' && text->data[i + 1] == ':') {
			start = ++i + 1;
			left = buf__columns(text, start);
		}
	}
	return start;
}

void flamegraph_add_shortened(struct buf *out, const struct buf *text, size_t columns)
{
	size_t start = skip_qualifiers(text, columns), end = start;
	size_t left = buf__columns(text, start);
	bool whole = left + (start > 0) <= columns;

	if (whole && start)
		buf__adds(out, ELLIPSIS);
	if (!whole)
		left = columns - 1;
	for (; end < text->len; end++)
		if (((unsigned char)text->data[end] & 0xc0) != 0x80 && !left--)
			break;
	flamegraph_add_xml(out, text->data + start, end - start);
	if (!whole)
		buf__adds(out, ELLIPSIS);
}

void flamegraph_add_faults(struct buf *out, uint64_t n)
{
	buf__add_u64(out, n);
	buf__adds(out, " fault");
	buf__adds(out, plural(n));
}

void flamegraph_add_share(struct buf *out, uint64_t n, uint64_t total)
{
	uint64_t share = total ? (uint64_t)((__uint128_t)n * 10000 / total) : 0;

	if (n && !share)
		buf__adds(out, "&lt;0.01");
	else
		buf__add_fixed(out, share, 2);
	buf__adds(out, " %");
}

void flamegraph_add_amount(struct buf *out, enum profile_weight weight, uint64_t n)
{
	if (weight == PROFILE_LATENCY)
		units_add_cut_duration(out, n);
	else if (weight == PROFILE_BYTES)
		units_add_cut_bytes(out, n);
	else
		flamegraph_add_faults(out, n);
}
