/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks that output is UTF-8 without control characters. */
#ifndef TESTS_FUZZ_CHECK_TEXT_H
#define TESTS_FUZZ_CHECK_TEXT_H

#include "../../src/base/buf.h"
#include "fuzz.h"

/*
 * The code point at the beginning of the text, and how many bytes it has; 0: it is not valid, as a
 * surrogate, or with more bytes than it needs.
 */
static inline size_t code_point(const char *text, size_t len, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *bytes = (const uint8_t *)text;
	size_t n = bytes[0] < 0x80   ? 1
		   : bytes[0] < 0xc0 ? 0
		   : bytes[0] < 0xe0 ? 2
		   : bytes[0] < 0xf0 ? 3
		   : bytes[0] < 0xf8 ? 4
				     : 0;

	if (!n || n > len)
		return 0;
	*ret = n == 1 ? bytes[0] : bytes[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*ret = *ret << 6 | (bytes[i] & 0x3f);
	}
	return *ret >= least[n] && *ret <= 0x10ffff && (*ret < 0xd800 || *ret > 0xdfff) ? n : 0;
}

static inline bool is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/* The length of an escape sequence of ours: colours, and what redraws a screen. */
static inline size_t escape_sequence(const char *text, size_t len)
{
	size_t n = 2;

	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (n < len && strchr("?;0123456789", text[n]) && text[n])
		n++;
	return n < len && text[n] && strchr("mHJKhl", text[n]) ? n + 1 : 0;
}

/* allowed: control characters that may be there; with an ESC among them, our sequences. */
static inline void check_text(const char *text, size_t len, const char *allowed)
{
	bool escapes = strchr(allowed, '\033');

	while (len) {
		uint32_t point = 0;
		size_t n = escapes ? escape_sequence(text, len) : 0;

		if (!n) {
			n = code_point(text, len, &point);
			EXPECT(n);
			EXPECT(!is_control(point) || (point && point < 0x20 && point != 0x1b &&
						      strchr(allowed, (int)point)));
		}
		text += n;
		len -= n;
	}
}

/* Lines, of which each ends. */
static inline void check_lines(const struct buf *out, bool escapes)
{
	check_text(out->data, out->len, escapes ? "\n\033" : "\n");
	EXPECT(!out->len || out->data[out->len - 1] == '\n' || escapes);
}

#endif /* TESTS_FUZZ_CHECK_TEXT_H */
