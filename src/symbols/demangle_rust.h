/* SPDX-License-Identifier: GPL-2.0-only */
/* Rust's newer names ("v0", RFC 2603), which begin with _R. */
#ifndef SYMBOLS_DEMANGLE_RUST_H
#define SYMBOLS_DEMANGLE_RUST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Demangles a name, without hashes and types of constants, into size bytes at ret. false: it is no
 * such name, does not fit, or takes too many steps.
 */
bool demangle_rust(const char *name, char *ret, size_t size);

#endif /* SYMBOLS_DEMANGLE_RUST_H */
