/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that do not fit: which part of them tells the least, and goes. */
#include <string.h>

#include "columns.h"

#define DOTS	     ".."
#define BRACKETS_MAX 8 /* columns: "[stack]" and what is as short stays whole */
#define ADDRESS_MIN  6 /* columns of an address, with the dots */
#define MODULE_MIN   6
#define FUNCTION_MIN 10 /* where less is left for it, its module goes */

static size_t columns_of(const struct buf *out, size_t start, size_t end)
{
	return buf__columns(out, start) - buf__columns(out, end);
}

static bool begins_with(const struct buf *out, size_t start, size_t end, const char *text)
{
	size_t len = strlen(text);

	return end - start >= len && memcmp(out->data + start, text, len) == 0;
}

/* Where the last one of these is in the text from start to end; or end. */
static size_t find_last(const struct buf *out, size_t start, size_t end, const char *text)
{
	for (size_t at = end; at > start; at--)
		if (begins_with(out, at - 1, end, text))
			return at - 1;
	return end;
}

static void cut_end(struct buf *out, size_t start, size_t end, size_t columns)
{
	size_t from = skip_columns(out, start, columns > 2 ? columns - 2 : 0);

	if (columns_of(out, start, end) <= columns)
		return;
	remove_bytes(out, from, end);
	buf__insert(out, from, DOTS, strlen(DOTS));
}

/* If it costs little, what is left begins with a whole frame, or a whole part of a C++ name. */
static size_t at_word(const struct buf *out, size_t from, size_t end)
{
	size_t last = from + (end - from) / 3;

	if (from && out->data[from - 1] == ':')
		return from;
	for (size_t at = from; at < last; at++) {
		if (out->data[at] == ';')
			return at;
		if (begins_with(out, at, end, "::"))
			return at + 2;
	}
	return from;
}

static void cut_begin(struct buf *out, size_t start, size_t end, size_t columns)
{
	size_t all = columns_of(out, start, end), from;

	if (all <= columns)
		return;
	from = skip_columns(out, start, all - (columns > 2 ? columns - 2 : 0));
	remove_bytes(out, start, at_word(out, from, end));
	buf__insert(out, start, DOTS, strlen(DOTS));
}

/* The last part says most. */
static void shorten_path(struct buf *out, size_t start, size_t end, size_t columns)
{
	size_t last = find_last(out, start, end, "/") + 1;

	if (columns_of(out, last, end) + strlen(DOTS "/") <= columns) {
		cut_begin(out, start, end, columns);
		return;
	}
	remove_bytes(out, start, last);
	cut_end(out, start, end - (last - start), columns);
}

/* "[anon] 7f1100000000": of mappings without a name the address's end differs. */
static void shorten_anon(struct buf *out, size_t start, size_t end, size_t columns)
{
	size_t address = start + strlen("[anon] ");
	size_t room = columns > strlen("[anon] ") ? columns - strlen("[anon] ") : 0;

	cut_begin(out, address, end, room > ADDRESS_MIN ? room : ADDRESS_MIN);
}

void shorten_name(struct buf *out, size_t start, size_t end, size_t columns)
{
	if (columns_of(out, start, end) <= columns)
		return;
	if (begins_with(out, start, end, "[anon] "))
		shorten_anon(out, start, end, columns);
	else if (begins_with(out, start, end, "/"))
		shorten_path(out, start, end, columns);
	else if (!begins_with(out, start, end, "["))
		cut_end(out, start, end, columns);
	else if (columns_of(out, start, end) > BRACKETS_MAX)
		cut_end(out, start, end - 1, columns > 1 ? columns - 1 : 0);
}

/* Behind the '>' that belongs to the '<' at start; or 0. */
static size_t end_of_arguments(const struct buf *out, size_t start, size_t end)
{
	unsigned int depth = 0;

	for (size_t at = start; at < end; at++) {
		if (out->data[at] == '<')
			depth++;
		else if (out->data[at] == '>' && out->data[at - 1] != '-' && !--depth)
			return at + 1;
	}
	return 0;
}

/* "operator<", "operator<<" and "operator<=" have no arguments there. */
static bool is_operator(const struct buf *out, size_t start, size_t at)
{
	size_t len = strlen("operator");

	if (at > start && out->data[at - 1] == '<')
		at--;
	return at - start >= len && memcmp(out->data + at - len, "operator", len) == 0;
}

/* "vector<..>::push_back": the arguments of templates are long, and say little. */
static void cut_arguments(struct buf *out, size_t start, size_t end)
{
	size_t after = out->len - end;

	for (size_t at = start; at < out->len - after; at++) {
		size_t close;

		if (out->data[at] != '<' || is_operator(out, start, at))
			continue;
		close = end_of_arguments(out, at, out->len - after);
		if (!close)
			return;
		if (close - at > strlen("<" DOTS ">")) {
			remove_bytes(out, at + 1, close - 1);
			buf__insert(out, at + 1, DOTS, strlen(DOTS));
			close = at + strlen("<" DOTS ">");
		}
		at = close - 1;
	}
}

/* "read_table (db)": of the module the end goes first, then of the function the begin. */
static void shorten_both(struct buf *out, size_t start, size_t module, size_t end, size_t columns)
{
	size_t after = out->len - end, between = strlen(" ()");
	size_t function = columns_of(out, start, module);
	size_t room = columns > between + function ? columns - between - function : 0;

	if (columns < FUNCTION_MIN + MODULE_MIN + between) {
		remove_bytes(out, module, end);
	} else {
		cut_end(out, module + 2, end - 1, room > MODULE_MIN ? room : MODULE_MIN);
		columns -= columns_of(out, module, out->len - after);
	}
	cut_begin(out, start, module, columns);
}

void shorten_function(struct buf *out, size_t start, size_t end, size_t columns)
{
	size_t after = out->len - end, module, offset;

	if (columns_of(out, start, end) <= columns)
		return;
	cut_arguments(out, start, end);
	end = out->len - after;
	if (columns_of(out, start, end) <= columns)
		return;
	module = find_last(out, start, end, " (");
	offset = find_last(out, start, end, "+0x");
	if (module < end && out->data[end - 1] == ')')
		shorten_both(out, start, module, end, columns);
	else if (offset < end && !memchr(out->data + start, ';', end - start) &&
		 columns > columns_of(out, offset, end) + MODULE_MIN)
		shorten_name(out, start, offset, columns - columns_of(out, offset, end));
	else
		cut_begin(out, start, end, columns);
}
