/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All output formats there are, and how to find one by its name.
 */
#ifndef FORMAT_SINKS_H
#define FORMAT_SINKS_H

#include "../faults/sink.h"

extern const struct sink_ops text_sink;
extern const struct sink_ops json_sink;
extern const struct sink_ops null_sink;

extern const struct map_ops text_map;
extern const struct map_ops text_account;
extern const struct map_ops json_map;

/* The default comes first; ends with NULL. */
extern const struct sink_ops *const all_sinks[];

/* NULL if there is none of that name. */
const struct sink_ops *sink_find(const char *name);

/* What --json-schema prints: the JSON Schema of an object of the NDJSON output. */
const char *json_schema(void);

#endif /* FORMAT_SINKS_H */
