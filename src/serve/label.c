/* SPDX-License-Identifier: GPL-2.0-only */
#include "label.h"

void label__add_value(const char *value, struct buf *out)
{
	struct buf text = { 0 };

	buf__add_text(&text, value);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf__addc(out, '\\');
		buf__addc(out, text.data[i]);
	}
	buf__free(&text);
}
