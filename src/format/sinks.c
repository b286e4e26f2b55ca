/* SPDX-License-Identifier: GPL-2.0-only */
#include "sinks.h"

#include <string.h>

const struct sink_ops *const all_sinks[] = { &text_sink, &json_sink, &null_sink, NULL };

const struct sink_ops *sink_find(const char *name)
{
	for (const struct sink_ops *const *sink = all_sinks; *sink; sink++) {
		if (strcmp((*sink)->name, name) == 0)
			return *sink;
	}
	return NULL;
}
