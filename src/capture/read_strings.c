/* SPDX-License-Identifier: GPL-2.0-only */
#include "read_strings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../base/array.h"
#include "../base/must.h"
#include "format.h"

#define LOST UINT32_MAX

struct read_string {
	uint32_t start; /* LOST: its block is not readable */
	uint32_t len;
};

/* Are these so many strings, one after another? */
static bool are_strings(const char *data, size_t len, size_t nr)
{
	uint16_t string_len;

	for (; nr; nr--) {
		if (len < sizeof(string_len))
			return false;
		memcpy(&string_len, data, sizeof(string_len));
		if (len - sizeof(string_len) < string_len)
			return false;
		data += sizeof(string_len) + string_len;
		len -= sizeof(string_len) + string_len;
	}
	return !len;
}

/* Do they fit after those that there are, and those that are lost before them? */
static bool fit(const struct read_strings *strings, uint32_t first_id, size_t nr, size_t len)
{
	uint64_t items = (uint64_t)first_id - 1 + nr;

	return first_id > strings->nr &&
	       items * 16 + strings->bytes.len + len <= CAPTURE_STRINGS_MAX;
}

static void add_item(struct read_strings *strings, struct read_string item)
{
	strings->items = must(array_reserve(strings->items, strings->nr, &strings->size,
					    sizeof(*strings->items)));
	strings->items[strings->nr++] = item;
}

int read_strings__add(struct read_strings *strings, const char *data, size_t len, size_t nr)
{
	uint32_t first_id;
	uint16_t string_len;

	if (len < sizeof(first_id))
		return -EBADMSG;
	memcpy(&first_id, data, sizeof(first_id));
	data += sizeof(first_id);
	if (!are_strings(data, len - sizeof(first_id), nr) || !fit(strings, first_id, nr, len))
		return -EBADMSG;
	while (strings->nr < first_id - 1)
		add_item(strings, (struct read_string) { LOST, 0 });
	for (; nr; nr--) {
		memcpy(&string_len, data, sizeof(string_len));
		add_item(strings,
			 (struct read_string) { (uint32_t)strings->bytes.len, string_len });
		buf__add(&strings->bytes, data + sizeof(string_len), string_len);
		buf__addc(&strings->bytes, '\0');
		data += sizeof(string_len) + string_len;
	}
	return 0;
}

const char *read_strings__get(const struct read_strings *strings, uint64_t id, size_t *len)
{
	const struct read_string *string;

	if (!id || id > strings->nr)
		return NULL;
	string = &strings->items[id - 1];
	*len = string->len;
	return string->start == LOST ? NULL : strings->bytes.data + string->start;
}

void read_strings__clear(struct read_strings *strings)
{
	buf__free(&strings->bytes);
	free(strings->items);
	*strings = (struct read_strings) { 0 };
}
