/* SPDX-License-Identifier: GPL-2.0-only */
/* Any rows as tables and histograms, in text and in JSON. */
#include "../../src/format/formats.h"
#include "check_json.h"
#include "samples.h"

#define ROWS 3

/* A row and all that it points to. */
struct sample_row {
	unsigned long long buckets[FT_HIST_SLOTS];
	unsigned long long cause_ns[FT_CAUSE_COUNT];
	struct ft_hist_scale scale;
	struct sample_fault vma, worst;
	struct texts texts;
};

static void fill_keys(struct row *row, struct sample_row *sample, const enum ft_key_type *types,
		      struct input *input)
{
	for (size_t i = 0; i < ROW_KEYS_MAX && types[i]; i++) {
		struct key_value *key = &row->keys[row->nr_keys++];
		bool is_number = types[i] == FT_KEY_PID || types[i] == FT_KEY_TID ||
				 types[i] == FT_KEY_CPU || types[i] == FT_KEY_ORDER;

		*key = (struct key_value) { .type = types[i], .number = input__number(input) };
		if (!is_number)
			key->text = next_text(&sample->texts, input);
		if (types[i] == FT_KEY_CGROUP && !*key->text)
			key->text = NULL;
		if (types[i] == FT_KEY_VMA)
			key->vma = fill_fault(&sample->vma, input, &sample->texts)->rec;
		if (types[i] == FT_KEY_PID || types[i] == FT_KEY_TID)
			key->comm = next_text_or_null(&sample->texts, input);
	}
}

/* The sums agree with each other, as those of real rows do. */
static void fill_buckets(struct row *row, struct sample_row *sample, struct input *input)
{
	for (int i = input__u8(input) % 8; i > 0; i--) {
		uint64_t ns = input__number(input) >> 2, n = input__u8(input);
		uint64_t sum;

		if (__builtin_mul_overflow(ns, n, &sum) ||
		    __builtin_add_overflow(sum, row->sum_ns, &sum) || !n)
			continue;
		sample->buckets[ft_hist_slot(&sample->scale, ns)] += n;
		row->count += n;
		row->sum_ns = sum;
		row->min_ns = ns < row->min_ns ? ns : row->min_ns;
		row->max_ns = row->max_ns == FT_UNKNOWN64 || ns > row->max_ns ? ns : row->max_ns;
	}
	sample->buckets[FT_HIST_UNKNOWN] = input__u8(input) & 3;
	row->count += sample->buckets[FT_HIST_UNKNOWN];
}

static struct row sample_row(struct sample_row *sample, const enum ft_key_type *types,
			     struct input *input)
{
	uint8_t flags = input__u8(input);
	struct row row = {
		.overflow = flags & 64,
		.rest = !(flags & 64) && flags & 128 ? input__u8(input) : 0,
		.min_ns = FT_UNKNOWN64,
		.max_ns = FT_UNKNOWN64,
		.buckets = sample->buckets,
		.scale = &sample->scale,
		.has_cached = flags & 1,
		.cached = input__u8(input) % 101,
		.read_pages = input__number(input),
		.bytes = input__number(input),
		.throttled_ns = input__number(input),
		.cause_ns = flags & 2 ? sample->cause_ns : NULL,
	};

	for (size_t i = 0; i < FT_CAUSE_COUNT; i++)
		sample->cause_ns[i] = flags & 2 ? input__number(input) : 0;
	fill_buckets(&row, sample, input);
	row.major = row.count ? input__number(input) % (row.count + 1) : 0;
	if (!row.overflow && !row.rest)
		fill_keys(&row, sample, types, input);
	if (flags & 4)
		row.worst = fill_fault(&sample->worst, input, &sample->texts);
	return row;
}

static void show(const struct format_ops *ops, const struct run_start *run,
		 const struct interval *interval, struct buf *out)
{
	const struct run_end end = { .unseen_gup = -1, .bpf_run_ns = -1, .bpf_runs = -1 };
	struct format *format = format__new(ops, out, run);

	EXPECT(format);
	format__show(format, start);
	if (!strcmp(run->command, "hist"))
		format__show(format, hist, interval);
	else
		format__show(format, top, interval);
	format__show(format, end, &end);
	format__free(format);
}

static struct interval sample_interval(const struct row *rows, struct input *input)
{
	struct interval interval = {
		.nr = input__u8(input) & 3,
		.begin_ns = 1000000000000,
		.end_ns = 1000000000000 + (input__number(input) >> 8),
		.bytes = input__number(input),
		.throttled_ns = input__number(input),
		.nr_rows = ROWS + (input__u8(input) & 7u),
		.sort = (enum sort)(input__u8(input) % (SORT_BYTES + 1)),
		.rows = rows,
		.nr_shown = ROWS,
	};

	for (size_t i = 0; i < ROWS; i++) {
		interval.sums.faults += rows[i].count;
		interval.sums.major += rows[i].major;
		interval.sums.latency_ns += rows[i].sum_ns;
	}
	return interval;
}

/* One or two, which differ. */
static void choose_keys(enum ft_key_type types[ROW_KEYS_MAX], struct input *input)
{
	types[0] = (enum ft_key_type)(1 + input__u8(input) % (FT_KEY_COUNT - 1));
	types[1] = (enum ft_key_type)(input__u8(input) % FT_KEY_COUNT);
	if (types[1] == types[0])
		types[1] = FT_KEY_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sample_row samples[ROWS];
	struct input input = { data, data + size };
	struct texts texts = { .nr = 0 };
	bool is_hist = input__u8(&input) & 1;
	struct run_start run = sample_run(&input, &texts, is_hist ? "hist" : "top");
	enum ft_key_type types[ROW_KEYS_MAX];
	struct ft_hist_scale scale;
	struct buf text = { 0 }, json = { 0 };
	struct interval interval;
	struct row rows[ROWS];

	memset(samples, 0, sizeof(samples));
	choose_keys(types, &input);
	scale.low = input__number(&input) >> 8;
	scale.step = input__number(&input) >> 8;
	scale.nr = input__u8(&input);
	for (size_t i = 0; i < ROWS; i++) {
		const enum ft_key_type none[ROW_KEYS_MAX] = { FT_KEY_NONE };

		samples[i].scale = scale;
		/* The first row of hist is the sum of all faults. */
		rows[i] = sample_row(&samples[i], is_hist && !i ? none : types, &input);
	}
	interval = sample_interval(rows, &input);
	show(&text_format, &run, &interval, &text);
	check_lines(&text, run.color || run.redraw);
	show(&json_format, &run, &interval, &json);
	check_json_lines(&json);
	buf__free(&text);
	buf__free(&json);
	return 0;
}
