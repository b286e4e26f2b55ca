/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a capture: rows of tables, and the strings that they point to. A second thread compresses
 * and writes, in bounded memory; what it cannot take is refused, and the owner counts a loss.
 */
#ifndef CAPTURE_WRITER_H
#define CAPTURE_WRITER_H

#include "block_output.h"
#include "schema.h"

struct capture_writer;

struct capture_writer_options {
	struct block_output_options output;
	const char *name; /* for messages, as "to standard output" or a path */
	/* Outlives the writer. Rows point only to rows of tables that come before theirs. */
	struct capture_schema schema;
	uint64_t segment_bytes; /* of rows and strings, before they are compressed */
	/*
	 * Counts for each table the rows that were taken, but not written: to be read when the writer
	 * has ended. NULL: not asked for.
	 */
	uint64_t *dropped;
	/* A segment begins, but for the first: ids of strings and of rows are to be made anew. */
	void (*begin_segment)(void *ctx);
	/* The segment is about to end, but for the last one: rows can be added to it. May be NULL. */
	void (*end_segment)(void *ctx);
	void *ctx;
};

/*
 * Starts a thread, which keeps the capabilities of the caller: drop them before. 0, or -errno:
 * -EINVAL if there cannot be such tables.
 */
int capture_writer__open(const struct capture_writer_options *opts, struct capture_writer **writer);

/* The next event begins a segment, and with it a file if there are several. */
void capture_writer__begin_file(struct capture_writer *writer);

/*
 * All that follow return 0, or -errno of a write that failed: it is told once, in a message (but
 * for -EPIPE: the reader of a pipe is gone), and all that was written before is whole. From then
 * on nothing is written.
 */

/* Before the strings and rows of one event: a new segment may begin here, and nowhere else. */
int capture_writer__begin(struct capture_writer *writer);
/* *id: of a string of any bytes; equal ones have equal ids. Or -EAGAIN; -ERANGE: it is too long. */
int capture_writer__string(struct capture_writer *writer, const void *bytes, size_t len,
			   uint32_t *id);
/*
 * table: its place among the tables. values: one for each of its columns. Or -EAGAIN: the row is
 * lost, since the disk is slow; -ERANGE: a value does not fit into its column.
 */
int capture_writer__row(struct capture_writer *writer, size_t table, const uint64_t *values);
/*
 * Hands over what there is, so that readers see it soon, if the disk is not behind: small blocks
 * take the place of large ones. Waits for nothing.
 */
int capture_writer__flush(struct capture_writer *writer);
/*
 * Of what is kept in memory: writes a capture that ends here into a file. -EAGAIN: not now, since
 * there is no free block.
 */
int capture_writer__dump(struct capture_writer *writer);
/* Writes all and the mark of a complete capture, and frees the writer. */
int capture_writer__end(struct capture_writer *writer);

#endif /* CAPTURE_WRITER_H */
