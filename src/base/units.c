/* SPDX-License-Identifier: GPL-2.0-only */
#include "units.h"

#include <stdbool.h>

struct unit {
	const char *name;
	uint64_t size;
};

static const struct unit time_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { NULL, 0 },
};

static const struct unit count_units[] = {
	{ "", 1 },	     { "k", 1000 },	     { "M", 1000000 },
	{ "G", 1000000000 }, { "T", 1000000000000 }, { NULL, 0 },
};

/* Adds n in one unit, with three digits; false if they are not enough. */
static bool try_unit(struct buf *out, uint64_t n, const struct unit *unit)
{
	uint64_t step = unit->size > 1 ? unit->size / 100 : 1;
	bool last = !unit[1].name;

	for (unsigned int digits = unit->size > 1 ? 2 : 0;; digits--) {
		uint64_t rounded = n / step + (n % step >= (step + 1) / 2 && step > 1);

		if (rounded < 1000 || (last && !digits)) {
			buf__add_fixed(out, rounded, digits);
			return true;
		}
		if (!digits)
			return false;
		step *= 10;
	}
}

static void add_scaled(struct buf *out, uint64_t n, const struct unit *unit, const char *space)
{
	while (!try_unit(out, n, unit))
		unit++;
	buf__adds(out, space);
	buf__adds(out, unit->name);
}

void units_add_duration(struct buf *out, uint64_t ns)
{
	add_scaled(out, ns, time_units, " ");
}

void units_add_brief_duration(struct buf *out, uint64_t ns)
{
	add_scaled(out, ns, time_units, "");
}

void units_add_exact_duration(struct buf *out, uint64_t ns)
{
	const struct unit *unit = time_units;
	unsigned int digits = 0, least;

	for (; unit[1].name && ns >= unit[1].size; unit++)
		digits += 3;
	least = ns < 10 * unit->size ? 2 : ns < 100 * unit->size ? 1 : 0;
	for (; digits > least && ns % 10 == 0; digits--)
		ns /= 10;
	buf__add_fixed(out, ns, digits);
	buf__addc(out, ' ');
	buf__adds(out, unit->name);
}

void units_add_count(struct buf *out, uint64_t n, unsigned int width)
{
	size_t start = out->len;

	buf__add_u64(out, n);
	if (out->len - start <= width)
		return;
	out->len = start;
	add_scaled(out, n, count_units, "");
}

void units_add_share(struct buf *out, uint64_t part, uint64_t whole)
{
	double percent = whole ? (double)part * 100 / (double)whole : 0;
	uint64_t tenths = (uint64_t)(percent * 10 + 0.5);

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
