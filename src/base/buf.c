/* SPDX-License-Identifier: GPL-2.0-only */
#include "buf.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "must.h"

#define U64_DIGITS 20
#define BYTES(c)   ((uint64_t)(c)*0x0101010101010101ULL) /* c in each byte */

static const char digit_pairs[] = "00010203040506070809"
				  "10111213141516171819"
				  "20212223242526272829"
				  "30313233343536373839"
				  "40414243444546474849"
				  "50515253545556575859"
				  "60616263646566676869"
				  "70717273747576777879"
				  "80818283848586878889"
				  "90919293949596979899";
static const char hex_digits[] = "0123456789abcdef";

static const uint64_t pow10_u64[U64_DIGITS] = {
	1ULL,
	10ULL,
	100ULL,
	1000ULL,
	10000ULL,
	100000ULL,
	1000000ULL,
	10000000ULL,
	100000000ULL,
	1000000000ULL,
	10000000000ULL,
	100000000000ULL,
	1000000000000ULL,
	10000000000000ULL,
	100000000000000ULL,
	1000000000000000ULL,
	10000000000000000ULL,
	100000000000000000ULL,
	1000000000000000000ULL,
	10000000000000000000ULL,
};

void buf__free(struct buf *b)
{
	free(b->data);
	*b = (struct buf) { 0 };
}

void buf__grow(struct buf *b, size_t n)
{
	size_t size = b->size ? b->size : 256;

	while (size - b->len < n) {
		if (size > SIZE_MAX / 2)
			must(NULL);
		size *= 2;
	}
	b->data = must(realloc(b->data, size));
	b->size = size;
}

