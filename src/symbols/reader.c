/* SPDX-License-Identifier: GPL-2.0-only */
#include "reader.h"

#include <string.h>

static bool has(struct reader *reader, uint64_t size)
{
	if (!reader->failed && size <= (uint64_t)(reader->end - reader->at))
		return true;
	reader->failed = true;
	reader->at = reader->end;
	return false;
}

uint64_t reader__unsigned(struct reader *reader, size_t size)
{
	uint64_t value = 0;

	if (!has(reader, size))
		return 0;
	memcpy(&value, reader->at, size);
	reader->at += size;
	return value;
}

static int64_t extend_sign(uint64_t value, unsigned int bits)
{
	uint64_t sign = 1ULL << (bits - 1);

	return (int64_t)((value ^ sign) - sign);
}

int64_t reader__signed(struct reader *reader, size_t size)
{
	return extend_sign(reader__unsigned(reader, size), 8 * (unsigned int)size);
}

/* Returns how many bits the encoding has. */
static unsigned int read_leb(struct reader *reader, uint64_t *value)
{
	unsigned int bits = 0;
	uint8_t byte;

	*value = 0;
	do {
		byte = (uint8_t)reader__unsigned(reader, 1);
		if (bits < 64)
			*value |= (uint64_t)(byte & 0x7f) << bits;
		bits += 7;
	} while (byte & 0x80);
	return bits;
}

uint64_t reader__uleb(struct reader *reader)
{
	uint64_t value;

	read_leb(reader, &value);
	return value;
}

int64_t reader__sleb(struct reader *reader)
{
	uint64_t value;
	unsigned int bits = read_leb(reader, &value);

	return bits < 64 ? extend_sign(value, bits) : (int64_t)value;
}

const char *reader__string(struct reader *reader)
{
	const char *string = (const char *)reader->at;
	size_t left = (size_t)(reader->end - reader->at);
	size_t len = left ? strnlen(string, left) : 0;

	if (!has(reader, len + 1))
		return "";
	reader->at += len + 1;
	return string;
}

void reader__skip(struct reader *reader, uint64_t size)
{
	if (has(reader, size))
		reader->at += size;
}

struct reader reader__part(struct reader *reader, uint64_t size)
{
	struct reader part = { .at = reader->at, .end = reader->at };

	if (has(reader, size)) {
		part.end += size;
		reader->at += size;
	} else {
		part.failed = true;
	}
	return part;
}
