/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads numbers, as DWARF writes them, from bytes that nobody vouches for. Behind
 * their end all is 0, and the reader has failed from then on.
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
/* As many bytes as it needs: LEB128. */
uint64_t reader__uleb(struct reader *reader);
int64_t reader__sleb(struct reader *reader);
/* Ends with a NUL. */
const char *reader__string(struct reader *reader);
void reader__skip(struct reader *reader, uint64_t size);
/* The next bytes, for a reader of their own. */
struct reader reader__part(struct reader *reader, uint64_t size);

#endif /* SYMBOLS_READER_H */
