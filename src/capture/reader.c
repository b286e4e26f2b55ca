/* SPDX-License-Identifier: GPL-2.0-only */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "../base/must.h"
#include "../base/stop.h"
#include "block_stream.h"
#include "columns.h"
#include "read_strings.h"

/* The rows of a block, decoded. */
struct read_rows {
	const struct capture_table *table;
	size_t nr, next;
	size_t nr_values;
	const struct decoded_column *columns[CAPTURE_COLUMNS_MAX]; /* NULL: not in this file */
	struct decoded_column decoded[CAPTURE_COLUMNS_MAX];	   /* in the order of the file */
	uint16_t moving[CAPTURE_COLUMNS_MAX]; /* the values that are not the same in all rows */
	size_t nr_moving;
	uint64_t *storage;
	size_t storage_size;
};

struct capture_reader {
	struct capture_reader_options opts;
	struct block_stream *stream;
	ZSTD_DCtx *zstd;
	char *data; /* of the block that is read */
	size_t data_size;
	struct capture_read_schema schema;
	struct read_strings strings;
	bool has_segment;
	bool begins_segment;
	bool begins_capture;
	uint32_t segment;
	uint32_t capture; /* of the segment */
	struct read_rows rows;
	uint64_t values[CAPTURE_COLUMNS_MAX]; /* of the row */
};

struct capture_reader *capture_reader__new(const struct capture_reader_options *opts)
{
	struct capture_reader *reader = must(calloc(1, sizeof(*reader)));

	reader->opts = *opts;
	reader->stream = block_stream__new(&opts->input, &opts->problems);
	reader->zstd = must(ZSTD_createDCtx());
	return reader;
}

void capture_reader__free(struct capture_reader *reader)
{
	if (!reader)
		return;
	block_stream__free(reader->stream);
	ZSTD_freeDCtx(reader->zstd);
	capture_read_schema__free(&reader->schema);
	read_strings__clear(&reader->strings);
	free(reader->rows.storage);
	free(reader->data);
	free(reader);
}

/* ---- What is wanted ------------------------------------------------------------------------- */

static const struct capture_table *find_table(const struct capture_reader *reader, uint16_t id)
{
	const struct capture_schema *schema = &reader->schema.schema;

	for (size_t i = 0; i < schema->nr_tables; i++)
		if (schema->tables[i].id == id)
			return &schema->tables[i];
	return NULL;
}

static const struct capture_wanted *find_wanted(const struct capture_reader *reader, uint16_t table)
{
	for (size_t i = 0; i < reader->opts.nr_wanted; i++)
		if (reader->opts.wanted[i].table == table)
			return &reader->opts.wanted[i];
	return NULL;
}

/* The place of a column in the table, or the number of columns: there is none. */
static size_t find_column(const struct capture_table *table, uint16_t id)
{
	size_t i = 0;

	while (i < table->nr_columns && table->columns[i].id != id)
		i++;
	return i;
}

/* Later versions may add flags, and with them ways to understand a value. */
static bool is_readable(const struct capture_table *table, size_t column)
{
	const unsigned int known = CAPTURE_DELTA | CAPTURE_STRING | CAPTURE_TIME;

	return column < table->nr_columns && !(table->columns[column].flags & ~known);
}

/* ---- Blocks --------------------------------------------------------------------------------- */

static void reserve_data(struct capture_reader *reader, size_t needed)
{
	if (needed <= reader->data_size)
		return;
	free(reader->data);
	reader->data = must(malloc(needed));
	reader->data_size = needed;
}

/* Is there one frame, with as many data as the header says? Then they are in reader->data. */
static bool decompress(struct capture_reader *reader, const struct read_block *block)
{
	const struct capture_header *header = &block->header;

	if (header->data_bytes > CAPTURE_DATA_MAX ||
	    ZSTD_getFrameContentSize(block->frame, header->frame_bytes) != header->data_bytes ||
	    ZSTD_findFrameCompressedSize(block->frame, header->frame_bytes) != header->frame_bytes)
		return false;
	reserve_data(reader, header->data_bytes ? header->data_bytes : 1);
	return ZSTD_decompressDCtx(reader->zstd, reader->data, reader->data_size, block->frame,
				   header->frame_bytes) == header->data_bytes;
}

/*
 * A segment begins, even if its first block cannot be read: what is known is of the one before. Each
 * segment has two of these blocks, of which the second one takes the place of a damaged first one.
 */
static bool take_meta(struct capture_reader *reader, const struct read_block *block)
{
	if (reader->has_segment && block->header.segment == reader->segment)
		return true;
	reader->has_segment = false;
	read_strings__clear(&reader->strings);
	if (!decompress(reader, block) ||
	    capture_read_schema__set(&reader->schema, reader->data, block->header.data_bytes,
				     block->header.rows))
		return false;
	reader->has_segment = reader->begins_segment = true;
	reader->segment = block->header.segment;
	return true;
}

static bool take_strings(struct capture_reader *reader, const struct read_block *block)
{
	return decompress(reader, block) &&
	       !read_strings__add(&reader->strings, reader->data, block->header.data_bytes,
				  block->header.rows);
}

