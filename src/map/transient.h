/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transient mappings, mapped and unmapped between two maps, are known by their faults only.
 * Those that are alike and overlap or touch are merged into one row.
 */
#ifndef MAP_TRANSIENT_H
#define MAP_TRANSIENT_H

#include "map.h"

/* Are both transient and alike (class, device, permissions, name), and do they overlap or touch? */
bool transient_is_one(const struct map_row *a, const struct map_row *b);
void transient_grow(struct map_row *row, uint64_t start, uint64_t end);

/* Merges such rows and reorders all. Returns how many are left. */
size_t transient_fold(struct map_row *rows, size_t nr);

#endif /* MAP_TRANSIENT_H */
