/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../base/must.h"

/* Room for a block and the header behind it. */
#define BUFFER_BYTES (2u << 20)
/* How far the next block is searched for. */
#define SEARCH_MAX   (64u << 20)
/* Others are searched for in damaged blocks until so much was checked in vain. */
#define VAIN_MAX     (64u << 20)

_Static_assert(2 * sizeof(struct capture_header) + CAPTURE_FRAME_MAX <= BUFFER_BYTES, "fits");

struct block_stream {
	struct capture_input input;
	struct capture_problem_sink problems;
	char *buffer;
	size_t start, end; /* of the bytes in the buffer that are not taken yet */
	uint64_t offset;   /* where in the file the byte at start is */
	uint64_t skipped;  /* bytes since the last block that belong to no block */
	uint64_t to_skip;  /* bytes that are left of another program's skippable frame */
	uint64_t expected; /* the next block's sequence */
	uint64_t last_ns;  /* the latest time in the headers so far */
	uint64_t in_vain;  /* bytes of damaged blocks in which other blocks were searched for */
	uint32_t capture;  /* how many captures came before this one */
	bool has_blocks;
	bool has_begun;	  /* a block was taken, or a damaged one skipped */
	bool is_complete; /* the last block was of type END */
	bool is_at_end;
};

struct block_stream *block_stream__new(const struct capture_input *input,
				       const struct capture_problem_sink *problems)
{
	struct block_stream *stream = must(calloc(1, sizeof(*stream)));

	stream->input = *input;
	stream->problems = *problems;
	stream->buffer = must(malloc(BUFFER_BYTES));
	return stream;
}

