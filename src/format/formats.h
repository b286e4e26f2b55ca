/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All output formats there are, and how to find one by its name.
 */
#ifndef FORMAT_FORMATS_H
#define FORMAT_FORMATS_H

#include "../faults/format.h"

extern const struct format_ops text_format;
extern const struct format_ops json_format;
extern const struct format_ops null_format;

/* A line a stack, "comm;outermost;..;innermost;[kind] WEIGHT", unless its weight is 0. */
extern const struct format_ops folded_format;
/* gzip'ed profile.proto, with all weights; pprof shows view->weight first. */
extern const struct format_ops pprof_format;
/* An SVG that can be searched and zoomed in a browser. */
extern const struct format_ops flamegraph_format;

extern const struct map_ops text_map;
extern const struct map_ops text_account;
extern const struct map_ops json_map;

/* The default comes first; ends with NULL. */
extern const struct format_ops *const all_formats[];

/* NULL if there is none of that name. */
const struct format_ops *format_find(const char *name);

/* What --json-schema prints: the JSON Schema of an object of the NDJSON output. */
const char *json_schema(void);

#endif /* FORMAT_FORMATS_H */
