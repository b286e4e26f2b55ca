/* SPDX-License-Identifier: GPL-2.0-only */
#include "../base/embed.h"
#include "formats.h"

/* The formats write these keys and no others; tests/unit/test_formats.c checks that. */
EMBED(schema, "src/format/schema.json");

const char *json_schema(void)
{
	return schema;
}
