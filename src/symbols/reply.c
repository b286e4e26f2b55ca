/* SPDX-License-Identifier: GPL-2.0-only */
#include "reply.h"

#include <string.h>

#include "reader.h"

static struct reader reader_of(const struct reply *reply)
{
	return (struct reader) { .at = reply->bytes, .end = reply->bytes + reply->len };
}

static bool take(struct reader *reader, void *to, size_t len)
{
	struct reader part = reader__part(reader, len);

	if (reader->failed)
		return false;
	memcpy(to, part.at, len);
	return true;
}

/* A text of len bytes with its NUL, or NULL. */
static const char *take_text(struct reader *reader, uint32_t len)
{
	struct reader part = reader__part(reader, len);

	if (reader->failed || !len || len > TEXT_MAX + 1 || part.end[-1])
		return NULL;
	return (const char *)part.at;
}

const char *reply__name(const struct reply *reply, uint64_t *start)
{
	struct reader reader = reader_of(reply);
	struct found_name found;

	if (!take(&reader, &found, sizeof(found)))
		return NULL;
	*start = found.start;
	return take_text(&reader, found.len);
}

size_t reply__lines(const struct reply *reply, struct source_frame *frames, size_t max)
{
	struct reader reader = reader_of(reply);
	struct found_line found;
	size_t nr = 0;

	while (nr < max && take(&reader, &found, sizeof(found))) {
		const char *function = take_text(&reader, found.function_len);
		const char *file = take_text(&reader, found.file_len);

		if (!function || !file)
			break;
		frames[nr++] = (struct source_frame) { function, file, found.line };
	}
	return nr;
}
