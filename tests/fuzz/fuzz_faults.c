/* SPDX-License-Identifier: GPL-2.0-only */
/* Any faults as lines of text and of JSON. */
#include "../../src/format/formats.h"
#include "check_json.h"
#include "samples.h"

#define FAULTS_MAX 4

static void show(const struct format_ops *ops, const struct run_start *run, struct input input,
		 const struct run_end *end, struct buf *out)
{
	struct format *format = format__new(ops, out, run);

	EXPECT(format);
	format__show(format, start);
	for (int i = 0; i < FAULTS_MAX && input__left(&input); i++) {
		struct sample_fault sample = { 0 };
		struct texts texts = { .nr = 0 };
		const struct fault *fault = fill_fault(&sample, &input, &texts);

		if (fault->throttled)
			format__show(format, throttled, fault);
		else
			format__show(format, fault, fault);
	}
	format__show(format, end, end);
	format__free(format);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct texts texts = { .nr = 0 };
	struct run_start run = sample_run(&input, &texts, "trace");
	struct run_end end = sample_end(&input);
	struct buf text = { 0 }, json = { 0 };

	show(&text_format, &run, input, &end, &text);
	check_lines(&text, run.color);
	show(&json_format, &run, input, &end, &json);
	check_json_lines(&json);
	buf__free(&text);
	buf__free(&json);
	return 0;
}
