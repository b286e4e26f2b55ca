/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What demangling a Rust name is made of: reads letters, numbers and identifiers, follows
 * references to earlier parts, and adds text. Bounds the steps, the nesting and the text.
 */
#ifndef SYMBOLS_RUST_PARSER_H
#define SYMBOLS_RUST_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parser {
	const char *begin; /* behind "_R": what references count from */
	const char *at;
	const char *end;
	char *out;
	size_t len, size;
	unsigned int steps;
	unsigned int nesting;
	unsigned int silent; /* above 0: what is parsed is not shown */
	uint64_t lifetimes;  /* bound by the enclosing `for<...>` */
	bool failed;	     /* the rest of the work does nothing then */
};

struct identifier {
	const char *text;
	size_t len;
	bool is_punycode;
};

static inline bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Of base 62: 0-9, a-z, A-Z; -1: it is none. */
int digit_of(char c);

void parser__fail(struct parser *p);

void parser__add(struct parser *p, const char *text, size_t len);
void parser__adds(struct parser *p, const char *text);
void parser__addf(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void parser__add_identifier(struct parser *p, const struct identifier *id);

/* The next letter, which stays; '\0': there is none. */
char parser__peek(const struct parser *p);
/* Takes the next letter; fails if there is none. */
char parser__next(struct parser *p);
/* Takes the next letter if it is this one. */
bool parser__eat(struct parser *p, char c);
/* "_" is 0, "0_" is 1. */
uint64_t parser__base62(struct parser *p);
/* A number that is there only after this tag. 0: it is not there. */
uint64_t parser__optional(struct parser *p, char tag);
struct identifier parser__identifier(struct parser *p);

/* Begins a path, a type or a constant; leave p->nesting afterwards. False: there were too many. */
bool parser__enter(struct parser *p);
/*
 * After the 'B' of a reference: goes to what it refers to, and returns where to go on then; NULL:
 * there is nothing to do. It refers to what is before it.
 */
const char *parser__follow(struct parser *p);
void parser__go_on(struct parser *p, const char *resume);

#endif /* SYMBOLS_RUST_PARSER_H */
