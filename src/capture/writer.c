/* SPDX-License-Identifier: GPL-2.0-only */
#include "writer.h"

#include <errno.h>
#include <stdlib.h>

#include "../base/intern.h"
#include "../base/log.h"
#include "../base/must.h"
#include "block_queue.h"
#include "value.h"

/* Strings of a segment are held in memory. With half of one of these a new segment begins. */
#define STRING_BYTES_MAX   (4u << 20)
#define STRINGS_MAX	   (64u << 10)
/* Each may hold a block that is not full yet; with them the free ones must not run out. */
#define WRITTEN_TABLES_MAX 24

/* A table's rows that are not handed over yet. */
struct pending {
	const struct capture_table *table;
	size_t row_bytes;
	size_t capacity;     /* of a block, in rows */
	struct block *block; /* NULL: there are none */
};

struct capture_writer {
	struct capture_writer_options opts;
	struct block_queue *queue;
	struct intern strings; /* an id is one more than the number here */
	struct block *string_block;
	struct block *end_block; /* taken at once: at the end there may be no free block */
	struct buf meta;
	struct pending pending[WRITTEN_TABLES_MAX];
	uint64_t segment_bytes; /* of rows and strings in this segment, not compressed */
	uint64_t last_ns;	/* the latest time in any row so far */
	uint32_t segment;
	bool begins_file; /* the next segment does */
	bool is_told;	  /* the user knows that a write failed */
};

/* ---- Blocks --------------------------------------------------------------------------------- */

/* Says once what is wrong. Returns it. */
static int tell(struct capture_writer *writer, int err)
{
	if (err && err != -EPIPE && !writer->is_told)
		log_error("cannot write %s: %s", writer->opts.name,
			  err == -ETIMEDOUT ? "nobody reads it" : strerror(-err));
	writer->is_told |= err != 0;
	return err;
}

/* 0, or why nothing is written any more. */
static int check(struct capture_writer *writer)
{
	return tell(writer, block_queue__error(writer->queue));
}

static struct block *take_block(struct capture_writer *writer, enum capture_block_type type)
{
	struct block *block = block_queue__take(writer->queue);

	if (block) {
		block->header.type = (uint16_t)type;
		block->header.segment = writer->segment;
		block->header.first_ns = block->header.last_ns = writer->last_ns;
	}
	return block;
}

static void put_block(struct capture_writer *writer, struct block **block)
{
	block_queue__put(writer->queue, *block);
	*block = NULL;
}

static void put_strings(struct capture_writer *writer)
{
	if (writer->string_block)
		put_block(writer, &writer->string_block);
}

/* What rows point to goes before them: strings, and the tables before theirs. */
static void put_rows(struct capture_writer *writer, size_t last_table)
{
	put_strings(writer);
	for (size_t i = 0; i <= last_table; i++) {
		struct pending *pending = &writer->pending[i];

		if (pending->block)
			put_block(writer, &pending->block);
	}
}

static void put_meta_block(struct capture_writer *writer, struct block *block)
{
	block->header.rows = (uint32_t)writer->opts.schema.nr_tables;
	block->len = writer->meta.len;
	memcpy(block->data, writer->meta.data, writer->meta.len);
	put_block(writer, &block);
}

/* Twice, if there is another free block: without it the whole segment could not be read. */
static void put_meta(struct capture_writer *writer, struct block *block)
{
	block->begins_segment = true;
	block->begins_file = writer->begins_file;
	writer->begins_file = false;
	put_meta_block(writer, block);
	block = take_block(writer, CAPTURE_META);
	if (block)
		put_meta_block(writer, block);
}

/* ---- Segments ------------------------------------------------------------------------------- */

static bool is_segment_full(const struct capture_writer *writer)
{
	return writer->begins_file || writer->segment_bytes >= writer->opts.segment_bytes ||
	       writer->strings.bytes.len >= STRING_BYTES_MAX / 2 ||
	       writer->strings.nr >= STRINGS_MAX / 2;
}

static void begin_segment(struct capture_writer *writer, struct block *block)
{
	if (writer->opts.end_segment)
		writer->opts.end_segment(writer->opts.ctx);
	put_rows(writer, writer->opts.schema.nr_tables - 1);
	writer->segment++;
	writer->segment_bytes = 0;
	intern__free(&writer->strings);
	block->header.segment = writer->segment;
	put_meta(writer, block);
	writer->opts.begin_segment(writer->opts.ctx);
}

void capture_writer__begin_file(struct capture_writer *writer)
{
	writer->begins_file = true;
}

int capture_writer__begin(struct capture_writer *writer)
{
	struct block *block = NULL;
	int err = check(writer);

	if (!err && is_segment_full(writer))
		block = take_block(writer, CAPTURE_META);
	/* Without a free block the old segment goes on. */
	if (block)
		begin_segment(writer, block);
	return err;
}

/* ---- Strings -------------------------------------------------------------------------------- */

/* 0, or -EAGAIN. */
static int store_string(struct capture_writer *writer, const void *bytes, uint16_t len)
{
	struct block *block = writer->string_block;
	uint32_t id = writer->strings.nr + 1;

	if (block && BLOCK_BYTES - block->len < sizeof(len) + len)
		put_strings(writer);
	block = writer->string_block;
	if (!block) {
		block = writer->string_block = take_block(writer, CAPTURE_STRINGS);
		if (!block)
			return -EAGAIN;
		memcpy(block->data, &id, sizeof(id));
		block->len = sizeof(id);
	}
	memcpy(block->data + block->len, &len, sizeof(len));
	memcpy(block->data + block->len + sizeof(len), bytes, len);
	block->len += sizeof(len) + len;
	writer->segment_bytes += len;
	block->header.rows++;
	return 0;
}

