/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and values of JSON objects, for all that write NDJSON.
 */
#ifndef FORMAT_JSON_FIELDS_H
#define FORMAT_JSON_FIELDS_H

#include <stdbool.h>

#include "../base/buf.h"

/* A key that follows another one; the first key of an object is spelled out. */
#define KEY(name) ",\"" name "\":"

/* Inlined, so that a key, always a literal, becomes a few stores. */
#define KEYED static inline __attribute__((always_inline)) void

KEYED add_null(struct buf *out, const char *key)
{
	buf__adds(out, key);
	buf__adds(out, "null");
}

KEYED add_u64(struct buf *out, const char *key, uint64_t n)
{
	buf__adds(out, key);
	buf__add_u64(out, n);
}

KEYED add_if(struct buf *out, const char *key, bool known, uint64_t n)
{
	if (known)
		add_u64(out, key, n);
	else
		add_null(out, key);
}

KEYED add_bool(struct buf *out, const char *key, bool value)
{
	buf__adds(out, key);
	if (value)
		buf__adds(out, "true");
	else
		buf__adds(out, "false");
}

KEYED add_address(struct buf *out, const char *key, uint64_t n)
{
	buf__adds(out, key);
	buf__adds(out, "\"0x");
	buf__add_hex(out, n);
	buf__addc(out, '"');
}

KEYED add_string(struct buf *out, const char *key, const char *s)
{
	if (!s) {
		add_null(out, key);
		return;
	}
	buf__adds(out, key);
	buf__add_json(out, s);
}

/* Words of the vocabulary need no escapes. A number that has no word is null. */
KEYED add_word(struct buf *out, const char *key, const char *const *words, size_t nr, size_t i)
{
	if (i >= nr || !words[i]) {
		add_null(out, key);
		return;
	}
	buf__adds(out, key);
	buf__addc(out, '"');
	buf__adds(out, words[i]);
	buf__addc(out, '"');
}

static inline void add_hex2(struct buf *out, uint32_t n)
{
	if (n < 0x10)
		buf__addc(out, '0');
	buf__add_hex(out, n);
}

/* As in /proc/PID/maps: "08:02". */
static inline void add_dev(struct buf *out, uint32_t dev)
{
	add_hex2(out, dev >> 20);
	buf__addc(out, ':');
	add_hex2(out, dev & 0xfffff);
}

#endif /* FORMAT_JSON_FIELDS_H */
