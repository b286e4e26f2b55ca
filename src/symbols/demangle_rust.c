/* SPDX-License-Identifier: GPL-2.0-only */
#include "demangle_rust.h"

#include <inttypes.h>
#include <string.h>

#include "rust_parser.h"

static bool parse_path(struct parser *p, bool in_value, bool keep_open);
static void parse_type(struct parser *p);
static void parse_const(struct parser *p);

/* ---- Paths ----------------------------------------------------------------------------------- */

static void add_lifetime(struct parser *p, uint64_t index)
{
	uint64_t depth = p->lifetimes - index;

	if (!index)
		parser__adds(p, "'_");
	else if (index > p->lifetimes)
		parser__fail(p);
	else if (depth < 26)
		parser__addf(p, "'%c", (char)('a' + depth));
	else
		parser__addf(p, "'_%" PRIu64, depth);
}

/* Lifetimes that a function or trait binds: "for<'a, 'b> ". The caller restores p->lifetimes. */
static void parse_binder(struct parser *p)
{
	uint64_t nr = parser__optional(p, 'G');

	if (p->failed || !nr)
		return;
	if (nr > UINT64_MAX - p->lifetimes) {
		parser__fail(p);
		return;
	}
	if (p->silent) {
		p->lifetimes += nr;
		return;
	}
	/* What is added fills `out` before this takes long. */
	for (uint64_t i = 0; i < nr && !p->failed; i++) {
		p->lifetimes++;
		parser__adds(p, i ? ", " : "for<");
		add_lifetime(p, 1);
	}
	parser__adds(p, "> ");
}

static void parse_generic_args(struct parser *p)
{
	for (bool is_first = true; !p->failed && !parser__eat(p, 'E'); is_first = false) {
		if (!is_first)
			parser__adds(p, ", ");
		if (parser__eat(p, 'L'))
			add_lifetime(p, parser__base62(p));
		else if (parser__eat(p, 'K'))
			parse_const(p);
		else
			parse_type(p);
	}
}

static void parse_nested(struct parser *p, bool in_value)
{
	char space = parser__next(p);
	struct identifier id;
	uint64_t number;

	if (digit_of(space) < 10)
		parser__fail(p);
	parse_path(p, in_value, false);
	number = parser__optional(p, 's');
	id = parser__identifier(p);
	if (is_upper(space)) {
		char letter[] = { space, '\0' };

		parser__adds(p, "::{");
		parser__adds(p, space == 'C' ? "closure" : space == 'S' ? "shim" : letter);
		if (id.len)
			parser__adds(p, ":");
		parser__add_identifier(p, &id);
		parser__addf(p, "#%" PRIu64 "}", number);
	} else if (id.len) {
		parser__adds(p, "::");
		parser__add_identifier(p, &id);
	}
}

/* <T> or <T as Trait>. */
static void parse_impl(struct parser *p, char tag)
{
	if (tag != 'Y') {
		p->silent++;
		parser__optional(p, 's');
		parse_path(p, false, false);
		p->silent--;
	}
	parser__adds(p, "<");
	parse_type(p);
	if (tag != 'M') {
		parser__adds(p, " as ");
		parse_path(p, false, false);
	}
	parser__adds(p, ">");
}

static void parse_crate(struct parser *p)
{
	struct identifier id;

	parser__optional(p, 's');
	id = parser__identifier(p);
	parser__add_identifier(p, &id);
}

/* With keep_open, leaves out the '>' of generic arguments at its end, and returns true then. */
static bool parse_path(struct parser *p, bool in_value, bool keep_open)
{
	const char *resume;
	bool is_open = false;
	char tag = parser__next(p);

	if (!parser__enter(p))
		return false;
	if (tag == 'C') {
		parse_crate(p);
	} else if (tag == 'N') {
		parse_nested(p, in_value);
	} else if (tag == 'M' || tag == 'X' || tag == 'Y') {
		parse_impl(p, tag);
	} else if (tag == 'I') {
		parse_path(p, in_value, false);
		parser__adds(p, in_value ? "::<" : "<");
		parse_generic_args(p);
		is_open = keep_open;
		if (!is_open)
			parser__adds(p, ">");
	} else if (tag == 'B') {
		resume = parser__follow(p);
		if (resume) {
			is_open = parse_path(p, in_value, keep_open);
			parser__go_on(p, resume);
		}
	} else {
		parser__fail(p);
	}
	p->nesting--;
	return is_open;
}

