/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings that came and went, each known by its faults only: those that were alike, at
 * one place after the other or side by side, are shown as one.
 */
#ifndef MAP_PASSED_H
#define MAP_PASSED_H

#include "map.h"

/* Do both come and go, and is b the same to a reader, and overlaps or touches a? */
bool passed_is_one(const struct map_row *a, const struct map_row *b);
void passed_grow(struct map_row *row, uint64_t start, uint64_t end);

/* How many rows are left; they are in another order then. */
size_t passed_fold(struct map_row *rows, size_t nr);

#endif /* MAP_PASSED_H */
