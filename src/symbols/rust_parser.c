/* SPDX-License-Identifier: GPL-2.0-only */
#include "rust_parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "punycode.h"

/*
 * A name may refer back to parts of itself, so that a short one can stand for endless text or
 * endless work: paths, types and constants together take at most this many steps.
 */
#define STEPS_MAX   4096
#define NESTING_MAX 128
#define LETTERS_MAX 128 /* in an identifier that is not ASCII */

void parser__fail(struct parser *p)
{
	p->failed = true;
	p->at = p->end;
}

void parser__add(struct parser *p, const char *text, size_t len)
{
	if (p->silent || p->failed)
		return;
	if (len >= p->size - p->len) {
		parser__fail(p);
		return;
	}
	memcpy(p->out + p->len, text, len);
	p->len += len;
	p->out[p->len] = '\0';
}

void parser__adds(struct parser *p, const char *text)
{
	parser__add(p, text, strlen(text));
}

void parser__addf(struct parser *p, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	parser__adds(p, text);
}

/* ---- Letters and numbers --------------------------------------------------------------------- */

char parser__peek(const struct parser *p)
{
	return p->at < p->end ? *p->at : '\0';
}

char parser__next(struct parser *p)
{
	if (p->at < p->end)
		return *p->at++;
	parser__fail(p);
	return '\0';
}

bool parser__eat(struct parser *p, char c)
{
	if (parser__peek(p) != c)
		return false;
	p->at++;
	return true;
}

int digit_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 10
	       : is_upper(c)	      ? c - 'A' + 36
				      : -1;
}

uint64_t parser__base62(struct parser *p)
{
	uint64_t value = 0;

	if (parser__eat(p, '_'))
		return 0;
	while (!p->failed && !parser__eat(p, '_')) {
		int digit = digit_of(parser__next(p));

		if (digit < 0 || __builtin_mul_overflow(value, 62u, &value) ||
		    __builtin_add_overflow(value, (unsigned int)digit, &value))
			parser__fail(p);
	}
	if (value == UINT64_MAX)
		parser__fail(p);
	return value + 1;
}

uint64_t parser__optional(struct parser *p, char tag)
{
	uint64_t value;

	if (!parser__eat(p, tag))
		return 0;
	value = parser__base62(p);
	if (value == UINT64_MAX)
		parser__fail(p);
	return value + 1;
}

/* ---- Identifiers ----------------------------------------------------------------------------- */

struct identifier parser__identifier(struct parser *p)
{
	struct identifier id = { .text = "", .is_punycode = parser__eat(p, 'u') };
	size_t len = 0;

	if (parser__peek(p) < '0' || parser__peek(p) > '9')
		parser__fail(p);
	if (!parser__eat(p, '0'))
		while (parser__peek(p) >= '0' && parser__peek(p) <= '9' &&
		       len < (size_t)(p->end - p->begin))
			len = len * 10 + (size_t)(parser__next(p) - '0');
	parser__eat(p, '_');
	if (len > (size_t)(p->end - p->at)) {
		parser__fail(p);
		return id;
	}
	id.text = p->at;
	id.len = len;
	p->at += len;
	return id;
}

static void add_code_point(struct parser *p, uint32_t c)
{
	char utf8[4] = { (char)c };
	size_t nr = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = nr; nr > 1 && i-- > 0; c >>= 6)
		utf8[i] = (char)(i ? 0x80 | (c & 0x3f) : marks[nr] | c);
	parser__add(p, utf8, nr);
}

void parser__add_identifier(struct parser *p, const struct identifier *id)
{
	uint32_t letters[LETTERS_MAX];
	size_t nr;

	if (!id->is_punycode) {
		parser__add(p, id->text, id->len);
		return;
	}
	nr = p->silent ? 0 : punycode_decode(id->text, id->len, letters, LETTERS_MAX);
	if (!nr && !p->silent)
		parser__fail(p);
	for (size_t i = 0; i < nr; i++)
		add_code_point(p, letters[i]);
}

/* ---- Steps and references -------------------------------------------------------------------- */

bool parser__enter(struct parser *p)
{
	if (p->failed || ++p->steps > STEPS_MAX || p->nesting == NESTING_MAX) {
		parser__fail(p);
		return false;
	}
	p->nesting++;
	return true;
}

const char *parser__follow(struct parser *p)
{
	const char *reference = p->at - 1, *resume;
	uint64_t offset = parser__base62(p);

	if (p->failed || offset >= (uint64_t)(reference - p->begin)) {
		parser__fail(p);
		return NULL;
	}
	if (p->silent)
		return NULL;
	resume = p->at;
	p->at = p->begin + offset;
	return resume;
}

void parser__go_on(struct parser *p, const char *resume)
{
	if (!p->failed)
		p->at = resume;
}
