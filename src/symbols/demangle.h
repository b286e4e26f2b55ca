/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Demangles C++ and Rust names, without parameters, as perf does. Names come from files of other
 * users, so the work is bounded.
 */
#ifndef SYMBOLS_DEMANGLE_H
#define SYMBOLS_DEMANGLE_H

#include <stdbool.h>
#include <stddef.h>

/* false: it is not mangled, or too long; ret holds nothing of use then. */
bool demangle(const char *name, char *ret, size_t size);

#endif /* SYMBOLS_DEMANGLE_H */
