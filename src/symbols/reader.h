/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads numbers in the encodings of DWARF from untrusted bytes. Past their end it reads 0, and
 * has failed from then on.
 */
#ifndef SYMBOLS_READER_H
#define SYMBOLS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

/* Little-endian, 1 to 8 bytes. */
uint64_t reader__unsigned(struct reader *reader, size_t size);
int64_t reader__signed(struct reader *reader, size_t size);
/* LEB128: as many bytes as the number needs. */
uint64_t reader__uleb(struct reader *reader);
int64_t reader__sleb(struct reader *reader);
/* A string that ends with a NUL; "" on failure. */
const char *reader__string(struct reader *reader);
void reader__skip(struct reader *reader, uint64_t size);
/* A reader for the next size bytes, which this one skips. */
struct reader reader__part(struct reader *reader, uint64_t size);

#endif /* SYMBOLS_READER_H */