int capture_writer__string(struct capture_writer *writer, const void *bytes, size_t len,
			   uint32_t *id)
{
	uint32_t nr = writer->strings.nr;
	int err = check(writer);

	if (err)
		return err;
	if (len > CAPTURE_STRING_MAX)
		return -ERANGE;
	if (intern__find(&writer->strings, bytes, len, id)) {
		++*id;
		return 0;
	}
	if (writer->strings.bytes.len + len > STRING_BYTES_MAX || nr == STRINGS_MAX)
		return -EAGAIN;
	err = store_string(writer, bytes, (uint16_t)len);
	if (!err)
		*id = intern__add(&writer->strings, bytes, len) + 1;
	return err;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static bool fits(const struct capture_table *table, const uint64_t *values)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < table->nr_columns; i++)
		rest |= values[i] & ~(UINT64_MAX >> (64 - 8 * table->columns[i].width));
	return !rest;
}

static void see_time(struct capture_writer *writer, struct capture_header *header, uint64_t time_ns)
{
	if (!header->rows || time_ns < header->first_ns)
		header->first_ns = time_ns;
	if (!header->rows || time_ns > header->last_ns)
		header->last_ns = time_ns;
	if (time_ns > writer->last_ns)
		writer->last_ns = time_ns;
}

static void store_row(struct capture_writer *writer, const struct pending *pending,
		      const uint64_t *values)
{
	const struct capture_column *column = pending->table->columns;
	struct block *block = pending->block;
	char *values_of_column = block->data;

	for (size_t i = 0; i < pending->table->nr_columns; i++, column++) {
		value_store(values_of_column + block->header.rows * column->width, values[i],
			    column->width);
		values_of_column += pending->capacity * column->width;
		if (column->flags & CAPTURE_TIME)
			see_time(writer, &block->header, values[i]);
	}
	block->header.rows++;
}

int capture_writer__row(struct capture_writer *writer, size_t table, const uint64_t *values)
{
	struct pending *pending = &writer->pending[table];
	int err = check(writer);

	if (err)
		return err;
	if (!fits(pending->table, values))
		return -ERANGE;
	if (!pending->block) {
		pending->block = take_block(writer, CAPTURE_ROWS);
		if (!pending->block)
			return -EAGAIN;
		pending->block->table = pending->table;
		pending->block->dropped =
			writer->opts.dropped ? &writer->opts.dropped[table] : NULL;
		pending->block->header.table = pending->table->id;
	}
	store_row(writer, pending, values);
	writer->segment_bytes += pending->row_bytes;
	if (pending->block->header.rows == pending->capacity)
		put_rows(writer, table);
	return 0;
}

/* ---- From open to end ----------------------------------------------------------------------- */

static void free_writer(struct capture_writer *writer)
{
	intern__free(&writer->strings);
	buf__free(&writer->meta);
	free(writer);
}

static int check_options(const struct capture_schema *schema)
{
	bool is_sound = schema->nr_tables && schema->nr_tables <= WRITTEN_TABLES_MAX &&
			capture_schema__is_sound(schema);

	return is_sound ? 0 : -EINVAL;
}

int capture_writer__open(const struct capture_writer_options *opts, struct capture_writer **writer)
{
	const struct capture_schema *schema = &opts->schema;
	int err = check_options(schema);
	struct capture_writer *new;

	if (err)
		return err;
	new = must(calloc(1, sizeof(*new)));
	new->opts = *opts;
	for (size_t i = 0; i < schema->nr_tables; i++) {
		new->pending[i].table = &schema->tables[i];
		new->pending[i].row_bytes = capture_table__width(&schema->tables[i]);
		new->pending[i].capacity = block__capacity(&schema->tables[i]);
	}
	capture_schema__add(schema, &new->meta);
	err = new->meta.len > BLOCK_BYTES ? -EINVAL : block_queue__open(&opts->output, &new->queue);
	if (err) {
		free_writer(new);
		return err;
	}
	new->end_block = must(take_block(new, CAPTURE_END));
	put_meta(new, must(take_block(new, CAPTURE_META)));
	*writer = new;
	return 0;
}

int capture_writer__flush(struct capture_writer *writer)
{
	if (!block_queue__is_behind(writer->queue))
		put_rows(writer, writer->opts.schema.nr_tables - 1);
	return check(writer);
}

int capture_writer__dump(struct capture_writer *writer)
{
	struct block *block = take_block(writer, CAPTURE_END);

	if (!block)
		return -EAGAIN;
	put_rows(writer, writer->opts.schema.nr_tables - 1);
	block->header.first_ns = block->header.last_ns = writer->last_ns;
	block->is_dump = true;
	put_block(writer, &block);
	/* Readers take what follows an END for another segment. */
	writer->begins_file = true;
	return check(writer);
}

int capture_writer__end(struct capture_writer *writer)
{
	struct capture_header *header = &writer->end_block->header;
	int err;

	put_rows(writer, writer->opts.schema.nr_tables - 1);
	header->segment = writer->segment;
	header->first_ns = header->last_ns = writer->last_ns;
	put_block(writer, &writer->end_block);
	err = tell(writer, block_queue__close(writer->queue));
	free_writer(writer);
	return err;
}
