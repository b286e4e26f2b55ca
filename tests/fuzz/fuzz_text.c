/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as a name that is shown, cut, aligned, wrapped, compared, or put into JSON. */
#include "../../src/base/edits.h"
#include "../../src/base/wrap.h"
#include "../../src/format/columns.h"
#include "check_json.h"

static void check_shown(const char *text)
{
	struct buf out = { 0 };

	buf__add_text(&out, text);
	check_text(out.data, out.len, "");
	buf__free(&out);
}

static void check_json_string(const char *text)
{
	struct buf out = { 0 };

	buf__adds(&out, "{\"text\":");
	buf__add_json(&out, text);
	buf__adds(&out, "}\n");
	check_json_lines(&out);
	buf__free(&out);
}

/* Of all bytes but spaces and newlines nothing is lost by wrapping. */
static size_t count_ink(const struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += text->data[i] != ' ' && text->data[i] != '\n';
	return n;
}

static void check_wrapped(const char *text, size_t columns, unsigned int indent)
{
	struct buf out = { 0 };
	size_t ink;

	buf__add_text(&out, text);
	ink = count_ink(&out);
	wrap_line(&out, 0, columns, indent);
	EXPECT(count_ink(&out) == ink);
	check_text(out.data, out.len, "\n");
	buf__free(&out);
}

static void check_columns(const char *text, unsigned int width)
{
	struct buf out = { 0 };

	buf__add_text(&out, text);
	buf__pad_to(&out, 0, width);
	EXPECT(buf__columns(&out, 0) >= width);
	buf__right_align(&out, 0, width + 3);
	EXPECT(buf__columns(&out, 0) >= width + 3u);
	buf__free(&out);
}

static void check_shortened(const char *text, size_t columns,
			    void (*shorten)(struct buf *out, size_t start, size_t end,
					    size_t columns))
{
	struct buf out = { 0 };

	buf__adds(&out, "before ");
	buf__add_text(&out, text);
	shorten(&out, 7, out.len, columns);
	EXPECT(out.len >= 7 && !memcmp(out.data, "before ", 7));
	check_text(out.data, out.len, "");
	buf__free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	uint8_t width = input__u8(&input), indent = input__u8(&input);
	char *text = input__string(&input), *other = input__string(&input);

	check_shown(text);
	check_json_string(text);
	check_wrapped(text, width, indent % 32);
	check_columns(text, width);
	check_shortened(text, indent, shorten_name);
	check_shortened(text, indent, shorten_function);
	EXPECT(edits_between(text, other) == edits_between(other, text));
	free(text);
	free(other);
	return 0;
}