/* Gives each wanted column that the file has a place for its values, once. */
static void place_columns(struct read_rows *rows, const struct capture_wanted *wanted)
{
	uint64_t *next = rows->storage;

	memset(rows->decoded, 0, sizeof(rows->decoded));
	rows->nr_values = wanted ? wanted->nr_columns : rows->table->nr_columns;
	for (size_t i = 0; i < rows->nr_values; i++) {
		size_t column = wanted ? find_column(rows->table, wanted->columns[i]) : i;

		rows->columns[i] = NULL;
		if (!is_readable(rows->table, column))
			continue;
		if (!rows->decoded[column].values) {
			rows->decoded[column].values = next;
			next += rows->nr;
		}
		rows->columns[i] = &rows->decoded[column];
	}
}

static void find_moving(struct read_rows *rows)
{
	rows->nr_moving = 0;
	for (size_t i = 0; i < rows->nr_values; i++)
		if (rows->columns[i] && !rows->columns[i]->is_steady)
			rows->moving[rows->nr_moving++] = (uint16_t)i;
}

/* A row has at least a byte for each value, so that rows are bounded as data are. */
static void reserve_values(struct read_rows *rows)
{
	size_t needed = rows->nr * rows->table->nr_columns;

	if (needed <= rows->storage_size)
		return;
	free(rows->storage);
	rows->storage = must(malloc(needed * sizeof(*rows->storage)));
	rows->storage_size = needed;
}

/* Are the times that were read between those of the header, by which blocks are skipped? */
static bool are_times_right(const struct read_rows *rows, const struct capture_header *header)
{
	for (size_t i = 0; i < rows->table->nr_columns; i++) {
		const struct decoded_column *column = &rows->decoded[i];
		size_t nr = column->is_steady ? 1 : rows->nr;

		if (!column->values || !(rows->table->columns[i].flags & CAPTURE_TIME))
			continue;
		for (size_t row = 0; row < nr; row++)
			if (column->values[row] < header->first_ns ||
			    column->values[row] > header->last_ns)
				return false;
	}
	return true;
}

static bool take_rows(struct capture_reader *reader, const struct read_block *block)
{
	const struct capture_header *header = &block->header;
	const struct capture_wanted *wanted = find_wanted(reader, header->table);
	struct read_rows *rows = &reader->rows;

	rows->table = find_table(reader, header->table);
	if (!rows->table || !header->rows ||
	    header->rows > CAPTURE_DATA_MAX / capture_table__width(rows->table))
		return false;
	if (!wanted && reader->opts.wanted)
		return true;
	if (!decompress(reader, block))
		return false;
	rows->nr = header->rows;
	reserve_values(rows);
	place_columns(rows, wanted);
	if (!columns__decode(rows->table, rows->nr, reader->data, header->data_bytes,
			     rows->decoded) ||
	    !are_times_right(rows, header)) {
		rows->nr = 0;
		return false;
	}
	find_moving(rows);
	return true;
}

static bool take_end(struct capture_reader *reader, const struct read_block *block)
{
	reader->has_segment = false;
	return !block->header.frame_bytes;
}

/* Of each type of block: whether it was what its header says. */
static bool (*const take_data[])(struct capture_reader *reader, const struct read_block *block) = {
	[CAPTURE_META] = take_meta,
	[CAPTURE_STRINGS] = take_strings,
	[CAPTURE_ROWS] = take_rows,
	[CAPTURE_END] = take_end,
};

static void take(struct capture_reader *reader, const struct read_block *block)
{
	const struct capture_header *header = &block->header;
	bool is_known = header->version == CAPTURE_VERSION &&
			header->type < sizeof(take_data) / sizeof(*take_data) &&
			take_data[header->type];
	bool is_of_segment = header->type == CAPTURE_META ||
			     (reader->has_segment && header->segment == reader->segment);

	if (!is_known)
		block_stream__tell(reader->stream, CAPTURE_UNKNOWN, block);
	else if (!is_of_segment && header->type != CAPTURE_END)
		block_stream__tell(reader->stream, CAPTURE_ORPHANED, block);
	else if (!take_data[header->type](reader, block))
		block_stream__tell(reader->stream, CAPTURE_DAMAGED, block);
}

static void begin_capture(struct capture_reader *reader, uint32_t capture)
{
	reader->capture = capture;
	reader->has_segment = false;
	reader->begins_capture = true;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

int capture_reader__next(struct capture_reader *reader, struct capture_row *row)
{
	struct read_rows *rows = &reader->rows;

	while (rows->next == rows->nr) {
		struct read_block block;
		int err = stop_asked() ? -ECANCELED : block_stream__next(reader->stream, &block);

		if (err <= 0)
			return err;
		rows->nr = rows->next = 0;
		if (block.capture != reader->capture)
			begin_capture(reader, block.capture);
		take(reader, &block);
	}
	if (!rows->next)
		for (size_t i = 0; i < rows->nr_values; i++)
			reader->values[i] = rows->columns[i] ? *rows->columns[i]->values : 0;
	for (size_t i = 0; i < rows->nr_moving; i++)
		reader->values[rows->moving[i]] =
			rows->columns[rows->moving[i]]->values[rows->next];
	*row = (struct capture_row) {
		.table = rows->table,
		.nr_values = rows->nr_values,
		.values = reader->values,
		.is_first = !rows->next++,
		.moving = rows->moving,
		.nr_moving = rows->nr_moving,
		.segment = reader->segment,
		.begins_segment = reader->begins_segment,
		.begins_capture = reader->begins_capture,
	};
	reader->begins_segment = reader->begins_capture = false;
	return 1;
}

const char *capture_reader__string(const struct capture_reader *reader, uint64_t id, size_t *len)
{
	return read_strings__get(&reader->strings, id, len);
}
