/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs, faults and stacks for the harnesses of formats, made of an input. */
#ifndef TESTS_FUZZ_SAMPLES_H
#define TESTS_FUZZ_SAMPLES_H

#include "../../src/faults/fault.h"
#include "../../src/faults/format.h"
#include "fuzz.h"

#define SAMPLE_FRAMES_MAX 6
#define SAMPLE_TEXT	  64

/* Texts live here while a sample is shown: all that a format gets may hold any bytes. */
struct texts {
	char text[24][SAMPLE_TEXT];
	size_t nr;
};

static inline const char *next_text(struct texts *texts, struct input *input)
{
	if (texts->nr == NR(texts->text))
		return "full";
	return input__text(input, texts->text[texts->nr++], SAMPLE_TEXT);
}

static inline const char *next_text_or_null(struct texts *texts, struct input *input)
{
	return input__u8(input) & 1 ? next_text(texts, input) : NULL;
}

static const int sample_ids[] = { 4242, 17 };

static inline struct run_start sample_run(struct input *input, struct texts *texts,
					  const char *command)
{
	static const char *const targets[] = { "pid", "tid", "cgroup", "all", "command" };
	uint8_t flags = input__u8(input), more = input__u8(input);

	return (struct run_start) {
		.version = "0.0",
		.command = command,
		.plan = "fentry",
		.kernel = "6.18.0",
		.arch = "x86_64",
		.target = targets[more % NR(targets)],
		.target_text = next_text(texts, input),
		.target_ids = sample_ids,
		.nr_target_ids = more >> 6 & 1 ? 2 : 1,
		.page_size = 4096,
		.time_ns = 1000000000000,
		.wall_ns = 1700000000123456789,
		.sees_gup = more & 1,
		.timestamp = (enum timestamp)(flags % 3),
		.cause = flags & 4,
		.residency = flags & 8,
		.bytes = flags & 16,
		.wide = flags & 32,
		.color = flags & 64,
		.quiet = flags & 128,
		.ascii = more & 32,
		.strip = more & 16 ? 16 : 0,
		.columns = input__u8(input),
		.lines = input__u8(input) & 31,
		.redraw = more & 128,
	};
}

static inline struct fault_symbol sample_symbol(struct input *input, struct texts *texts)
{
	return (struct fault_symbol) {
		.name = next_text(texts, input),
		.offset = input__number(input),
		.module = next_text(texts, input),
	};
}

struct sample_stack {
	struct stack stack;
	struct stack_frame frames[SAMPLE_FRAMES_MAX];
};

static inline struct stack_frame sample_frame(struct input *input, struct texts *texts)
{
	uint8_t flags = input__u8(input);

	return (struct stack_frame) {
		.ip = input__number(input),
		.function = flags & 1 ? next_text(texts, input) : "",
		.made_code = flags & 2 ? next_text(texts, input) : NULL,
		.offset = flags & 4 ? input__number(input) : 0,
		.module = flags & 8 ? next_text(texts, input) : "",
		.build_id = flags & 16 ? "00ff" : "",
		.address = flags & 32 ? input__number(input) : 0,
		.source = flags & 64 ? next_text(texts, input) : "",
		.line = flags & 64,
		.is_inlined = flags & 128,
	};
}

static inline const struct stack *fill_stack(struct sample_stack *sample, struct input *input,
					     struct texts *texts)
{
	uint8_t flags = input__u8(input);

	sample->stack = (struct stack) {
		.pid = 4242,
		.nr = (flags >> 4) % (SAMPLE_FRAMES_MAX + 1),
		.frames = sample->frames,
		.is_cut = flags & 1,
	};
	for (size_t i = 0; i < sample->stack.nr; i++)
		sample->frames[i] = sample_frame(input, texts);
	return &sample->stack;
}

/* A fault and all that it points to. */
struct sample_fault {
	struct fault fault;
	struct ft_fault rec;
	struct ft_causes causes;
	struct ft_throttled throttled;
	struct fault_symbol symbol, data_symbol;
	struct sample_stack stack;
};

static inline const struct fault *fill_fault(struct sample_fault *sample, struct input *input,
					     struct texts *texts)
{
	uint8_t flags = input__u8(input);

	input__bytes(input, &sample->rec, sizeof(sample->rec));
	if (flags & 1)
		input__bytes(input, &sample->causes, sizeof(sample->causes));
	sample->throttled.ns = input__number(input);
	sample->symbol = sample_symbol(input, texts);
	sample->data_symbol = sample_symbol(input, texts);
	sample->fault = (struct fault) {
		.rec = &sample->rec,
		.verdict = ft_classify(&sample->rec),
		.has_cached = flags & 8,
		.cached = input__u8(input) % 101,
		.has_read_pages = flags & 16,
		.read_pages = (unsigned int)input__number(input),
		.stack = flags & 4 ? fill_stack(&sample->stack, input, texts) : NULL,
		.causes = flags & 1 ? &sample->causes : NULL,
		.throttled = flags & 2 ? &sample->throttled : NULL,
		.symbol = flags & 32 ? &sample->symbol : NULL,
		.data_symbol = flags & 64 ? &sample->data_symbol : NULL,
		.name = next_text(texts, input),
	};
	return &sample->fault;
}

static inline struct run_end sample_end(struct input *input)
{
	struct run_end end = { 0 };

	/* All are numbers, of which each may have any value. */
	for (size_t i = 0; i < sizeof(end) / sizeof(unsigned long long); i++)
		((unsigned long long *)&end)[i] = input__number(input);
	return end;
}

#endif /* TESTS_FUZZ_SAMPLES_H */
