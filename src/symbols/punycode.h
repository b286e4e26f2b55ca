/* SPDX-License-Identifier: GPL-2.0-only */
/* Punycode (RFC 3492) as Rust's names have it: how they spell letters outside of ASCII. */
#ifndef SYMBOLS_PUNYCODE_H
#define SYMBOLS_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes len bytes into at most max code points: the letters of ASCII up to the last '_', and
 * behind it where the others go. Returns their number; 0: it is malformed, or too long.
 */
size_t punycode_decode(const char *text, size_t len, uint32_t *ret, size_t max);

#endif /* SYMBOLS_PUNYCODE_H */
