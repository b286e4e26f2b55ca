/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An append-only byte buffer that grows, and the fast ways to put numbers and
 * strings into it: a format shows millions of records a second, printf cannot.
 * Out of memory ends the program with a message; no call here can fail.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data; /* not NUL-terminated */
	size_t len;
	size_t size;
};

void buf__free(struct buf *b);

/* The slow half of buf__reserve(). */
void buf__grow(struct buf *b, size_t n);

/* Makes sure that at least n bytes are free after data + len. */
static inline void buf__reserve(struct buf *b, size_t n)
{
	if (b->size - b->len < n)
		buf__grow(b, n);
}

/* These three are inline so that a literal becomes a few stores. */
static inline void buf__add(struct buf *b, const char *bytes, size_t n)
{
	if (!n)
		return;
	buf__reserve(b, n);
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
}

static inline void buf__adds(struct buf *b, const char *s)
{
	buf__add(b, s, strlen(s));
}

static inline void buf__addc(struct buf *b, char c)
{
	buf__reserve(b, 1);
	b->data[b->len++] = c;
}

void buf__addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf__vaddf(struct buf *b, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

/* How many decimal digits n has. */
unsigned int count_digits(uint64_t n);

void buf__add_u64(struct buf *b, uint64_t n);
/* The last digits of n, with leading zeroes. */
void buf__add_padded(struct buf *b, uint64_t n, unsigned int digits);
/* Right-aligned in width columns, or in more if n needs more. */
void buf__add_u64_right(struct buf *b, uint64_t n, unsigned int width);
void buf__add_hex(struct buf *b, uint64_t n); /* without 0x */
/* n units of 10^-digits: (1234, 3) is "1.234"; at most 19 digits. */
void buf__add_fixed(struct buf *b, uint64_t n, unsigned int digits);

/* Columns taken by what follows byte offset start: a code point is one. */
size_t buf__columns(const struct buf *b, size_t start);
/* Appends spaces until at least width columns follow byte offset start. */
void buf__pad_to(struct buf *b, size_t start, unsigned int width);
/* Inserts spaces at byte offset start until at least width columns follow it. */
void buf__right_align(struct buf *b, size_t start, unsigned int width);
/* Inserts n bytes before byte offset at. */
void buf__insert(struct buf *b, size_t at, const char *bytes, size_t n);

/* Control characters and bytes that are not UTF-8 become \xNN: one safe line. */
void buf__add_text(struct buf *b, const char *s);
/* A quoted JSON string; a byte that is not UTF-8 becomes U+FFFD. */
void buf__add_json(struct buf *b, const char *s);

#endif /* BASE_BUF_H */
