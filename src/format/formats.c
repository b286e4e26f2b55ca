/* SPDX-License-Identifier: GPL-2.0-only */
#include "formats.h"

#include <string.h>

const struct format_ops *const all_formats[] = { &text_format,	&json_format,
						 &null_format,	&folded_format,
						 &pprof_format, &flamegraph_format,
						 NULL };

const struct format_ops *format_find(const char *name)
{
	for (const struct format_ops *const *format = all_formats; *format; format++) {
		if (strcmp((*format)->name, name) == 0)
			return *format;
	}
	return NULL;
}
