/* SPDX-License-Identifier: GPL-2.0-only */
/* Names and numbers, as a flame graph has them: for flamegraph.c. */
#ifndef FORMAT_FLAMEGRAPH_TEXT_H
#define FORMAT_FLAMEGRAPH_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "../faults/profile.h"

/* Escapes text for XML. U+FFFE and U+FFFF, which are UTF-8 but not XML, become U+FFFD. */
void flamegraph_add_xml(struct buf *out, const char *text, size_t len);

/* Fits a name to the columns, as the script does: drops qualifiers first, then the end. */
void flamegraph_add_shortened(struct buf *out, const struct buf *text, size_t columns);

/* "1 fault", "89 faults" */
void flamegraph_add_faults(struct buf *out, uint64_t n);

/* "45.67 %": n of total. */
void flamegraph_add_share(struct buf *out, uint64_t n, uint64_t total);

/* Adds n in the unit of such a weight: "1.23 ms", "4.00 KiB", "89 faults". */
void flamegraph_add_amount(struct buf *out, enum profile_weight weight, uint64_t n);

#endif /* FORMAT_FLAMEGRAPH_TEXT_H */
