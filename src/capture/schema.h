/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tables a capture has, and which columns. Written at the start of each segment, so that
 * a reader needs to know neither: it looks for the ids that it knows, which never change.
 */
#ifndef CAPTURE_SCHEMA_H
#define CAPTURE_SCHEMA_H

#include <stdbool.h>

#include "../base/buf.h"
#include "format.h"

struct capture_column {
	uint16_t id;
	uint8_t width; /* bytes of a value: 1, 2, 4 or 8 */
	uint8_t flags; /* enum capture_column_flag */
	const char *name;
};

struct capture_table {
	uint16_t id;
	uint16_t nr_columns;
	const char *name;
	const struct capture_column *columns;
};

struct capture_schema {
	const struct capture_table *tables;
	size_t nr_tables;
};

/* Bytes of a row. */
size_t capture_table__width(const struct capture_table *table);

/* Within the limits, all widths possible, and no id twice? */
bool capture_schema__is_sound(const struct capture_schema *schema);
/* Appends the data of a META block. */
void capture_schema__add(const struct capture_schema *schema, struct buf *data);

/* What a reader has found. All zeroes: no tables. */
struct capture_read_schema {
	struct capture_schema schema;
	struct capture_table tables[CAPTURE_TABLES_MAX];
	struct capture_column *columns; /* of all tables */
	char *data;			/* holds the names */
};

/* Takes the data of a META block. 0, or -EBADMSG: then there are no tables. */
int capture_read_schema__set(struct capture_read_schema *read, const char *data, size_t len,
			     size_t nr_tables);
void capture_read_schema__free(struct capture_read_schema *read);

#endif /* CAPTURE_SCHEMA_H */
