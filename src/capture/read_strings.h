/* SPDX-License-Identifier: GPL-2.0-only */
/* The strings of the segment that is read. */
#ifndef CAPTURE_READ_STRINGS_H
#define CAPTURE_READ_STRINGS_H

#include "../base/buf.h"

struct read_string;

/* All zeroes: none. */
struct read_strings {
	struct buf bytes;	   /* of all strings, each with a NUL */
	struct read_string *items; /* by id - 1 */
	size_t nr, size;
};

/* Takes the data of a STRINGS block with nr strings. 0, or -EBADMSG: nothing was taken. */
int read_strings__add(struct read_strings *strings, const char *data, size_t len, size_t nr);
/* NULL: there is no such string. */
const char *read_strings__get(const struct read_strings *strings, uint64_t id, size_t *len);
void read_strings__clear(struct read_strings *strings);

#endif /* CAPTURE_READ_STRINGS_H */
