/* SPDX-License-Identifier: GPL-2.0-only */
#include "../base/embed.h"
#include "sinks.h"

/* The sinks write these keys and no others; tests/unit/test_sinks.c checks that. */
EMBED(schema, "src/format/schema.json");

const char *json_schema(void)
{
	return schema;
}
