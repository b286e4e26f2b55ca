/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture of made-up rows: each follows from its index, so that any row that is read can be
 * checked, whatever is missing before it.
 */
#ifndef TESTS_UNIT_CAPTURE_SAMPLE_H
#define TESTS_UNIT_CAPTURE_SAMPLE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../src/capture/reader.h"
#include "../../src/capture/writer.h"

enum { SAMPLE_LISTS, SAMPLE_FAULTS, SAMPLE_RARE, SAMPLE_TABLES };

#define SAMPLE_COLUMNS_MAX 9
#define SAMPLE_NAMES	   300
#define SAMPLE_RARELY	   500 /* so many faults are written between two rows of SAMPLE_RARE */
#define SAMPLE_LIST	   3   /* so many rows of SAMPLE_LISTS are a list */

static const struct capture_column sample_lists[] = {
	{ 1, 4, CAPTURE_DELTA, "index" },
	{ 2, 4, CAPTURE_DELTA, "list" },
	{ 3, 4, CAPTURE_STRING, "function" },
};

static const struct capture_column sample_faults[] = {
	{ 1, 8, CAPTURE_DELTA, "index" },
	{ 2, 8, CAPTURE_DELTA | CAPTURE_TIME, "time" },
	{ 3, 8, CAPTURE_DELTA, "address" },
	{ 4, 1, 0, "kind" },
	{ 5, 2, CAPTURE_DELTA, "cpu" },
	{ 6, 4, CAPTURE_DELTA, "any" },
	{ 7, 4, CAPTURE_STRING, "name" },
	{ 8, 8, 0, "random" },
	{ 9, 4, 0, "constant" },
};

static const struct capture_column sample_rare[] = {
	{ 1, 8, 0, "index" },
	{ 2, 1, CAPTURE_DELTA, "byte" },
};

static const struct capture_table sample_tables[SAMPLE_TABLES] = {
	{ 10, 3, "lists", sample_lists },
	{ 11, 9, "faults", sample_faults },
	{ 12, 2, "rare", sample_rare },
};

/* ---- What each row is ----------------------------------------------------------------------- */

static inline uint64_t sample_hash(uint64_t n)
{
	n = (n + 1) * 0x9E3779B97F4A7C15ULL;
	n = (n ^ n >> 31) * 0xBF58476D1CE4E5B9ULL;
	return n ^ n >> 29;
}

/* Of any bytes, some of them long; returns the length. */
static inline size_t sample_name(uint64_t number, char *name)
{
	size_t len = (size_t)snprintf(name, 32, "name \"%llu\"\n", (unsigned long long)number);

	if (number % 7 == 0)
		for (size_t more = number * 5 % 900; more; more--)
			name[len++] = (char)(sample_hash(number + more) >> 5);
	return number ? len : 0;
}

/* A value; of a column of strings, the number of its name. */
static inline uint64_t sample_value(size_t table, size_t column, uint64_t index)
{
	uint64_t hash = sample_hash(index * 16 + column);

	if (!column)
		return index;
	switch (table << 8 | column) {
	case SAMPLE_LISTS << 8 | 1: return index / SAMPLE_LIST;
	case SAMPLE_LISTS << 8 | 2: return hash % SAMPLE_NAMES;
	case SAMPLE_FAULTS << 8 | 1: return 1000000 + index * 1000 + hash % 3000;
	case SAMPLE_FAULTS << 8 | 2: return 0x7f0000000000 + index / 16 * 0x1000 * (1 + hash % 2);
	case SAMPLE_FAULTS << 8 | 3: return index / 1000 % 11;
	case SAMPLE_FAULTS << 8 | 4: return hash & 0xffff;
	case SAMPLE_FAULTS << 8 | 5: return hash >> (hash % 32) & UINT32_MAX;
	case SAMPLE_FAULTS << 8 | 6: return hash % SAMPLE_NAMES;
	case SAMPLE_FAULTS << 8 | 7: return index % 5000 < 2500 ? hash : UINT64_MAX;
	case SAMPLE_FAULTS << 8 | 8: return 4711;
	default: return hash & 0xff;
	}
}

/* ---- Writing -------------------------------------------------------------------------------- */

struct sample {
	struct capture_writer *writer;
	uint64_t segment_bytes;
	uint64_t flush_every; /* faults; 0: never */
	const struct capture_files *files;
	const struct capture_keep *keep;
	_Atomic(uint64_t) *bytes;
	uint64_t *dropped;
	uint64_t nr[SAMPLE_TABLES]; /* rows that were taken */
	uint64_t lost;
	unsigned int nr_segments;
	int err;
};

static void sample_segment(void *ctx)
{
	struct sample *sample = ctx;

	sample->nr_segments++;
}

static inline int sample_open(struct sample *sample, int fd)
{
	struct capture_writer_options opts = {
		.output = { fd, sample->files, sample->keep, sample->bytes },
		.name = "the sample",
		.schema = { sample_tables, SAMPLE_TABLES },
		.segment_bytes = sample->segment_bytes,
		.dropped = sample->dropped,
		.begin_segment = sample_segment,
		.ctx = sample,
	};

	sample->nr_segments = 1;
	return capture_writer__open(&opts, &sample->writer);
}

