/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks that lines are one object of JSON (RFC 8259) each, whose keys are unique. */
#ifndef TESTS_FUZZ_CHECK_JSON_H
#define TESTS_FUZZ_CHECK_JSON_H

#include "check_text.h"

#define JSON_DEPTH_MAX 16
#define JSON_KEYS_MAX  128

struct json {
	const char *at;
	const char *end;
	unsigned int depth;
};

static void json__value(struct json *json);

static inline bool json__skip(struct json *json, char c)
{
	bool is_there = json->at < json->end && *json->at == c;

	json->at += is_there;
	return is_there;
}

static inline void json__word(struct json *json, const char *word)
{
	while (*word)
		EXPECT(json__skip(json, *word++));
}

static inline void json__digits(struct json *json)
{
	const char *begin = json->at;

	while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
		json->at++;
	EXPECT(json->at > begin);
}

static inline void json__number(struct json *json)
{
	json__skip(json, '-');
	if (!json__skip(json, '0'))
		json__digits(json);
	if (json__skip(json, '.'))
		json__digits(json);
}

static inline void json__escape(struct json *json)
{
	EXPECT(json->at < json->end && *json->at);
	if (json__skip(json, 'u')) {
		for (int i = 0; i < 4; i++, json->at++)
			EXPECT(json->at < json->end && *json->at &&
			       strchr("0123456789abcdefABCDEF", *json->at));
		return;
	}
	EXPECT(strchr("\"\\/bfnrt", *json->at));
	json->at++;
}

static inline void json__string(struct json *json)
{
	EXPECT(json__skip(json, '"'));
	while (!json__skip(json, '"')) {
		EXPECT(json->at < json->end);
		if (json__skip(json, '\\'))
			json__escape(json);
		else
			json->at++;
	}
}

static inline void json__key(struct json *json, const char **keys, size_t *nr)
{
	const char *begin = json->at;
	size_t len;

	json__string(json);
	len = (size_t)(json->at - begin);
	for (size_t i = 0; i < *nr; i++)
		EXPECT(strncmp(keys[i], begin, len) != 0);
	EXPECT(*nr < JSON_KEYS_MAX);
	keys[(*nr)++] = begin;
	EXPECT(json__skip(json, ':'));
}

static inline void json__object(struct json *json)
{
	const char *keys[JSON_KEYS_MAX];
	size_t nr = 0;

	if (json__skip(json, '}'))
		return;
	do {
		json__key(json, keys, &nr);
		json__value(json);
	} while (json__skip(json, ','));
	EXPECT(json__skip(json, '}'));
}

static inline void json__array(struct json *json)
{
	if (json__skip(json, ']'))
		return;
	do {
		json__value(json);
	} while (json__skip(json, ','));
	EXPECT(json__skip(json, ']'));
}

/* Without the space between tokens that JSON allows: we do not write any. */
static inline void json__value(struct json *json)
{
	EXPECT(json->at < json->end && json->depth++ < JSON_DEPTH_MAX);
	switch (*json->at) {
	case '{': json->at++, json__object(json); break;
	case '[': json->at++, json__array(json); break;
	case '"': json__string(json); break;
	case 't': json__word(json, "true"); break;
	case 'f': json__word(json, "false"); break;
	case 'n': json__word(json, "null"); break;
	default: json__number(json);
	}
	json->depth--;
}

static inline void check_json_lines(const struct buf *out)
{
	struct json json = { out->data, out->data + out->len, 0 };

	check_lines(out, false);
	while (json.at < json.end) {
		EXPECT(*json.at == '{');
		json__value(&json);
		EXPECT(json__skip(&json, '\n'));
	}
}

#endif /* TESTS_FUZZ_CHECK_JSON_H */
