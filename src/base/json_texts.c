/* SPDX-License-Identifier: GPL-2.0-only */
#include "json_texts.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

struct json {
	const char *at, *end;
	size_t depth;  /* how many objects and arrays are open */
	size_t arrays; /* how many of them are arrays, or are within one */
	/* The keys of the open objects, as far as one is wanted. */
	char keys[JSON_KEYS_MAX][JSON_TEXT_MAX];
	struct json_text *texts;
	size_t nr;
};

/* What a string is decoded into. */
struct decoded {
	char text[JSON_TEXT_MAX];
	size_t len;
	bool is_whole; /* it fits, and has no NUL */
};

static bool read_value(struct json *json);

static void skip_space(struct json *json)
{
	while (json->at < json->end && memchr(" \t\r\n", *json->at, 4))
		json->at++;
}

/* Skips this character. False: there is another one. */
static bool take(struct json *json, char c)
{
	if (json->at == json->end || *json->at != c)
		return false;
	json->at++;
	return true;
}

/* ---- Strings --------------------------------------------------------------------------- */

static void add_byte(struct decoded *decoded, unsigned int byte)
{
	if (!byte || decoded->len == sizeof(decoded->text) - 1) {
		decoded->is_whole = false;
		return;
	}
	decoded->text[decoded->len++] = (char)byte;
}

static void add_code_point(struct decoded *decoded, unsigned int code)
{
	if (code < 0x80) {
		add_byte(decoded, code);
		return;
	}
	if (code >= 0x10000) {
		add_byte(decoded, 0xf0 | code >> 18);
		add_byte(decoded, 0x80 | (code >> 12 & 0x3f));
	} else if (code >= 0x800) {
		add_byte(decoded, 0xe0 | code >> 12);
	}
	add_byte(decoded, code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6);
	add_byte(decoded, 0x80 | (code & 0x3f));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX. */
static bool read_hex(struct json *json, unsigned int *ret)
{
	*ret = 0;
	if (json->end - json->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*json->at++);

		if (digit < 0)
			return false;
		*ret = *ret << 4 | (unsigned int)digit;
	}
	return true;
}

static bool read_code_point(struct json *json, struct decoded *decoded)
{
	unsigned int high, low;

	if (!read_hex(json, &high) || (high >= 0xdc00 && high <= 0xdfff))
		return false;
	if (high >= 0xd800 && high <= 0xdbff) {
		if (!take(json, '\\') || !take(json, 'u') || !read_hex(json, &low) ||
		    low < 0xdc00 || low > 0xdfff)
			return false;
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	}
	add_code_point(decoded, high);
	return true;
}

static bool read_escape(struct json *json, struct decoded *decoded)
{
	static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (json->at == json->end)
		return false;
	if (take(json, 'u'))
		return read_code_point(json, decoded);
	found = memchr(letters, *json->at++, sizeof(letters) - 1);
	if (found)
		add_byte(decoded, (unsigned char)bytes[found - letters]);
	return found;
}

/* Bytes that are no UTF-8 are left as they are: whoever shows the text escapes them. */
static bool read_string(struct json *json, struct decoded *decoded)
{
	decoded->len = 0;
	decoded->is_whole = true;
	if (!take(json, '"'))
		return false;
	while (json->at < json->end && *json->at != '"') {
		unsigned char c = (unsigned char)*json->at++;

		if (c < 0x20 || (c == '\\' && !read_escape(json, decoded)))
			return false;
		if (c != '\\')
			add_byte(decoded, c);
	}
	decoded->text[decoded->len] = '\0';
	return take(json, '"');
}

/* ---- Values ---------------------------------------------------------------------------- */

static size_t skip_digits(struct json *json)
{
	const char *from = json->at;

	while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
		json->at++;
	return (size_t)(json->at - from);
}

static bool read_number(struct json *json)
{
	take(json, '-');
	if (!take(json, '0') && !skip_digits(json))
		return false;
	if (take(json, '.') && !skip_digits(json))
		return false;
	if (take(json, 'e') || take(json, 'E')) {
		if (!take(json, '+'))
			take(json, '-');
		return skip_digits(json);
	}
	return true;
}

static bool read_word(struct json *json)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(json->end - json->at) >= len && !memcmp(json->at, words[i], len)) {
			json->at += len;
			return true;
		}
	}
	return false;
}

/* Is the value here, below the keys of the open objects, this text? */
static bool is_wanted(const struct json *json, const struct json_text *text)
{
	size_t nr = 0;

	while (nr < JSON_KEYS_MAX && text->keys[nr])
		nr++;
	if (json->arrays || nr != json->depth)
		return false;
	for (size_t i = 0; i < nr; i++)
		if (strcmp(json->keys[i], text->keys[i]) != 0)
			return false;
	return true;
}

static bool read_text(struct json *json)
{
	struct decoded decoded;

	if (!read_string(json, &decoded))
		return false;
	for (size_t i = 0; i < json->nr; i++) {
		struct json_text *text = &json->texts[i];

		if (!is_wanted(json, text))
			continue;
		if (text->is_there)
			return false;
		text->is_there = decoded.is_whole;
		memcpy(text->text, decoded.text, decoded.len + 1);
	}
	return true;
}

/* A key that is too long is not wanted, and is left empty. */
static bool read_key(struct json *json)
{
	struct decoded decoded;

	if (!read_string(json, &decoded))
		return false;
	if (!decoded.is_whole)
		decoded.text[0] = '\0';
	if (json->depth <= JSON_KEYS_MAX)
		memcpy(json->keys[json->depth - 1], decoded.text, sizeof(decoded.text));
	skip_space(json);
	return take(json, ':');
}

/* What is between the brackets: nothing, or items and commas. */
static bool read_items(struct json *json, bool is_object)
{
	char end = is_object ? '}' : ']';

	skip_space(json);
	if (take(json, end))
		return true;
	do {
		skip_space(json);
		if ((is_object && !read_key(json)) || !read_value(json))
			return false;
		skip_space(json);
	} while (take(json, ','));
	return take(json, end);
}

/* Within an array nothing is wanted. */
static bool read_open(struct json *json, bool is_object)
{
	bool is_hidden = !is_object || json->arrays, is_ok;

	if (json->depth == JSON_DEPTH_MAX)
		return false;
	json->depth++;
	json->arrays += is_hidden;
	is_ok = read_items(json, is_object);
	json->arrays -= is_hidden;
	json->depth--;
	return is_ok;
}

static bool read_value(struct json *json)
{
	skip_space(json);
	if (json->at == json->end)
		return false;
	if (*json->at == '"')
		return read_text(json);
	if (take(json, '{'))
		return read_open(json, true);
	if (take(json, '['))
		return read_open(json, false);
	return read_word(json) || read_number(json);
}

int json_texts__find(const char *bytes, size_t len, struct json_text *texts, size_t nr)
{
	struct json json = { .at = bytes, .end = bytes + len, .texts = texts, .nr = nr };
	bool is_ok;

	for (size_t i = 0; i < nr; i++)
		texts[i].is_there = false;
	is_ok = read_value(&json);
	skip_space(&json);
	if (is_ok && json.at == json.end)
		return 0;
	for (size_t i = 0; i < nr; i++)
		texts[i].is_there = false;
	return -EINVAL;
}