static inline int sample_row(struct sample *sample, size_t table, uint64_t index)
{
	uint64_t values[SAMPLE_COLUMNS_MAX];
	char name[1024];

	for (size_t i = 0; i < sample_tables[table].nr_columns; i++) {
		values[i] = sample_value(table, i, index);
		if (sample_tables[table].columns[i].flags & CAPTURE_STRING) {
			uint32_t id;
			int err = capture_writer__string(sample->writer, name,
							 sample_name(values[i], name), &id);

			if (err)
				return err;
			values[i] = id;
		}
	}
	return capture_writer__row(sample->writer, table, values);
}

/* What the writer does not take is lost, whatever else becomes of it. */
static inline void sample_put(struct sample *sample, size_t table, uint64_t index)
{
	int err = sample_row(sample, table, index);

	if (!err)
		sample->nr[table]++;
	else if (err == -EAGAIN)
		sample->lost++;
	else
		sample->err = err;
}

static inline void sample_write(struct sample *sample, uint64_t first, uint64_t nr_faults)
{
	for (uint64_t i = first; i < first + nr_faults && !sample->err; i++) {
		sample->err = capture_writer__begin(sample->writer);
		if (i % SAMPLE_RARELY == 0)
			sample_put(sample, SAMPLE_RARE, i / SAMPLE_RARELY);
		for (uint64_t j = 0; i % 100 == 0 && j < SAMPLE_LIST; j++)
			sample_put(sample, SAMPLE_LISTS, i / 100 * SAMPLE_LIST + j);
		sample_put(sample, SAMPLE_FAULTS, i);
		if (sample->flush_every && (i + 1) % sample->flush_every == 0)
			capture_writer__flush(sample->writer);
	}
}

/* ---- Reading -------------------------------------------------------------------------------- */

struct sample_read {
	uint64_t nr[SAMPLE_TABLES]; /* rows that are right */
	uint64_t wrong;
	uint64_t nameless; /* rows of which a string is lost */
	unsigned int problems[CAPTURE_PROBLEM_COUNT];
	unsigned int nr_problems;
	uint64_t next[SAMPLE_TABLES]; /* the lowest index that is possible */
	uint64_t missing_blocks;
	unsigned int nr_segments;
	unsigned int nr_captures; /* but for the first one */
	uint64_t damaged_first_ns, damaged_last_ns;
	int err;
};

static void sample_problem(void *ctx, const struct capture_problem *problem)
{
	struct sample_read *read = ctx;

	read->problems[problem->kind]++;
	read->nr_problems++;
	if (problem->kind == CAPTURE_MISSING)
		read->missing_blocks += problem->nr_blocks;
	if (problem->kind == CAPTURE_DAMAGED) {
		read->damaged_first_ns = problem->first_ns;
		read->damaged_last_ns = problem->last_ns;
	}
}

static inline bool sample_is_right(struct sample_read *read, const struct capture_reader *reader,
				   size_t table, const struct capture_row *row)
{
	uint64_t index = row->values[0];
	bool is_right = index >= read->next[table];

	read->next[table] = index + 1;
	for (size_t i = 0; i < row->nr_values; i++) {
		uint64_t value = sample_value(table, i, index);
		char name[1024];
		size_t len, want;

		if (!(sample_tables[table].columns[i].flags & CAPTURE_STRING)) {
			is_right &= row->values[i] == value;
			continue;
		}
		want = sample_name(value, name);
		const char *is = capture_reader__string(reader, row->values[i], &len);

		if (!is)
			read->nameless++;
		else
			is_right &= len == want && !memcmp(is, name, len) && !is[len];
	}
	return is_right;
}

static inline void sample_see(struct sample_read *read, const struct capture_reader *reader,
			      const struct capture_row *row)
{
	size_t table = 0;

	read->nr_segments += row->begins_segment;
	read->nr_captures += row->begins_capture;
	if (row->begins_capture)
		memset(read->next, 0, sizeof(read->next));
	while (table < SAMPLE_TABLES && sample_tables[table].id != row->table->id)
		table++;
	if (table < SAMPLE_TABLES && row->nr_values == sample_tables[table].nr_columns &&
	    sample_is_right(read, reader, table, row))
		read->nr[table]++;
	else
		read->wrong++;
}

static inline struct sample_read sample_read_input(struct capture_input input)
{
	struct sample_read read = { 0 };
	struct capture_reader_options opts = { .input = input,
					       .problems = { sample_problem, &read } };
	struct capture_reader *reader = capture_reader__new(&opts);
	struct capture_row row;

	while ((read.err = capture_reader__next(reader, &row)) > 0)
		sample_see(&read, reader, &row);
	capture_reader__free(reader);
	return read;
}

static inline struct sample_read sample_read(int fd)
{
	return sample_read_input((struct capture_input) { .fd = fd });
}

#endif /* TESTS_UNIT_CAPTURE_SAMPLE_H */
