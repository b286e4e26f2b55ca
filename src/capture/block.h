/* SPDX-License-Identifier: GPL-2.0-only */
/* A block on its way to the file. Of a table's rows the values are still as they are in memory. */
#ifndef CAPTURE_BLOCK_H
#define CAPTURE_BLOCK_H

#include "format.h"
#include "schema.h"

#define BLOCK_BYTES (256u << 10)

struct block {
	struct capture_header header; /* what describes the data */
	const struct capture_table
		*table; /* of CAPTURE_ROWS: data are columns, of block__capacity() rows */
	size_t len;	/* of all others: how many bytes data has */
	/* Of CAPTURE_META: it begins a segment, and with it the next file if there are several. */
	bool begins_segment, begins_file;
	bool is_dump;	   /* of CAPTURE_END: what is kept in memory is to be written */
	uint64_t *dropped; /* of CAPTURE_ROWS: counts its rows if it is not written; or NULL */
	struct block *next;
	char data[BLOCK_BYTES];
};

/* How many rows a block has room for. */
static inline size_t block__capacity(const struct capture_table *table)
{
	return BLOCK_BYTES / capture_table__width(table);
}

/* The first CAPTURE_MARK_BYTES of each header. */
extern const void *const capture_mark;

/* Fills in what each header has. */
void capture_header__seal(struct capture_header *header);
/* Is it one that was sealed, of any version? */
bool capture_header__is_whole(const struct capture_header *header);

uint32_t capture_crc(const void *bytes, size_t len);

#endif /* CAPTURE_BLOCK_H */
