/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows single things in a format.
 */
#ifndef TESTS_UNIT_SHOW_H
#define TESTS_UNIT_SHOW_H

#include "../../src/format/formats.h"

/* Shows something once: calls an operation of the format with an instance for *out. */
#define SHOW(format_ops, out, run, op, ...)                                \
	do {                                                               \
		struct format *shown_ = format__new(format_ops, out, run); \
		format__show(shown_, op, ##__VA_ARGS__);                   \
		format__free(shown_);                                      \
	} while (0)

/* The same for maps. of: "map" or "account". */
#define SHOW_MAP(format_ops, of, out, run, op, ...)                        \
	do {                                                               \
		struct format *shown_ = format__new(format_ops, out, run); \
		shown_->map = shown_->ops->of;                             \
		format__show_map(shown_, op, ##__VA_ARGS__);               \
		format__free(shown_);                                      \
	} while (0)

#endif /* TESTS_UNIT_SHOW_H */
