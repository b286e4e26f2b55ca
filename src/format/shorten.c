/* SPDX-License-Identifier: GPL-2.0-only */
/* Shortens names that do not fit: the part that tells the reader least is replaced by "..". */
#include <string.h>

#include "columns.h"

#define DOTS ".."
#define BRACKETS_MAX \
	8 /* columns; names in brackets up to this length, as "[stack]", are never cut */
#define ADDRESS_MIN  6 /* columns of an address, with the dots */
#define MODULE_MIN   6
#define FUNCTION_MIN 10 /* columns; a function with less room loses its module */

static size_t columns_of(const struct buf *out, size_t start, size_t end)
{
	return buf__columns(out, start) - buf__columns(out, end);
}

static bool begins_with(const struct buf *out, size_t start, size_t end, const char *text)
{
	size_t len = strlen(text);

	return end - start >= len && memcmp(out->data + start, text, len) == 0;
}

/* The position of the last occurrence of text between start and end; end if there is none. */
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

/*
 * Moves a cut at `from` on to the begin of a stack frame or of a part of a C++ name, if that drops
 * at most a third of what is left.
 */
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

/* Of a path, the last part is kept as long as possible. */
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

/* "[anon] 7f1100000000": keeps the end of the address, in which such mappings differ. */
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
	else if (!begins_with(out, start, end, "[") || out->data[end - 1] != ']')
		cut_end(out, start, end, columns);
	else if (columns_of(out, start, end) > BRACKETS_MAX)
		cut_end(out, start, end - 1, columns > 1 ? columns - 1 : 0);
}

/* The position behind the '>' that closes the '<' at start; 0 if there is none. */
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

/* Is this '<' a part of "operator<", "operator<<" or "operator<=", and no template's? */
static bool is_operator(const struct buf *out, size_t start, size_t at)
{
	size_t len = strlen("operator");

	if (at > start && out->data[at - 1] == '<')
		at--;
	return at - start >= len && memcmp(out->data + at - len, "operator", len) == 0;
}

/* Replaces template arguments, which are long and tell little: "vector<..>::push_back". */
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

/* Of "read_table (db)" first the end of the module is cut, then the begin of the function. */
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
