/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for people: three digits and the unit that fits the size. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include "buf.h"

/* "1.31 us" */
void units_add_duration(struct buf *out, uint64_t ns);
/* The same for a narrow column: "1.31us". */
void units_add_brief_duration(struct buf *out, uint64_t ns);
/* As many digits as it takes, three at least: "1.00 ms", "1.00025 ms". */
void units_add_exact_duration(struct buf *out, uint64_t ns);
/* In full if it fits so many columns, else "12.3k". */
void units_add_count(struct buf *out, uint64_t n, unsigned int width);
/*
 * "12.3%". Less than the whole is never shown as 100%, and something never as 0.0%; more
 * than the whole is "234%". A share of nothing is "-".
 */
void units_add_share(struct buf *out, uint64_t part, uint64_t whole);

/* The end of a regular English noun after the number n: "1 fault", "2 faults". */
static inline const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

#endif /* BASE_UNITS_H */
