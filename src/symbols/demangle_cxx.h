/* SPDX-License-Identifier: GPL-2.0-only */
/* C++ names of the Itanium ABI, which begin with _Z, and Rust's older names, which are such too. */
#ifndef SYMBOLS_DEMANGLE_CXX_H
#define SYMBOLS_DEMANGLE_CXX_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Demangles a name, without parameters, into size bytes at ret. false: it is no such name, does
 * not fit, or takes too much work.
 */
bool demangle_cxx(const char *name, char *ret, size_t size);

#endif /* SYMBOLS_DEMANGLE_CXX_H */
