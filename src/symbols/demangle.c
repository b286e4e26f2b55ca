/* SPDX-License-Identifier: GPL-2.0-only */
#include "demangle.h"

#include <demangle.h>
#include <setjmp.h>
#include <string.h>

/* Longer mangled names exist, but nobody reads them, and demangling them takes long. */
#define MANGLED_MAX 4096

struct output {
	char *text;
	size_t len;
	size_t size;
	jmp_buf full;
};

/*
 * A short name can stand for gigabytes of text, as each part may name the
 * parts before it twice: leave as soon as the text does not fit. Nothing is
 * leaked by that, libiberty keeps its state on the stack.
 */
static void add_output(const char *text, size_t len, void *opaque)
{
	struct output *out = opaque;

	if (len >= out->size - out->len)
		longjmp(out->full, 1);
	if (len)
		memcpy(out->text + out->len, text, len);
	out->len += len;
	out->text[out->len] = '\0';
}

bool demangle(const char *name, char *ret, size_t size)
{
	struct output out = { .text = ret, .size = size };

	if (name[0] != '_' || (name[1] != 'Z' && name[1] != 'R') || !size ||
	    strnlen(name, MANGLED_MAX) == MANGLED_MAX)
		return false;
	ret[0] = '\0';
	if (setjmp(out.full))
		return false;
	/* Rust's older names are C++ names with a hash at the end: so Rust is tried first. */
	if (rust_demangle_callback(name, DMGL_NO_OPTS, add_output, &out))
		return ret[0];
	out.len = 0;
	ret[0] = '\0';
	return cplus_demangle_v3_callback(name, DMGL_NO_OPTS, add_output, &out) && ret[0];
}
