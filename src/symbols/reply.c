/* SPDX-License-Identifier: GPL-2.0-only */
#include "reply.h"

#include <string.h>

/* What is left to be read of a reply. */
struct rest {
	const uint8_t *at;
	size_t len;
};

static bool take(struct rest *rest, void *to, size_t len)
{
	if (rest->len < len)
		return false;
	memcpy(to, rest->at, len);
	rest->at += len;
	rest->len -= len;
	return true;
}

/* A text of len bytes with its NUL, or NULL. */
static const char *take_text(struct rest *rest, uint32_t len)
{
	const char *text = (const char *)rest->at;

	if (!len || len > TEXT_MAX + 1 || rest->len < len || text[len - 1])
		return NULL;
	rest->at += len;
	rest->len -= len;
	return text;
}

const char *reply__name(const struct reply *reply, uint64_t *start)
{
	struct rest rest = { reply->bytes, reply->len };
	struct found_name found;

	if (!take(&rest, &found, sizeof(found)))
		return NULL;
	*start = found.start;
	return take_text(&rest, found.len);
}

size_t reply__lines(const struct reply *reply, struct source_frame *frames, size_t max)
{
	struct rest rest = { reply->bytes, reply->len };
	struct found_line found;
	size_t nr = 0;

	while (nr < max && take(&rest, &found, sizeof(found))) {
		const char *function = take_text(&rest, found.function_len);
		const char *file = take_text(&rest, found.file_len);

		if (!function || !file)
			break;
		frames[nr++] = (struct source_frame) { function, file, found.line };
	}
	return nr;
}
