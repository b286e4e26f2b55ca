/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The format is proto/profile.proto of github.com/google/pprof; its field numbers
 * are below. A Protobuf field is a tag (number and wire type) and a value, which
 * is a varint, or a length and that many bytes.
 */
#include <errno.h>
#include <zlib.h>

#include "../base/intern.h"
#include "../faults/fault.h"
#include "../faults/profile.h"
#include "formats.h"

enum { VARINT = 0, LENGTH = 2 };

enum {
	FILE_SAMPLE_TYPE = 1,
	FILE_SAMPLE = 2,
	FILE_MAPPING = 3,
	FILE_LOCATION = 4,
	FILE_FUNCTION = 5,
	FILE_STRING_TABLE = 6,
	FILE_TIME_NANOS = 9,
	FILE_DURATION_NANOS = 10,
	FILE_COMMENT = 13,
	FILE_DEFAULT_SAMPLE_TYPE = 14,
};
enum { TYPE_TYPE = 1, TYPE_UNIT = 2 };
enum { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum { LABEL_KEY = 1, LABEL_STR = 2, LABEL_NUM = 3 };
enum { MAPPING_ID = 1, MAPPING_LIMIT = 3, MAPPING_FILENAME = 5, MAPPING_BUILD_ID = 6 };
enum { MAPPING_HAS_FUNCTIONS = 7 }; /* the others of enum symbolized follow */
enum { LOCATION_ID = 1, LOCATION_MAPPING_ID = 2, LOCATION_ADDRESS = 3, LOCATION_LINE = 4 };
enum { LINE_FUNCTION_ID = 1, LINE_LINE = 2 };
enum { FUNCTION_ID = 1, FUNCTION_NAME = 2, FUNCTION_SYSTEM_NAME = 3, FUNCTION_FILENAME = 4 };

/* What the profile says that a mapping has: what all its locations have. */
enum symbolized {
	HAS_FUNCTIONS,
	HAS_FILENAMES,
	HAS_LINE_NUMBERS,
	HAS_INLINE_FRAMES,
	NR_SYMBOLIZED
};

/* This and struct function are interned by their bytes; members are numbers of strings. */
struct mapping {
	uint32_t module;
	uint32_t build_id;
};

struct function {
	uint32_t name;
	uint32_t source;
};

struct encoder {
	const struct profile *profile;
	struct buf *out;
	struct intern strings;
	struct intern mappings;	 /* struct mapping */
	struct intern functions; /* struct function */
	struct intern locations; /* uint32_t frames: inlined ones, then the function around them */
	struct buf lacks;	 /* by mapping: bits of enum symbolized, as a byte */
	/* Of a message that is being encoded, of a message inside it, and of a string. */
	struct buf message, part, text;
};

/* ---- Protobuf ---------------------------------------------------------------------------- */

static void add_varint(struct buf *out, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf__addc(out, (char)(n | 0x80));
	buf__addc(out, (char)n);
}

/* A field that is not there is 0: zeroes are not written. */
static void add_number(struct buf *out, unsigned int field, uint64_t n)
{
	if (!n)
		return;
	add_varint(out, field << 3 | VARINT);
	add_varint(out, n);
}

static void add_bytes(struct buf *out, unsigned int field, const char *bytes, size_t len)
{
	add_varint(out, field << 3 | LENGTH);
	add_varint(out, len);
	buf__add(out, bytes, len);
}

/* Adds a message as a field, then empties it for the next one. */
static void add_message(struct buf *out, unsigned int field, struct buf *message)
{
	add_bytes(out, field, message->data, message->len);
	message->len = 0;
}

/* ---- Tables ------------------------------------------------------------------------------ */

/* Returns the string's number. Strings have to be UTF-8: other bytes are escaped. */
static uint32_t add_string(struct encoder *e, const char *s)
{
	e->text.len = 0;
	buf__add_text(&e->text, s);
	return intern__add(&e->strings, e->text.data, e->text.len);
}

/* Returns the mapping's id: its number + 1; 0 for none. */
static uint32_t add_mapping(struct encoder *e, const struct profile_frame *frame)
{
	struct mapping mapping = {
		.module = add_string(e, frame->module),
		.build_id = add_string(e, frame->build_id),
	};

	if (!mapping.module && !mapping.build_id)
		return 0;
	return intern__add(&e->mappings, &mapping, sizeof(mapping)) + 1;
}

static uint32_t add_function(struct encoder *e, const struct profile_frame *frame)
{
	struct function function = {
		.name = add_string(e, frame->function),
		.source = add_string(e, frame->source),
	};

	return intern__add(&e->functions, &function, sizeof(function)) + 1;
}

/* ---- Messages ---------------------------------------------------------------------------- */

static void add_types(struct encoder *e, enum profile_weight shown)
{
	for (int w = 0; w < PROFILE_WEIGHTS; w++) {
		const struct profile_weight_words *words = &profile_weight_words[w];

		add_number(&e->message, TYPE_TYPE, add_string(e, words->type));
		add_number(&e->message, TYPE_UNIT, add_string(e, words->unit));
		add_message(e->out, FILE_SAMPLE_TYPE, &e->message);
	}
	add_number(e->out, FILE_DEFAULT_SAMPLE_TYPE,
		   add_string(e, profile_weight_words[shown].type));
}

/* The locations of a stack, the innermost first: ids, packed. */
static void add_stack(struct encoder *e, uint32_t call)
{
	while (call != PROFILE_NO_CALL) {
		struct profile_call c = profile__call(e->profile, call);

		call = c.caller;
		buf__add(&e->text, (const char *)&c.frame, sizeof(c.frame));
		if (call != PROFILE_NO_CALL && profile__frame(e->profile, c.frame).inlined)
			continue;
		add_varint(&e->part, intern__add(&e->locations, e->text.data, e->text.len) + 1);
		e->text.len = 0;
	}
}

static void add_label(struct encoder *e, const char *key, const char *text, uint64_t number)
{
	add_number(&e->part, LABEL_KEY, add_string(e, key));
	if (text)
		add_number(&e->part, LABEL_STR, add_string(e, text));
	else
		add_number(&e->part, LABEL_NUM, number);
	add_message(&e->message, SAMPLE_LABEL, &e->part);
}

static void add_sample(struct encoder *e, const struct profile_sample *sample)
{
	e->text.len = 0;
	add_stack(e, sample->stack);
	add_message(&e->message, SAMPLE_LOCATION_ID, &e->part);
	for (int w = 0; w < PROFILE_WEIGHTS; w++)
		add_varint(&e->part, sample->weights[w]);
	add_message(&e->message, SAMPLE_VALUE, &e->part);
	add_label(e, "kind", kind_names[sample->kind], 0);
	add_label(e, "comm", sample->comm, 0);
	add_label(e, "pid", NULL, sample->pid);
	add_message(e->out, FILE_SAMPLE, &e->message);
}

static void add_line(struct encoder *e, const struct profile_frame *frame)
{
	add_number(&e->part, LINE_FUNCTION_ID, add_function(e, frame));
	add_number(&e->part, LINE_LINE, frame->line);
	add_message(&e->message, LOCATION_LINE, &e->part);
}

/* Notes what a mapping's location lacks, so that pprof looks it up itself. */
static void note_lacks(struct encoder *e, uint32_t mapping, const struct profile_frame *frame)
{
	unsigned int lacks = !*frame->function << HAS_FUNCTIONS | !*frame->source << HAS_FILENAMES |
			     !frame->line << HAS_LINE_NUMBERS | !frame->line << HAS_INLINE_FRAMES;

	if (!mapping)
		return;
	while (e->lacks.len < mapping)
		buf__addc(&e->lacks, 0);
	e->lacks.data[mapping - 1] |= (char)lacks;
}

/* The last frame is the one that is not inlined: it has the address. */
static void add_location(struct encoder *e, uint32_t number)
{
	const uint32_t *frames = intern__get(&e->locations, number);
	size_t nr = intern__len(&e->locations, number) / sizeof(*frames);
	struct profile_frame frame = { 0 };
	uint32_t mapping;

	for (size_t i = 0; i < nr; i++) {
		frame = profile__frame(e->profile, frames[i]);
		if (*frame.function)
			add_line(e, &frame);
	}
	mapping = add_mapping(e, &frame);
	note_lacks(e, mapping, &frame);
	add_number(&e->message, LOCATION_ID, number + 1);
	add_number(&e->message, LOCATION_MAPPING_ID, mapping);
	add_number(&e->message, LOCATION_ADDRESS, frame.address);
	add_message(e->out, FILE_LOCATION, &e->message);
}

/*
 * Addresses are the module's own. The mapping has all of them, from zero on, so that
 * pprof looks up symbols without relocating addresses.
 */
static void add_mapping_of_id(struct encoder *e, uint32_t id)
{
	const struct mapping *mapping = intern__get(&e->mappings, id - 1);

	add_number(&e->message, MAPPING_ID, id);
	add_number(&e->message, MAPPING_LIMIT, UINT64_MAX);
	add_number(&e->message, MAPPING_FILENAME, mapping->module);
	add_number(&e->message, MAPPING_BUILD_ID, mapping->build_id);
	for (unsigned int has = 0; has < NR_SYMBOLIZED; has++)
		add_number(&e->message, MAPPING_HAS_FUNCTIONS + has,
			   !(e->lacks.data[id - 1] >> has & 1));
	add_message(e->out, FILE_MAPPING, &e->message);
}

static bool is_of(const struct encoder *e, uint32_t id, uint32_t module)
{
	return ((const struct mapping *)intern__get(&e->mappings, id - 1))->module == module;
}

/* pprof takes the first mapping as the main program, whatever its id. */
static void add_mappings(struct encoder *e)
{
	uint32_t program = add_string(e, profile__program(e->profile));

	for (uint32_t id = 1; id <= e->mappings.nr; id++)
		if (is_of(e, id, program))
			add_mapping_of_id(e, id);
	for (uint32_t id = 1; id <= e->mappings.nr; id++)
		if (!is_of(e, id, program))
			add_mapping_of_id(e, id);
}

static void add_functions(struct encoder *e)
{
	for (uint32_t i = 0; i < e->functions.nr; i++) {
		const struct function *function = intern__get(&e->functions, i);

		add_number(&e->message, FUNCTION_ID, i + 1);
		add_number(&e->message, FUNCTION_NAME, function->name);
		add_number(&e->message, FUNCTION_SYSTEM_NAME, function->name);
		add_number(&e->message, FUNCTION_FILENAME, function->source);
		add_message(e->out, FILE_FUNCTION, &e->message);
	}
}

static void add_comment(struct encoder *e, const struct buf *text)
{
	uint32_t string = intern__add(&e->strings, text->data, text->len);

	add_varint(&e->part, string);
	add_message(e->out, FILE_COMMENT, &e->part);
}

/* pprof shows these with -comments. */
static void add_comments(struct encoder *e, const struct profile_view *view)
{
	struct buf comment = { 0 };

	buf__adds(&comment, "faulttrace: page faults of ");
	buf__add_text(&comment, view->target);
	add_comment(e, &comment);
	for (int w = 0; w < PROFILE_WEIGHTS; w++) {
		uint64_t unknown = profile__unknown(e->profile, w);

		if (!unknown)
			continue;
		comment.len = 0;
		buf__add_u64(&comment, unknown);
		buf__addf(&comment, " faults of unknown %s are not in %s", profile_weight_names[w],
			  profile_weight_words[w].type);
		add_comment(e, &comment);
	}
	buf__free(&comment);
}

/* A table is written after all that refers to its entries, and so adds them. */
static void encode(struct encoder *e, const struct profile_view *view)
{
	add_string(e, ""); /* number 0, always */
	add_types(e, view->weight);
	for (uint32_t i = 0; i < profile__nr_samples(e->profile); i++) {
		struct profile_sample sample = profile__sample(e->profile, i);

		add_sample(e, &sample);
	}
	for (uint32_t i = 0; i < e->locations.nr; i++)
		add_location(e, i);
	add_mappings(e);
	add_functions(e);
	add_number(e->out, FILE_TIME_NANOS, view->wall_ns);
	add_number(e->out, FILE_DURATION_NANOS, view->elapsed_ns);
	add_comments(e, view);
	for (uint32_t i = 0; i < e->strings.nr; i++)
		add_bytes(e->out, FILE_STRING_TABLE, intern__get(&e->strings, i),
			  intern__len(&e->strings, i));
}

/* ---- gzip -------------------------------------------------------------------------------- */

/* The input goes in chunks, as zlib counts in unsigned ints. */
#define CHUNK ((size_t)1 << 20)

static int deflate_all(z_stream *z, struct buf *out, const struct buf *in)
{
	size_t done = 0;
	int ret = Z_OK;

	while (ret == Z_OK) {
		size_t left = in->len - done;
		size_t n = left < CHUNK ? left : CHUNK;

		buf__reserve(out, CHUNK);
		z->next_in = (Bytef *)in->data + done;
		z->avail_in = (uInt)n;
		z->next_out = (Bytef *)out->data + out->len;
		z->avail_out = CHUNK;
		ret = deflate(z, n == left ? Z_FINISH : Z_NO_FLUSH);
		done += n - z->avail_in;
		out->len += CHUNK - z->avail_out;
	}
	return ret == Z_STREAM_END ? 0 : -EIO;
}

static int gzip(struct buf *out, const struct buf *in)
{
	z_stream z = { 0 };
	int err;

	/* 15 bits of window; + 16 selects a gzip header, not zlib's. */
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY))
		return -ENOMEM;
	err = deflate_all(&z, out, in);
	deflateEnd(&z);
	return err;
}

static int pprof_profile(struct format *f, const struct profile *p, const struct profile_view *view)
{
	struct buf plain = { 0 };
	struct encoder e = { .profile = p, .out = &plain };
	int err;

	encode(&e, view);
	err = gzip(f->out, &plain);
	intern__free(&e.strings);
	intern__free(&e.mappings);
	intern__free(&e.functions);
	intern__free(&e.locations);
	buf__free(&e.lacks);
	buf__free(&e.message);
	buf__free(&e.part);
	buf__free(&e.text);
	buf__free(&plain);
	return err;
}

const struct format_ops pprof_format = {
	.name = "pprof",
	.is_for_machines = true,
	.profile = pprof_profile,
};