void block_stream__free(struct block_stream *stream)
{
	free(stream->buffer);
	free(stream);
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

/* 1: there may be more bytes. 0: there are none. Or -errno. */
static int read_on(struct block_stream *stream)
{
	struct capture_input *input = &stream->input;
	int fd = input->more ? input->more(input->ctx, stream->is_complete) : -ENODATA;

	if (fd >= 0)
		input->fd = fd;
	return fd >= 0 ? 1 : fd == -ENODATA ? 0 : fd;
}

/* 1: n bytes are there. 0: the file has fewer. Or -errno. */
static int fill(struct block_stream *stream, size_t n)
{
	while (stream->end - stream->start < n) {
		ssize_t got;
		int more;

		if (stream->start + n > BUFFER_BYTES) {
			stream->end -= stream->start;
			memmove(stream->buffer, stream->buffer + stream->start, stream->end);
			stream->start = 0;
		}
		got = read(stream->input.fd, stream->buffer + stream->end,
			   BUFFER_BYTES - stream->end);
		if (got < 0)
			return -errno;
		stream->end += (size_t)got;
		more = got ? 1 : read_on(stream);
		if (more <= 0)
			return more;
	}
	return 1;
}

static void use(struct block_stream *stream, size_t n)
{
	stream->start += n;
	stream->offset += n;
}

/* Drops bytes of no block: at least one, and all before what may be the next block's mark. */
static void skip(struct block_stream *stream)
{
	const char *from = stream->buffer + stream->start + 1;
	size_t left = stream->end - stream->start - 1, n = left;
	const char *found = memmem(from, left, capture_mark, CAPTURE_MARK_BYTES);

	if (found)
		n = (size_t)(found - from);
	else if (n >= CAPTURE_MARK_BYTES)
		n -= CAPTURE_MARK_BYTES - 1;
	else
		n = 0;
	use(stream, n + 1);
	stream->skipped += n + 1;
}

/* Skips a frame that another program has put here. 1, 0: the file ends within. Or -errno. */
static int skip_foreign(struct block_stream *stream)
{
	while (stream->to_skip) {
		size_t n = stream->to_skip < BUFFER_BYTES / 2 ? stream->to_skip : BUFFER_BYTES / 2;
		int err = fill(stream, n);

		if (err <= 0)
			return err;
		use(stream, n);
		stream->to_skip -= n;
	}
	return 1;
}

/* Is there another program's frame here, or our seek table? Then it is skipped. As fill(). */
static int find_foreign(struct block_stream *stream)
{
	uint32_t head[2] = { 0 };
	int err = fill(stream, sizeof(head));

	if (err > 0)
		memcpy(head, stream->buffer + stream->start, sizeof(head));
	if ((head[0] & ZSTD_SKIPPABLE_MASK) == ZSTD_SKIPPABLE && head[0] != CAPTURE_SKIPPABLE &&
	    head[1] <= SEARCH_MAX)
		stream->to_skip = sizeof(head) + head[1];
	return err;
}

/* ---- Problems ------------------------------------------------------------------------------- */

static void tell(const struct block_stream *stream, const struct capture_problem *problem)
{
	stream->problems.tell(stream->problems.ctx, problem);
}

void block_stream__tell(const struct block_stream *stream, enum capture_problem_kind kind,
			const struct read_block *block)
{
	struct capture_problem problem = {
		.kind = kind,
		.sequence = block->header.sequence,
		.nr_blocks = 1,
		.first_ns = block->header.first_ns,
		.last_ns = block->header.last_ns,
		.offset = block->offset,
	};

	tell(stream, &problem);
}

/* Something is lost before the block with this sequence. */
static void tell_missing(struct block_stream *stream, uint64_t sequence, uint64_t first_ns)
{
	struct capture_problem problem = {
		.kind = CAPTURE_MISSING,
		.sequence = stream->expected,
		.nr_blocks = sequence - stream->expected,
		.first_ns = stream->last_ns,
		.last_ns = first_ns,
		.offset = stream->offset,
	};

	tell(stream, &problem);
	stream->skipped = 0;
}

static void tell_truncated(const struct block_stream *stream)
{
	struct capture_problem truncated = {
		.kind = CAPTURE_TRUNCATED,
		.sequence = stream->expected,
		.first_ns = stream->last_ns,
		.last_ns = stream->last_ns,
		.offset = stream->offset,
	};

	tell(stream, &truncated);
}

/* 0, or -EBADMSG. */
static int end(struct block_stream *stream)
{
	if (!stream->has_blocks)
		return -EBADMSG;
	if (stream->is_at_end)
		return 0;
	stream->is_at_end = true;
	if (!stream->is_complete)
		tell_truncated(stream);
	else if (stream->skipped)
		tell_missing(stream, stream->expected, stream->last_ns);
	return 0;
}

/* ---- Blocks --------------------------------------------------------------------------------- */

/* A capture may follow another one, also one that was cut off before its end. */
static void begin_capture(struct block_stream *stream)
{
	if (!stream->is_complete)
		tell_truncated(stream);
	stream->capture++;
	stream->expected = stream->skipped = stream->last_ns = 0;
}

/* Is the block here the next one, or a later one? Others are copies, or in the wrong place. */
static bool is_in_order(struct block_stream *stream, const struct capture_header *header)
{
	if (stream->expected && !header->sequence && header->type == CAPTURE_META)
		begin_capture(stream);
	if (header->sequence < stream->expected)
		return false;
	/* The segments before this one were cut off on purpose: it can be read without them. */
	if (!stream->has_begun && !stream->skipped && header->type == CAPTURE_META &&
	    header->segment)
		stream->expected = header->sequence;
	stream->has_begun = true;
	if (stream->skipped || header->sequence > stream->expected)
		tell_missing(stream, header->sequence, header->first_ns);
	stream->expected = header->sequence + 1;
	stream->is_complete = header->type == CAPTURE_END;
	if (header->last_ns > stream->last_ns)
		stream->last_ns = header->last_ns;
	return true;
}

/* Where reading goes on after a damaged block: behind it, if there is another one or the end. */
static int leave_damaged(struct block_stream *stream, const struct read_block *block)
{
	size_t whole = sizeof(block->header) + block->header.frame_bytes;
	int err = fill(stream, whole + CAPTURE_MARK_BYTES);
	bool is_alone = !err && stream->end - stream->start == whole;

	if (err < 0)
		return err;
	stream->in_vain += whole;
	if (is_in_order(stream, &block->header))
		block_stream__tell(stream, CAPTURE_DAMAGED, block);
	if (is_alone || stream->in_vain > VAIN_MAX ||
	    (err &&
	     !memcmp(stream->buffer + stream->start + whole, capture_mark, CAPTURE_MARK_BYTES)))
		use(stream, whole);
	else
		skip(stream);
	return 0;
}

/* Takes the block whose header is here. 1: it is whole. 0: look on. Or -errno. */
static int take_block(struct block_stream *stream, struct read_block *block)
{
	const struct capture_header *header = &block->header;
	int err = header->frame_bytes > CAPTURE_FRAME_MAX
			  ? 0
			  : fill(stream, sizeof(*header) + header->frame_bytes);

	if (err <= 0) {
		if (!err)
			skip(stream);
		return err;
	}
	block->frame = stream->buffer + stream->start + sizeof(*header);
	block->offset = stream->offset;
	if (capture_crc(block->frame, header->frame_bytes) != header->frame_crc)
		return leave_damaged(stream, block);
	use(stream, sizeof(*header) + header->frame_bytes);
	if (!is_in_order(stream, header)) {
		block_stream__tell(stream, CAPTURE_DAMAGED, block);
		return 0;
	}
	block->capture = stream->capture;
	return 1;
}

/* 1: a block. 0: look on. Or -errno. */
static int look(struct block_stream *stream, struct read_block *block)
{
	memcpy(&block->header, stream->buffer + stream->start, sizeof(block->header));
	if (capture_header__is_whole(&block->header)) {
		stream->has_blocks = true;
		return take_block(stream, block);
	}
	skip(stream);
	return 0;
}

int block_stream__next(struct block_stream *stream, struct read_block *block)
{
	while (stream->skipped < SEARCH_MAX && !stream->is_at_end) {
		bool is_skipping = stream->to_skip;
		int err = is_skipping ? skip_foreign(stream) : find_foreign(stream);

		if (err > 0 && (is_skipping || stream->to_skip))
			continue;
		if (err > 0)
			err = fill(stream, sizeof(block->header));
		if (err < 0)
			return err;
		if (!err) {
			stream->skipped += stream->end - stream->start;
			stream->start = stream->end;
			break;
		}
		err = look(stream, block);
		if (err)
			return err;
	}
	return end(stream);
}
