/* SPDX-License-Identifier: GPL-2.0-only */
#include "units.h"

#include <stdbool.h>

/* The largest share that is shown. */
#define PERCENT_MAX 1e15

struct unit {
	const char *name;
	uint64_t size;
	unsigned int digits; /* the most after the point, in three digits */
};

static const struct unit time_units[] = {
	{ "ns", 1, 0 },		{ "us", 1000, 2 }, { "ms", 1000000, 2 },
	{ "s", 1000000000, 2 }, { NULL, 0, 0 },
};

static const struct unit count_units[] = {
	{ "", 1, 0 },		{ "k", 1000, 2 },	   { "M", 1000000, 2 },
	{ "G", 1000000000, 2 }, { "T", 1000000000000, 2 }, { NULL, 0, 0 },
};

static const struct unit byte_units[] = {
	{ "K", 1ULL << 10, 0 }, { "M", 1ULL << 20, 1 }, { "G", 1ULL << 30, 1 },
	{ "T", 1ULL << 40, 1 }, { "P", 1ULL << 50, 1 }, { "E", 1ULL << 60, 1 },
	{ NULL, 0, 0 },
};

static const struct unit long_byte_units[] = {
	{ "bytes", 1, 0 },	  { "KiB", 1ULL << 10, 2 }, { "MiB", 1ULL << 20, 2 },
	{ "GiB", 1ULL << 30, 2 }, { "TiB", 1ULL << 40, 2 }, { NULL, 0, 0 },
};

/* n in 10^-digits of the unit; rounded down, or to the nearest number. */
static uint64_t scale(uint64_t n, const struct unit *unit, unsigned int digits, bool nearest)
{
	static const unsigned int powers[] = { 1, 10, 100 };

	return (uint64_t)(((unsigned __int128)n * powers[digits] + (nearest ? unit->size / 2 : 0)) /
			  unit->size);
}

/* Adds n in one unit, rounded, with three digits; false if they are not enough. */
static bool try_unit(struct buf *out, uint64_t n, const struct unit *unit)
{
	bool last = !unit[1].name;

	for (unsigned int digits = unit->digits;; digits--) {
		uint64_t rounded = scale(n, unit, digits, true);

		if (rounded < 1000 || (last && !digits)) {
			buf__add_fixed(out, rounded, digits);
			return true;
		}
		if (!digits)
			return false;
	}
}

static void add_rounded(struct buf *out, uint64_t n, const struct unit *unit, const char *space)
{
	while (!try_unit(out, n, unit))
		unit++;
	buf__adds(out, space);
	buf__adds(out, unit->name);
}

/* The greatest unit that is not above n; the first one, if all are. */
static const struct unit *unit_of(uint64_t n, const struct unit *unit)
{
	while (unit[1].name && n >= unit[1].size)
		unit++;
	return unit;
}

static void add_cut(struct buf *out, uint64_t n, const struct unit *unit)
{
	unit = unit_of(n, unit);
	buf__add_fixed(out, scale(n, unit, unit->digits, false), unit->digits);
	buf__addc(out, ' ');
	buf__adds(out, unit->name);
}

void units_add_duration(struct buf *out, uint64_t ns)
{
	add_rounded(out, ns, time_units, " ");
}

void units_add_brief_duration(struct buf *out, uint64_t ns)
{
	add_rounded(out, ns, time_units, "");
}

void units_add_short_duration(struct buf *out, uint64_t ns)
{
	const struct unit *unit = unit_of(ns, time_units);
	unsigned int digits = unit->digits && ns < 10 * unit->size ? 1 : 0;

	buf__add_fixed(out, scale(ns, unit, digits, false), digits);
	buf__adds(out, unit->name);
}

void units_add_exact_duration(struct buf *out, uint64_t ns)
{
	const struct unit *unit = unit_of(ns, time_units);
	unsigned int digits = 3 * (unsigned int)(unit - time_units);
	unsigned int least = ns < 10 * unit->size ? 2 : ns < 100 * unit->size ? 1 : 0;

	for (; digits > least && ns % 10 == 0; digits--)
		ns /= 10;
	buf__add_fixed(out, ns, digits);
	buf__addc(out, ' ');
	buf__adds(out, unit->name);
}

void units_add_cut_duration(struct buf *out, uint64_t ns)
{
	add_cut(out, ns, time_units);
}

void units_add_bytes(struct buf *out, uint64_t bytes)
{
	if (bytes)
		add_rounded(out, bytes, byte_units, "");
	else
		buf__addc(out, '0');
}

void units_add_exact_bytes(struct buf *out, uint64_t bytes)
{
	const struct unit *unit = unit_of(bytes, byte_units);

	while (unit > byte_units && bytes % unit->size)
		unit--;
	buf__add_u64(out, bytes / unit->size);
	buf__adds(out, unit->name);
}

void units_add_cut_bytes(struct buf *out, uint64_t bytes)
{
	add_cut(out, bytes, long_byte_units);
}

void units_add_count(struct buf *out, uint64_t n, unsigned int width)
{
	if (count_digits(n) <= width)
		buf__add_u64(out, n);
	else
		add_rounded(out, n, count_units, "");
}

void units_add_share(struct buf *out, uint64_t part, uint64_t whole)
{
	double percent = whole ? (double)part * 100 / (double)whole : 0;
	uint64_t tenths;

	/* A larger one could not be converted to an integer. */
	if (percent > PERCENT_MAX)
		percent = PERCENT_MAX;
	tenths = (uint64_t)(percent * 10 + 0.5);
	if (!whole) {
		buf__addc(out, '-');
		return;
	}
	if (part && !tenths)
		buf__adds(out, "<0.1");
	else if (part < whole)
		buf__add_fixed(out, tenths < 1000 ? tenths : 999, 1);
	else
		buf__add_u64(out, (uint64_t)(percent + 0.5));
	buf__addc(out, '%');
}
