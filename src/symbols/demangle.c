/* SPDX-License-Identifier: GPL-2.0-only */
#include "demangle.h"

#include <string.h>

#include "demangle_cxx.h"
#include "demangle_rust.h"

/* Longer names exist, but nobody reads them. */
#define MANGLED_MAX 4096

bool demangle(const char *name, char *ret, size_t size)
{
	return name[0] == '_' && (demangle_rust(name, ret, size) || demangle_cxx(name, ret, size));
}
