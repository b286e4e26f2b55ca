/* SPDX-License-Identifier: GPL-2.0-only */
/* Any stacks as folded lines, as pprof's protocol buffer, and as a flame graph. */
#include <zlib.h>

#include "../../src/faults/profile.h"
#include "../../src/format/formats.h"
#include "check_xml.h"
#include "samples.h"

#define STACKS_MAX  8
#define FRAMES_MAX  12
#define TEXTS	    8
#define PROFILE_MAX (1u << 20)

/* Frames take their texts from few, so that stacks have frames in common. */
static char names[TEXTS][SAMPLE_TEXT];

static const char *some_name(uint8_t n)
{
	return n % (TEXTS + 1) ? names[n % (TEXTS + 1) - 1] : NULL;
}

static void fill_frame(struct profile_frame *frame, struct input *input)
{
	uint8_t flags = input__u8(input);

	*frame = (struct profile_frame) {
		.function = some_name(input__u8(input)),
		.module = flags & 1 ? some_name(input__u8(input)) : NULL,
		.build_id = flags & 2 ? some_name(input__u8(input)) : NULL,
		.address = flags & 4 ? input__number(input) : input__u8(input),
		.source = flags & 8 ? some_name(input__u8(input)) : NULL,
		.line = flags & 16 ? (uint32_t)input__number(input) : 0,
		.inlined = flags & 32,
	};
}

static void add_stack(struct profile *profile, struct input *input)
{
	struct profile_frame frames[FRAMES_MAX];
	struct profile_faults faults = {
		.frames = frames,
		.nr_frames = input__u8(input) % (FRAMES_MAX + 1),
		.comm = some_name(1 + input__u8(input) % TEXTS),
		.pid = input__u8(input),
		.kind = input__u8(input) % FT_KIND_COUNT,
	};

	for (size_t i = 0; i < faults.nr_frames; i++)
		fill_frame(&frames[i], input);
	/* The innermost frame that was not inlined: the outermost is none that was. */
	if (faults.nr_frames)
		frames[faults.nr_frames - 1].inlined = false;
	for (size_t i = 0; i < PROFILE_WEIGHTS; i++) {
		faults.weights[i] = input__number(input);
		/* Sums of real runs do not overflow. */
		if (faults.weights[i] != FT_UNKNOWN64)
			faults.weights[i] >>= 8;
	}
	if (faults.weights[PROFILE_COUNT] == FT_UNKNOWN64)
		faults.weights[PROFILE_COUNT] = 1;
	profile__add(profile, &faults);
}

static uint64_t read_varint(const uint8_t **at, const uint8_t *end)
{
	uint64_t value = 0;

	for (unsigned int shift = 0;; shift += 7) {
		EXPECT(*at < end && shift < 70);
		value |= (uint64_t)(**at & 0x7f) << shift % 64;
		if (!(*(*at)++ & 0x80))
			return value;
	}
}

/* A message has numbers and bytes only; field 6 of the profile is a text. */
static void check_message(const uint8_t *at, const uint8_t *end, size_t *nr_texts)
{
	while (at < end) {
		uint64_t tag = read_varint(&at, end), len = read_varint(&at, end);

		EXPECT(tag >> 3 && ((tag & 7) == 0 || (tag & 7) == 2));
		if ((tag & 7) == 0)
			continue;
		EXPECT(len <= (uint64_t)(end - at));
		if (tag >> 3 == 6) {
			check_text((const char *)at, len, "");
			*nr_texts += 1;
		}
		at += len;
	}
	EXPECT(at == end);
}

static void check_pprof(const struct buf *out)
{
	static uint8_t plain[PROFILE_MAX];
	z_stream stream = { .next_in = (uint8_t *)out->data,
			    .avail_in = (uInt)out->len,
			    .next_out = plain,
			    .avail_out = sizeof(plain) };
	size_t nr_texts = 0;

	EXPECT(inflateInit2(&stream, 15 + 16) == Z_OK);
	EXPECT(inflate(&stream, Z_FINISH) == Z_STREAM_END && !stream.avail_in);
	check_message(plain, plain + stream.total_out, &nr_texts);
	EXPECT(nr_texts);
	inflateEnd(&stream);
}

static struct buf write_profile(const struct format_ops *ops, const struct profile *profile,
				const struct profile_view *view)
{
	const struct run_start run = { .command = "top", .plan = "fentry" };
	struct buf out = { 0 };
	struct format *format = format__new(ops, &out, &run);

	EXPECT(format && !ops->profile(format, profile, view));
	format__free(format);
	return out;
}

static void write_all(const struct profile *profile, const struct profile_view *view)
{
	struct buf folded = write_profile(&folded_format, profile, view);
	struct buf pprof = write_profile(&pprof_format, profile, view);
	struct buf svg = write_profile(&flamegraph_format, profile, view);

	check_lines(&folded, false);
	check_pprof(&pprof);
	buf__addc(&svg, '\0');
	svg.len--;
	check_xml(&svg);
	buf__free(&folded);
	buf__free(&pprof);
	buf__free(&svg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct profile *profile = profile__new();
	char target[SAMPLE_TEXT];
	struct profile_view view = {
		.weight = (enum profile_weight)(input__u8(&input) % PROFILE_WEIGHTS),
		.target = input__text(&input, target, sizeof(target)),
		.wall_ns = 1700000000123456789,
		.elapsed_ns = input__number(&input),
	};

	for (size_t i = 0; i < TEXTS; i++)
		input__text(&input, names[i], sizeof(names[i]));
	for (int i = 0; i < STACKS_MAX && input__left(&input); i++)
		add_stack(profile, &input);
	write_all(profile, &view);
	profile__free(profile);
	return 0;
}
