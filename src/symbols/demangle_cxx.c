/* SPDX-License-Identifier: GPL-2.0-only */
#include "demangle_cxx.h"

#include <demangle.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"

/*
 * libiberty bounds the depth of its recursion, and nothing else: names of a hundred letters keep
 * it busy for years, with or without output. So it is given a name only if
 * - it can be parsed without trying the same letters again and again (is_parsed_fast());
 * - what is parsed, a tree whose parts are shared, is small also if each part is counted as often
 *   as it is shown (is_shown_fast()).
 */
#define LISTS_BEHIND_PARAMS_MAX 6
#define STEPS_MAX		16384
#define NESTING_MAX		512
#define WORK_MAX		(1u << 18)
/* libiberty has an array on the stack with a place for each pair of these. */
#define PAIRS_MAX		(1u << 15)

/* How the parts of a component are found. What is not listed may have any: it is not shown. */
enum shape { UNKNOWN, LEAF, PAIR, CTOR, DTOR, OPERATOR, FIXED, ONE };

static const unsigned char shapes[] = {
	[DEMANGLE_COMPONENT_NAME] = LEAF,
	[DEMANGLE_COMPONENT_QUAL_NAME... DEMANGLE_COMPONENT_TEMPLATE] = PAIR,
	[DEMANGLE_COMPONENT_TEMPLATE_PARAM] = LEAF,
	[DEMANGLE_COMPONENT_FUNCTION_PARAM] = LEAF,
	[DEMANGLE_COMPONENT_CTOR] = CTOR,
	[DEMANGLE_COMPONENT_DTOR] = DTOR,
	[DEMANGLE_COMPONENT_VTABLE... DEMANGLE_COMPONENT_HIDDEN_ALIAS] = PAIR,
	[DEMANGLE_COMPONENT_SUB_STD] = LEAF,
	[DEMANGLE_COMPONENT_RESTRICT... DEMANGLE_COMPONENT_IMAGINARY] = PAIR,
	[DEMANGLE_COMPONENT_BUILTIN_TYPE] = LEAF,
	[DEMANGLE_COMPONENT_VENDOR_TYPE... DEMANGLE_COMPONENT_PTRMEM_TYPE] = PAIR,
	[DEMANGLE_COMPONENT_FIXED_TYPE] = FIXED,
	[DEMANGLE_COMPONENT_VECTOR_TYPE... DEMANGLE_COMPONENT_INITIALIZER_LIST] = PAIR,
	[DEMANGLE_COMPONENT_OPERATOR] = LEAF,
	[DEMANGLE_COMPONENT_EXTENDED_OPERATOR] = OPERATOR,
	[DEMANGLE_COMPONENT_CAST... DEMANGLE_COMPONENT_LITERAL_NEG] = PAIR,
	[DEMANGLE_COMPONENT_CHARACTER] = LEAF,
	[DEMANGLE_COMPONENT_NUMBER] = LEAF,
	[DEMANGLE_COMPONENT_DECLTYPE] = PAIR,
	[DEMANGLE_COMPONENT_LAMBDA] = ONE,
	[DEMANGLE_COMPONENT_DEFAULT_ARG] = ONE,
	[DEMANGLE_COMPONENT_UNNAMED_TYPE] = LEAF,
	[DEMANGLE_COMPONENT_TRANSACTION_CLONE... DEMANGLE_COMPONENT_THROW_SPEC] = PAIR,
};

/* What it takes to show a name. */
struct work {
	unsigned int nr;	 /* components, each counted as often as it is reached */
	unsigned int params;	 /* ... of them that stand for an argument of a template */
	unsigned int references; /* ... */
	unsigned int templates;	 /* ... */
	unsigned int args_max;	 /* the longest list of arguments */
	/* How many of these are inside each other; at most. */
	unsigned int nesting;
	unsigned int packs, packs_max;
	unsigned int scopes, scopes_max;
	bool too_much;
};

static void count(struct work *work, const struct demangle_component *c);

static unsigned int list_len(const struct demangle_component *list)
{
	unsigned int nr = 0;

	for (; list && list->type == DEMANGLE_COMPONENT_TEMPLATE_ARGLIST; nr++)
		list = list->u.s_binary.right;
	return nr;
}

static void raise_to(unsigned int *max, unsigned int n)
{
	if (n > *max)
		*max = n;
}

/* Counts a component without its parts. Returns how many scopes of templates it opens. */
static unsigned int count_one(struct work *work, const struct demangle_component *c)
{
	work->nr++;
	work->params += c->type == DEMANGLE_COMPONENT_TEMPLATE_PARAM;
	work->references += c->type == DEMANGLE_COMPONENT_REFERENCE ||
			    c->type == DEMANGLE_COMPONENT_RVALUE_REFERENCE;
	if (c->type == DEMANGLE_COMPONENT_TEMPLATE) {
		work->templates++;
		raise_to(&work->args_max, list_len(c->u.s_binary.right));
	}
	return c->type == DEMANGLE_COMPONENT_TYPED_NAME ||
	       c->type == DEMANGLE_COMPONENT_CONVERSION || c->type == DEMANGLE_COMPONENT_LAMBDA;
}

