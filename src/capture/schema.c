/* SPDX-License-Identifier: GPL-2.0-only */
#include "schema.h"

#include <errno.h>
#include <stdlib.h>

#include "../base/must.h"

size_t capture_table__width(const struct capture_table *table)
{
	size_t width = 0;

	for (size_t i = 0; i < table->nr_columns; i++)
		width += table->columns[i].width;
	return width;
}

static bool is_width(unsigned int width)
{
	return width == 1 || width == 2 || width == 4 || width == 8;
}

/* Without columns a block could have any number of rows. */
static bool is_table_sound(const struct capture_table *table)
{
	const struct capture_column *columns = table->columns;

	if (!table->nr_columns || table->nr_columns > CAPTURE_COLUMNS_MAX)
		return false;
	for (size_t i = 0; i < table->nr_columns; i++) {
		if (!is_width(columns[i].width) || strlen(columns[i].name) > CAPTURE_NAME_MAX)
			return false;
		for (size_t j = 0; j < i; j++)
			if (columns[j].id == columns[i].id)
				return false;
	}
	return strlen(table->name) <= CAPTURE_NAME_MAX;
}

bool capture_schema__is_sound(const struct capture_schema *schema)
{
	if (schema->nr_tables > CAPTURE_TABLES_MAX)
		return false;
	for (size_t i = 0; i < schema->nr_tables; i++) {
		if (!is_table_sound(&schema->tables[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (schema->tables[j].id == schema->tables[i].id)
				return false;
	}
	return true;
}

/* ---- As bytes ------------------------------------------------------------------------------- */

struct table_bytes {
	uint16_t id;
	uint16_t nr_columns;
};

struct column_bytes {
	uint16_t id;
	uint8_t width;
	uint8_t flags;
};

static void add_name(struct buf *data, const char *name)
{
	size_t len = strlen(name);

	buf__addc(data, (char)len);
	buf__add(data, name, len + 1);
}

void capture_schema__add(const struct capture_schema *schema, struct buf *data)
{
	for (size_t i = 0; i < schema->nr_tables; i++) {
		const struct capture_table *table = &schema->tables[i];
		struct table_bytes head = { table->id, table->nr_columns };

		buf__add(data, (const char *)&head, sizeof(head));
		add_name(data, table->name);
		for (size_t j = 0; j < table->nr_columns; j++) {
			const struct capture_column *column = &table->columns[j];
			struct column_bytes bytes = { column->id, column->width, column->flags };

			buf__add(data, (const char *)&bytes, sizeof(bytes));
			add_name(data, column->name);
		}
	}
}

struct cursor {
	const char *at;
	size_t left;
};

static bool take(struct cursor *cursor, void *ret, size_t size)
{
	if (cursor->left < size)
		return false;
	memcpy(ret, cursor->at, size);
	cursor->at += size;
	cursor->left -= size;
	return true;
}

/* Its length, its bytes, and a NUL. */
static bool take_name(struct cursor *cursor, const char **name)
{
	uint8_t len;

	if (!take(cursor, &len, sizeof(len)) || cursor->left <= len ||
	    strnlen(cursor->at, cursor->left) != len)
		return false;
	*name = cursor->at;
	cursor->at += len + 1;
	cursor->left -= len + 1u;
	return true;
}

static bool take_column(struct cursor *cursor, struct capture_column *column)
{
	struct column_bytes bytes;

	if (!take(cursor, &bytes, sizeof(bytes)) || !take_name(cursor, &column->name))
		return false;
	column->id = bytes.id;
	column->width = bytes.width;
	column->flags = bytes.flags;
	return true;
}

/* nr_columns: of the tables before; increased. */
static bool take_table(struct capture_read_schema *read, struct cursor *cursor,
		       struct capture_table *table, size_t *nr_columns)
{
	struct table_bytes head;

	if (!take(cursor, &head, sizeof(head)) || !take_name(cursor, &table->name) ||
	    head.nr_columns > CAPTURE_COLUMNS_MAX)
		return false;
	table->id = head.id;
	table->nr_columns = head.nr_columns;
	table->columns = read->columns + *nr_columns;
	for (size_t i = 0; i < head.nr_columns; i++)
		if (!take_column(cursor, &read->columns[(*nr_columns)++]))
			return false;
	return true;
}

static bool take_tables(struct capture_read_schema *read, struct cursor *cursor, size_t nr_tables)
{
	size_t nr_columns = 0;

	if (nr_tables > CAPTURE_TABLES_MAX)
		return false;
	for (size_t i = 0; i < nr_tables; i++)
		if (!take_table(read, cursor, &read->tables[i], &nr_columns))
			return false;
	read->schema = (struct capture_schema) { read->tables, nr_tables };
	return capture_schema__is_sound(&read->schema);
}

int capture_read_schema__set(struct capture_read_schema *read, const char *data, size_t len,
			     size_t nr_tables)
{
	struct cursor cursor;

	capture_read_schema__free(read);
	/* There are not more than can be described in so many bytes. */
	read->columns = must(calloc(len / sizeof(struct column_bytes) + 1, sizeof(*read->columns)));
	read->data = must(malloc(len ? len : 1));
	memcpy(read->data, data, len);
	cursor = (struct cursor) { read->data, len };
	if (take_tables(read, &cursor, nr_tables))
		return 0;
	capture_read_schema__free(read);
	return -EBADMSG;
}

void capture_read_schema__free(struct capture_read_schema *read)
{
	free(read->columns);
	free(read->data);
	*read = (struct capture_read_schema) { 0 };
}