/* ---- Types ----------------------------------------------------------------------------------- */

static const char *const basic_types[] = {
	['a' - 'a'] = "i8",    ['b' - 'a'] = "bool", ['c' - 'a'] = "char", ['d' - 'a'] = "f64",
	['e' - 'a'] = "str",   ['f' - 'a'] = "f32",  ['h' - 'a'] = "u8",   ['i' - 'a'] = "isize",
	['j' - 'a'] = "usize", ['l' - 'a'] = "i32",  ['m' - 'a'] = "u32",  ['n' - 'a'] = "i128",
	['o' - 'a'] = "u128",  ['p' - 'a'] = "_",    ['s' - 'a'] = "i16",  ['t' - 'a'] = "u16",
	['u' - 'a'] = "()",    ['v' - 'a'] = "...",  ['x' - 'a'] = "i64",  ['y' - 'a'] = "u64",
	['z' - 'a'] = "!",
};

static void parse_reference(struct parser *p, bool is_mut)
{
	uint64_t lifetime = parser__eat(p, 'L') ? parser__base62(p) : 0;

	parser__adds(p, "&");
	if (lifetime) {
		add_lifetime(p, lifetime);
		parser__adds(p, " ");
	}
	parser__adds(p, is_mut ? "mut " : "");
	parse_type(p);
}

/* Types up to 'E'. Returns how many there were. */
static size_t parse_types(struct parser *p)
{
	size_t nr = 0;

	for (; !p->failed && !parser__eat(p, 'E'); nr++) {
		if (nr)
			parser__adds(p, ", ");
		parse_type(p);
	}
	return nr;
}

/* An ABI's name has '_' for '-': extern "C-unwind". */
static void parse_abi(struct parser *p)
{
	struct identifier id = { .text = "C", .len = 1 };

	if (!parser__eat(p, 'C'))
		id = parser__identifier(p);
	if (id.is_punycode)
		parser__fail(p);
	parser__adds(p, "extern \"");
	for (size_t i = 0; i < id.len; i++)
		parser__add(p, id.text[i] == '_' ? "-" : &id.text[i], 1);
	parser__adds(p, "\" ");
}

static void parse_function(struct parser *p)
{
	uint64_t lifetimes = p->lifetimes;

	parse_binder(p);
	if (parser__eat(p, 'U'))
		parser__adds(p, "unsafe ");
	if (parser__eat(p, 'K'))
		parse_abi(p);
	parser__adds(p, "fn(");
	parse_types(p);
	parser__adds(p, ")");
	if (!parser__eat(p, 'u')) {
		parser__adds(p, " -> ");
		parse_type(p);
	}
	p->lifetimes = lifetimes;
}

/* A trait, and its associated types in the same brackets: Iterator<Item = u8>. */
static void parse_dyn_trait(struct parser *p)
{
	bool is_open = parse_path(p, false, true);

	while (parser__eat(p, 'p')) {
		struct identifier id = parser__identifier(p);

		parser__adds(p, is_open ? ", " : "<");
		is_open = true;
		parser__add_identifier(p, &id);
		parser__adds(p, " = ");
		parse_type(p);
	}
	if (is_open)
		parser__adds(p, ">");
}

static void parse_dyn(struct parser *p)
{
	uint64_t lifetimes = p->lifetimes, lifetime;

	parser__adds(p, "dyn ");
	parse_binder(p);
	for (bool is_first = true; !p->failed && !parser__eat(p, 'E'); is_first = false) {
		if (!is_first)
			parser__adds(p, " + ");
		parse_dyn_trait(p);
	}
	p->lifetimes = lifetimes;
	if (!parser__eat(p, 'L'))
		parser__fail(p);
	lifetime = parser__base62(p);
	if (lifetime) {
		parser__adds(p, " + ");
		add_lifetime(p, lifetime);
	}
}

static void parse_referred(struct parser *p, void (*parse)(struct parser *p))
{
	const char *resume = parser__follow(p);

	if (resume) {
		parse(p);
		parser__go_on(p, resume);
	}
}