static void count_parts(struct work *work, const struct demangle_component *c)
{
	switch ((enum shape)shapes[c->type]) {
	case LEAF: break;
	case PAIR:
		count(work, c->u.s_binary.left);
		count(work, c->u.s_binary.right);
		break;
	case CTOR: count(work, c->u.s_ctor.name); break;
	case DTOR: count(work, c->u.s_dtor.name); break;
	case OPERATOR: count(work, c->u.s_extended_operator.name); break;
	case FIXED: count(work, c->u.s_fixed.length); break;
	case ONE: count(work, c->u.s_unary_num.sub); break;
	case UNKNOWN: work->too_much = true; break;
	}
}

static void count(struct work *work, const struct demangle_component *c)
{
	unsigned int is_pack, scopes;

	if (!c || work->too_much)
		return;
	if (work->nr == STEPS_MAX || work->nesting == NESTING_MAX ||
	    (size_t)c->type >= sizeof(shapes)) {
		work->too_much = true;
		return;
	}
	is_pack = c->type == DEMANGLE_COMPONENT_PACK_EXPANSION;
	scopes = count_one(work, c);
	work->nesting++;
	work->packs += is_pack;
	work->scopes += scopes;
	raise_to(&work->packs_max, work->packs);
	raise_to(&work->scopes_max, work->scopes);
	count_parts(work, c);
	work->scopes -= scopes;
	work->packs -= is_pack;
	work->nesting--;
}

/* n times factor to the power of exponent, or a number above WORK_MAX. */
static uint64_t times(uint64_t n, uint64_t factor, unsigned int exponent)
{
	while (exponent-- > 0 && n <= WORK_MAX && factor > 1)
		n *= factor;
	return n;
}

/*
 * A parameter is shown as its argument, which may have parameters of the scope around it. An
 * expansion is shown as often as there are arguments.
 */
static bool is_shown_fast(const struct demangle_component *name)
{
	struct work work = { 0 };
	uint64_t nr;

	count(&work, name);
	nr = times(work.nr, work.args_max, work.packs_max);
	return !work.too_much && times(nr, work.params + 1, work.scopes_max) <= WORK_MAX &&
	       (uint64_t)work.references * work.templates <= PAIRS_MAX;
}

/* Is this underscore the end of a parameter of a template: T_, T12_, TL0__? */
static bool ends_param(const char *name, const char *underscore)
{
	while (underscore > name && strchr("0123456789L_", underscore[-1]))
		underscore--;
	return underscore > name && underscore[-1] == 'T';
}

/*
 * In the type of a conversion (cv), each list of arguments behind a parameter (T_I..E) is parsed
 * as if it belonged to the type, and parsed again if it does not: twice as long for each in another.
 */
static bool is_parsed_fast(const char *name)
{
	unsigned int nr = 0;

	if (!strstr(name, "cv"))
		return true;
	for (const char *at = name; (at = strstr(at, "_I")); at += 2)
		nr += ends_param(name, at);
	return nr <= LISTS_BEHIND_PARAMS_MAX;
}

struct output {
	char *text;
	size_t len;
	size_t size;
	bool is_full;
};

static void add_output(const char *text, size_t len, void *opaque)
{
	struct output *out = opaque;

	if (out->is_full || len >= out->size - out->len) {
		out->is_full = true;
		return;
	}
	memcpy(out->text + out->len, text, len);
	out->len += len;
	out->text[out->len] = '\0';
}

/* Older names of Rust end in a hash that nobody wants to read. libiberty reads them in one go. */
static bool demangle_old_rust(const char *name, struct output *out)
{
	return !strncmp(name, "_ZN", 3) &&
	       rust_demangle_callback(name, DMGL_NO_OPTS, add_output, out);
}

bool demangle_cxx(const char *name, char *ret, size_t size)
{
	struct output out = { .text = ret, .size = size };
	struct demangle_component *parsed;
	void *memory __cleanup_free = NULL;

	if (strncmp(name, "_Z", 2) != 0 || !size)
		return false;
	ret[0] = '\0';
	if (demangle_old_rust(name, &out))
		return out.len && !out.is_full;
	out = (struct output) { .text = ret, .size = size };
	ret[0] = '\0';
	if (!is_parsed_fast(name))
		return false;
	parsed = cplus_demangle_v3_components(name, DMGL_NO_OPTS, &memory);
	return parsed && is_shown_fast(parsed) &&
	       cplus_demangle_print_callback(DMGL_NO_OPTS, parsed, add_output, &out) && out.len &&
	       !out.is_full;
}
