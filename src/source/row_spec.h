/* SPDX-License-Identifier: GPL-2.0-only */
/* What a table sums faults up by: a row for each key, with a histogram of latencies. */
#ifndef SOURCE_ROW_SPEC_H
#define SOURCE_ROW_SPEC_H

#include <stdbool.h>

#include "../../bpf/contract/hist.h"
#include "../../bpf/contract/key.h"

struct row_spec {
	enum ft_key_type by[FT_KEYS]; /* FT_KEY_NONE: not used */
	struct ft_hist_scale scale;
};

static inline bool row_spec__has(const struct row_spec *rows, enum ft_key_type key)
{
	return rows->by[0] == key || rows->by[1] == key;
}

/* Does the kernel make a row for each instruction? */
static inline bool row_spec__has_code(const struct row_spec *rows)
{
	return row_spec__has(rows, FT_KEY_SYMBOL) || row_spec__has(rows, FT_KEY_LINE);
}

/* Do rows tell the cgroup of their faults? */
static inline bool row_spec__has_cgroup(const struct row_spec *rows)
{
	return row_spec__has(rows, FT_KEY_CGROUP) || row_spec__has(rows, FT_KEY_CONTAINER);
}

#endif /* SOURCE_ROW_SPEC_H */
