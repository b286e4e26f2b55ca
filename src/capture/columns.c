/* SPDX-License-Identifier: GPL-2.0-only */
#include "columns.h"

#include "value.h"

#define WIDTH_MAX 8

static uint64_t mask_of(unsigned int width)
{
	return UINT64_MAX >> (64 - 8 * width);
}

/* ---- Encoding ------------------------------------------------------------------------------- */

/* Small for small differences, of either sign: 0, -1, 1, -2, .. are 0, 1, 2, 3, .. */
static inline uint64_t zigzag(uint64_t difference, unsigned int width)
{
	unsigned int unused = 64 - 8 * width;
	int64_t is = (int64_t)(difference << unused) >> unused;

	return ((uint64_t)is << 1 ^ (is < 0 ? UINT64_MAX : 0)) & mask_of(width);
}

/* Splits values into planes, each at a distance of nr_rows + 1 bytes. Inlined for each width. */
static inline void split(const char *values, unsigned int width, bool is_delta, size_t nr_rows,
			 char *planes)
{
	uint64_t before = value_load(values, width);

	for (size_t row = 0; row < nr_rows; row++) {
		uint64_t value = value_load(values + row * width, width), stored = value;

		if (is_delta)
			stored = zigzag(value - before, width);
		before = value;
		for (unsigned int i = 0; i < width; i++)
			planes[i * (nr_rows + 1) + row] = (char)(stored >> 8 * i);
	}
}

static void split_column(const struct capture_column *column, const char *values, size_t nr_rows,
			 char *planes)
{
	bool is_delta = column->flags & CAPTURE_DELTA;

	switch (column->width) {
	case 1: split(values, 1, is_delta, nr_rows, planes); break;
	case 2: split(values, 2, is_delta, nr_rows, planes); break;
	case 4: split(values, 4, is_delta, nr_rows, planes); break;
	case 8: split(values, 8, is_delta, nr_rows, planes); break;
	}
}

static bool is_same(const char *bytes, size_t step, size_t nr)
{
	return nr < 2 || !memcmp(bytes, bytes + step, (nr - 1) * step);
}

/* All rows have the same value: no need to look at each. */
static char *encode_same(const struct capture_column *column, const char *value, char *at)
{
	for (unsigned int i = 0; i < column->width; i++) {
		*at++ = CAPTURE_PLANE_SAME;
		*at++ = column->flags & CAPTURE_DELTA ? 0 : value[i];
	}
	return at;
}

static char *encode_column(const struct capture_column *column, const char *values, size_t nr_rows,
			   char *at)
{
	char *plane = at + 1;

	if (column->flags & CAPTURE_DELTA) {
		memcpy(at, values, column->width);
		at += column->width;
		plane = at + 1;
	}
	if (is_same(values, column->width, nr_rows))
		return encode_same(column, values, at);
	split_column(column, values, nr_rows, plane);
	for (unsigned int i = 0; i < column->width; i++, plane += nr_rows + 1) {
		bool same = is_same(plane, 1, nr_rows);
		size_t n = same ? 1 : nr_rows;

		*at++ = same ? CAPTURE_PLANE_SAME : CAPTURE_PLANE_BYTES;
		memmove(at, plane, n);
		at += n;
	}
	return at;
}

size_t columns__encode(const struct capture_table *table, const char *values, size_t stride,
		       size_t nr_rows, char *data)
{
	char *at = data;

	for (size_t i = 0; i < table->nr_columns; i++) {
		at = encode_column(&table->columns[i], values, nr_rows, at);
		values += stride * table->columns[i].width;
	}
	return (size_t)(at - data);
}

/* ---- Decoding ------------------------------------------------------------------------------- */

struct reading {
	const unsigned char *at, *end;
	size_t nr_rows;
};

/* The planes of a column: of each, its bytes, and whether there is one for each row. */
struct planes {
	const unsigned char *bytes[WIDTH_MAX];
	bool same[WIDTH_MAX];
};

static bool find_planes(struct reading *reading, unsigned int width, struct planes *planes)
{
	for (unsigned int i = 0; i < width; i++) {
		size_t left = (size_t)(reading->end - reading->at), n;

		if (!left || *reading->at > CAPTURE_PLANE_BYTES)
			return false;
		planes->same[i] = *reading->at == CAPTURE_PLANE_SAME;
		n = planes->same[i] ? 1 : reading->nr_rows;
		if (left - 1 < n)
			return false;
		planes->bytes[i] = reading->at + 1;
		reading->at += 1 + n;
	}
	return true;
}

static void join(const struct planes *planes, unsigned int width, size_t nr_rows, uint64_t *values)
{
	uint64_t same = 0;

	for (unsigned int i = 0; i < width; i++)
		if (planes->same[i])
			same |= (uint64_t)planes->bytes[i][0] << 8 * i;
	for (size_t row = 0; row < nr_rows; row++)
		values[row] = same;
	for (unsigned int i = 0; i < width; i++) {
		if (planes->same[i])
			continue;
		for (size_t row = 0; row < nr_rows; row++)
			values[row] |= (uint64_t)planes->bytes[i][row] << 8 * i;
	}
}

static void sum_up(uint64_t value, unsigned int width, size_t nr_rows, uint64_t *values)
{
	uint64_t mask = mask_of(width);

	for (size_t row = 0; row < nr_rows; row++) {
		uint64_t stored = values[row];

		value = (value + (stored >> 1 ^ -(stored & 1))) & mask;
		values[row] = value;
	}
}

static bool are_same(const struct planes *planes, unsigned int width)
{
	bool same = true;

	for (unsigned int i = 0; i < width; i++)
		same = same && planes->same[i];
	return same;
}

static bool decode_column(struct reading *reading, const struct capture_column *column,
			  struct decoded_column *decoded)
{
	bool is_delta = column->flags & CAPTURE_DELTA;
	struct planes planes;
	uint64_t first = 0;

	if (is_delta) {
		if ((size_t)(reading->end - reading->at) < column->width)
			return false;
		first = value_load(reading->at, column->width);
		reading->at += column->width;
	}
	if (!find_planes(reading, column->width, &planes))
		return false;
	if (!decoded->values)
		return true;
	/* Differences that are the same are steps, unless they are 0. */
	join(&planes, column->width, 1, decoded->values);
	decoded->is_steady = are_same(&planes, column->width) && !(is_delta && *decoded->values);
	if (!decoded->is_steady)
		join(&planes, column->width, reading->nr_rows, decoded->values);
	if (is_delta)
		sum_up(first, column->width, decoded->is_steady ? 1 : reading->nr_rows,
		       decoded->values);
	return true;
}

bool columns__decode(const struct capture_table *table, size_t nr_rows, const char *data,
		     size_t len, struct decoded_column *columns)
{
	const unsigned char *bytes = (const unsigned char *)data;
	struct reading reading = { bytes, bytes + len, nr_rows };

	for (size_t i = 0; i < table->nr_columns; i++)
		if (!decode_column(&reading, &table->columns[i], &columns[i]))
			return false;
	return reading.at == reading.end;
}
