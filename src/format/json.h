/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NDJSON objects that are written in more than one place, and operations of the JSON format.
 */
#ifndef FORMAT_JSON_H
#define FORMAT_JSON_H

#include "../base/buf.h"
#include "../faults/format.h"

/* A fault, as an object. */
void json_add_fault(struct buf *out, const struct fault *fault);
/* ,"vma": and the mapping of a fault, or null where there is none. */
void json_add_vma(struct buf *out, const struct ft_fault *rec, const char *name);
/* ,"cause":{ with the dominant cause and the parts, without the closing brace. */
void json_add_parts(struct buf *out, const __u64 *cause_ns);

/* The operations in json_rows.c. */
void json_hist(struct format *f, const struct interval *interval);
void json_top(struct format *f, const struct interval *interval);

#endif /* FORMAT_JSON_H */
