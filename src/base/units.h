/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for people: three digits and the unit that fits the size. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include "buf.h"

/* "1.31 us" */
void units_add_duration(struct buf *out, uint64_t ns);
/* The same for a narrow column: "1.31us". */
void units_add_brief_duration(struct buf *out, uint64_t ns);
/* Exact, with three digits at least: "1.00 ms", "1.00025 ms". */
void units_add_exact_duration(struct buf *out, uint64_t ns);
/* In five columns, more only for many seconds; rounded down: "1.5ms", "12us", "340s". */
void units_add_short_duration(struct buf *out, uint64_t ns);
/* Two digits after the point, rounded down: "123.45 ms". */
void units_add_cut_duration(struct buf *out, uint64_t ns);
/* In five columns: "0", "132K", "97.7M", "100G". */
void units_add_bytes(struct buf *out, uint64_t bytes);
/* A multiple of 1 KiB, exact: "4K", "2M", "1025K". */
void units_add_exact_bytes(struct buf *out, uint64_t bytes);
/* Two digits after the point, rounded down: "123.45 KiB", "89 bytes". */
void units_add_cut_bytes(struct buf *out, uint64_t bytes);
/* n in full if that fits width columns, else "12.3k". */
void units_add_count(struct buf *out, uint64_t n, unsigned int width);
/*
 * "12.3%". A part below the whole is never shown as 100%, a part above 0 never as 0.0%; a part
 * above the whole is "234%". If the whole is 0 the share is "-".
 */
void units_add_share(struct buf *out, uint64_t part, uint64_t whole);

/* The end of a regular English noun after the number n: "1 fault", "2 faults". */
static inline const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

#endif /* BASE_UNITS_H */