static void parse_pointer(struct parser *p, bool is_mut)
{
	parser__adds(p, is_mut ? "*mut " : "*const ");
	parse_type(p);
}

static void parse_array(struct parser *p, bool is_sized)
{
	parser__adds(p, "[");
	parse_type(p);
	if (is_sized) {
		parser__adds(p, "; ");
		parse_const(p);
	}
	parser__adds(p, "]");
}

static void parse_tuple(struct parser *p)
{
	parser__adds(p, "(");
	parser__adds(p, parse_types(p) == 1 ? ",)" : ")");
}

static void parse_type_of(struct parser *p, char tag)
{
	if (tag >= 'a' && tag <= 'z' && basic_types[tag - 'a'])
		parser__adds(p, basic_types[tag - 'a']);
	else if (tag == 'R' || tag == 'Q')
		parse_reference(p, tag == 'Q');
	else if (tag == 'P' || tag == 'O')
		parse_pointer(p, tag == 'O');
	else if (tag == 'A' || tag == 'S')
		parse_array(p, tag == 'A');
	else if (tag == 'T')
		parse_tuple(p);
	else if (tag == 'F')
		parse_function(p);
	else if (tag == 'D')
		parse_dyn(p);
	else if (tag == 'B')
		parse_referred(p, parse_type);
	else
		parser__fail(p);
}

static void parse_type(struct parser *p)
{
	char tag = parser__peek(p);

	if (!parser__enter(p))
		return;
	if (tag && strchr("CNMXYI", tag)) {
		parse_path(p, false, false);
	} else {
		parser__next(p);
		parse_type_of(p, tag);
	}
	p->nesting--;
}

/* ---- Constants ------------------------------------------------------------------------------- */

static void add_char(struct parser *p, uint64_t value)
{
	if (value == '\'' || value == '\\')
		parser__addf(p, "'\\%c'", (char)value);
	else if (value >= ' ' && value < 0x7f)
		parser__addf(p, "'%c'", (char)value);
	else
		parser__addf(p, "'\\u{%" PRIx64 "}'", value);
}

/* Hex digits up to '_'. Numbers of more than 64 bits are shown as they are. */
static void parse_value(struct parser *p, char type)
{
	const char *digits = p->at;
	uint64_t value = 0;
	size_t nr = 0;
	char c;

	for (; (c = parser__next(p)) != '_' && !p->failed; nr++) {
		int digit = digit_of(c);

		if (digit < 0 || digit > 15)
			parser__fail(p);
		value = value << 4 | (unsigned int)(digit & 15);
	}
	if (p->failed || ((type == 'b' || type == 'c') && nr > 8)) {
		parser__fail(p);
	} else if (type == 'b') {
		parser__adds(p, value ? "true" : "false");
	} else if (type == 'c') {
		add_char(p, value);
	} else if (nr > 16) {
		parser__adds(p, "0x");
		parser__add(p, digits, nr);
	} else {
		parser__addf(p, "%" PRIu64, value);
	}
}

static void parse_const(struct parser *p)
{
	char type = parser__next(p);

	if (!parser__enter(p))
		return;
	if (type == 'B') {
		parse_referred(p, parse_const);
	} else if (type == 'p') {
		parser__adds(p, "_");
	} else if (type && strchr("aslxnihtmyojbc", type)) {
		if (strchr("aslxni", type) && parser__eat(p, 'n'))
			parser__adds(p, "-");
		parse_value(p, type);
	} else {
		parser__fail(p);
	}
	p->nesting--;
}

/* ---- Names ----------------------------------------------------------------------------------- */

bool demangle_rust(const char *name, char *ret, size_t size)
{
	struct parser p = { .out = ret, .size = size };

	if (strncmp(name, "_R", 2) != 0 || !size)
		return false;
	ret[0] = '\0';
	p.begin = p.at = name + 2;
	/* Compilers add suffixes, as ".llvm.123". */
	p.end = p.begin + strcspn(p.begin, ".$");
	parse_path(&p, true, false);
	/* The crate that made this instance of a generic function. */
	if (p.at < p.end) {
		p.silent++;
		parse_path(&p, false, false);
	}
	return !p.failed && p.at == p.end && p.len;
}
