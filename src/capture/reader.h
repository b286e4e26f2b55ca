/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a capture, which a stranger may have written: every length, id and checksum is checked,
 * and memory is bounded. What is damaged is told, and reading goes on behind it. Tables, columns
 * and blocks that nobody asked for are skipped.
 */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "input.h"
#include "problem.h"
#include "schema.h"

struct capture_reader;

/* The columns that are wanted of a table, by their ids. */
struct capture_wanted {
	uint16_t table;
	uint16_t nr_columns; /* at most CAPTURE_COLUMNS_MAX */
	const uint16_t *columns;
};

struct capture_reader_options {
	struct capture_input input;
	/* These outlive the reader. NULL: all tables with all columns, in the order of the file. */
	const struct capture_wanted *wanted;
	size_t nr_wanted;
	struct capture_problem_sink problems;
};

/* Valid until the next row is read. */
struct capture_row {
	const struct capture_table *table; /* as the file describes it */
	size_t nr_values;
	const uint64_t *values; /* of the wanted columns; 0 where the file does not have one */
	bool is_first; /* of its block; in later rows only the values `moving` may have changed */
	const uint16_t *moving;
	size_t nr_moving;
	uint32_t segment;
	bool begins_segment; /* the first row that is read of it: what ids meant before is over */
	bool begins_capture; /* the first row that is read of a capture that follows another one */
};

struct capture_reader *capture_reader__new(const struct capture_reader_options *opts);
void capture_reader__free(struct capture_reader *reader);

/*
 * 1: a row. 0: the end. -EBADMSG: it is no capture. -EINTR: a signal came while it waited for a
 * pipe; call it again. -ECANCELED: the run is over (see stop.h). Or another -errno of read(2).
 */
int capture_reader__next(struct capture_reader *reader, struct capture_row *row);

/*
 * The bytes of a string of the last row's segment, and a NUL; until the next row is read. NULL:
 * id is 0 or of no string, or the block with the string is lost.
 */
const char *capture_reader__string(const struct capture_reader *reader, uint64_t id, size_t *len);

#endif /* CAPTURE_READER_H */