void buf__vaddf(struct buf *b, const char *fmt, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n > 0) {
		buf__reserve(b, (size_t)n + 1);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf__addf(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf__vaddf(b, fmt, args);
	va_end(args);
}

unsigned int count_digits(uint64_t n)
{
	/* log10(2) is about 1233 / 4096: the guess is right or one too few. */
	unsigned int bits = 64 - (unsigned int)__builtin_clzll(n | 1);
	unsigned int guess = bits * 1233 >> 12;

	return guess + (n >= pow10_u64[guess] || !n);
}

/* Writes the last count digits of n to p, with leading zeroes. */
static void put_digits(char *p, uint64_t n, unsigned int count)
{
	while (count >= 2) {
		count -= 2;
		memcpy(p + count, digit_pairs + n % 100 * 2, 2);
		n /= 100;
	}
	if (count)
		*p = (char)('0' + n % 10);
}

void buf__add_u64(struct buf *b, uint64_t n)
{
	unsigned int count = count_digits(n);

	buf__reserve(b, U64_DIGITS);
	put_digits(b->data + b->len, n, count);
	b->len += count;
}

void buf__add_padded(struct buf *b, uint64_t n, unsigned int digits)
{
	buf__reserve(b, digits);
	put_digits(b->data + b->len, n, digits);
	b->len += digits;
}

void buf__add_u64_right(struct buf *b, uint64_t n, unsigned int width)
{
	size_t start = b->len;

	buf__add_u64(b, n);
	buf__right_align(b, start, width);
}

void buf__add_hex(struct buf *b, uint64_t n)
{
	unsigned int count = (67 - (unsigned int)__builtin_clzll(n | 1)) / 4;
	char *p;

	buf__reserve(b, 16);
	p = b->data + b->len;
	for (unsigned int i = count; i > 0; i--) {
		p[i - 1] = hex_digits[n & 15];
		n >>= 4;
	}
	b->len += count;
}

void buf__add_fixed(struct buf *b, uint64_t n, unsigned int digits)
{
	uint64_t unit = pow10_u64[digits < U64_DIGITS ? digits : U64_DIGITS - 1];

	buf__add_u64(b, n / unit);
	if (!digits)
		return;
	buf__addc(b, '.');
	buf__add_padded(b, n % unit, digits);
}

size_t buf__columns(const struct buf *b, size_t start)
{
	size_t n = 0;

	for (size_t i = start; i < b->len; i++)
		n += ((unsigned char)b->data[i] & 0xc0) != 0x80;
	return n;
}

void buf__pad_to(struct buf *b, size_t start, unsigned int width)
{
	size_t columns = buf__columns(b, start);

	if (columns >= width)
		return;
	buf__reserve(b, width - columns);
	memset(b->data + b->len, ' ', width - columns);
	b->len += width - columns;
}

/* Makes room for n bytes before byte offset at. */
static char *open_gap(struct buf *b, size_t at, size_t n)
{
	char *gap;

	buf__reserve(b, n);
	gap = b->data + at;
	memmove(gap + n, gap, b->len - at);
	b->len += n;
	return gap;
}

void buf__insert(struct buf *b, size_t at, const char *bytes, size_t n)
{
	memcpy(open_gap(b, at, n), bytes, n);
}

void buf__right_align(struct buf *b, size_t start, unsigned int width)
{
	size_t columns = buf__columns(b, start);

	if (columns < width)
		memset(open_gap(b, start, width - columns), ' ', width - columns);
}

/*
 * The code point at s and its length in bytes; 0 if it is not UTF-8: too
 * long, a surrogate, beyond U+10FFFF, or cut short (by the NUL at the latest).
 */
static unsigned int decode_utf8(const unsigned char *s, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len = s[0] < 0x80	 ? 1
			   : s[0] < 0xc2 ? 0
			   : s[0] < 0xe0 ? 2
			   : s[0] < 0xf0 ? 3
					 : 4;

	if (len <= 1) {
		*cp = s[0];
		return len;
	}
	*cp = s[0] & (0x7f >> len);
	for (unsigned int i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	if (s[0] > 0xf4 || *cp < least[len] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp < 0xe000))
		return 0;
	return len;
}

/* C0, DEL and C1; line separators; marks, embeddings and isolates that change the direction. */
static bool is_control(uint32_t cp)
{
	return cp < 0x20 || cp == 0x061c || cp == 0x200e || cp == 0x200f ||
	       (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_plain(unsigned char c, bool json)
{
	return c >= 0x20 && c < 0x7f && c != '\\' && !(json && c == '"');
}

/* Bit 7 of some byte is set if a byte of x is zero. */
static uint64_t has_zero(uint64_t x)
{
	return (x - BYTES(0x01)) & ~x;
}

/* How many of the n bytes at s need no escape; looks at eight at a time. */
static size_t plain_span(const char *s, size_t n, bool json)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t x, odd;

		memcpy(&x, s + i, 8);
		odd = (x - BYTES(0x20)) | (x + BYTES(0x01)) | x | has_zero(x ^ BYTES('\\'));
		if (json)
			odd |= has_zero(x ^ BYTES('"'));
		if (odd & BYTES(0x80))
			break;
	}
	while (i < n && is_plain((unsigned char)s[i], json))
		i++;
	return i;
}

static void add_escaped_byte(struct buf *b, unsigned char c)
{
	char text[] = { '\\', 'x', hex_digits[c >> 4], hex_digits[c & 15] };

	buf__add(b, text, sizeof(text));
}

/* Adds a character of len bytes, or if that is 0 a byte that begins none. */
static void add_odd_text(struct buf *b, const char *s, unsigned int len, uint32_t cp)
{
	/* A backslash is escaped only if what follows would look like an escape. */
	if (len && !is_control(cp) && !(cp == '\\' && s[1] == 'x')) {
		buf__add(b, s, len);
		return;
	}
	for (unsigned int i = 0; i < (len ? len : 1); i++)
		add_escaped_byte(b, (unsigned char)s[i]);
}

static void add_json_escape(struct buf *b, uint32_t cp)
{
	static const char letters[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
					['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\' };
	char text[] = { '\\', 'u', '0', '0', '0', '0' };

	if (cp < sizeof(letters) && letters[cp]) {
		text[1] = letters[cp];
		buf__add(b, text, 2);
		return;
	}
	for (int i = 5; i > 1; i--) {
		text[i] = hex_digits[cp & 15];
		cp >>= 4;
	}
	buf__add(b, text, sizeof(text));
}

/* The same in JSON. */
static void add_odd_json(struct buf *b, const char *s, unsigned int len, uint32_t cp)
{
	if (!len)
		buf__adds(b, "\xef\xbf\xbd");
	else if (is_control(cp) || cp == '"' || cp == '\\')
		add_json_escape(b, cp);
	else
		buf__add(b, s, len);
}

static void add_string(struct buf *b, const char *s, bool json)
{
	size_t left = strlen(s);

	for (;;) {
		size_t span = plain_span(s, left, json);
		unsigned int len;
		uint32_t cp;

		buf__add(b, s, span);
		s += span;
		left -= span;
		if (!left)
			return;
		len = decode_utf8((const unsigned char *)s, &cp);
		(json ? add_odd_json : add_odd_text)(b, s, len, cp);
		len = len ? len : 1;
		s += len;
		left -= len;
	}
}

void buf__add_text(struct buf *b, const char *s)
{
	add_string(b, s, false);
}

void buf__add_json(struct buf *b, const char *s)
{
	buf__addc(b, '"');
	add_string(b, s, true);
	buf__addc(b, '"');
}
