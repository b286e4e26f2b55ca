/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures: the input is made of blocks, which get right checksums, so that what they hold is
 * read; and of bytes in between. No row has more than its block said, and strings end.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "../../src/base/buf.h"
#include "../../src/capture/block.h"
#include "../../src/capture/reader.h"

#include "fuzz.h"

#define BLOCKS_MAX 40
/* More rows would only take time. */
#define ROWS_MAX   20000

/* The first byte of each part of the input: the type of a block, and what is odd about it. */
enum part {
	PART_TYPE = 7,
	PART_FRAME = 8,	   /* the data are the frame, compressed or not */
	PART_FLIPPED = 16, /* a bit is damaged */
	PART_JUNK = 32,	   /* no block */
	PART_JUMP = 64,	   /* blocks before it are missing */
};

struct made {
	struct buf bytes;
	uint64_t sequence;
	uint64_t rows; /* at most */
};

static size_t frame_of(uint8_t part, const uint8_t *data, size_t len, char *frame, size_t room)
{
	size_t size;

	if (!(part & PART_FRAME)) {
		size = ZSTD_compress(frame, room, data, len, 1);
		EXPECT(!ZSTD_isError(size));
		return size;
	}
	memcpy(frame, data, len);
	return len;
}

static void make_block(struct made *made, struct input *input, uint8_t part)
{
	struct capture_header header = { .type = part & PART_TYPE, .table = input__u8(input) };
	static char frame[1u << 17];
	static uint8_t data[1u << 16];
	size_t start = made->bytes.len;

	header.rows = (uint32_t)input__number(input) % ROWS_MAX;
	header.segment = input__u8(input) % 2;
	header.first_ns = header.last_ns = input__u8(input);
	header.data_bytes = input__u8(input) | (uint32_t)input__u8(input) << 8;
	input__bytes(input, data, header.data_bytes);
	header.frame_bytes =
		(uint32_t)frame_of(part, data, header.data_bytes, frame, sizeof(frame));
	header.frame_crc = capture_crc(frame, header.frame_bytes);
	made->sequence += part & PART_JUMP ? input__number(input) : 1;
	header.sequence = made->sequence - 1;
	capture_header__seal(&header);
	buf__add(&made->bytes, (const char *)&header, sizeof(header));
	buf__add(&made->bytes, frame, header.frame_bytes);
	made->rows += header.rows;
	if (part & PART_FLIPPED)
		made->bytes.data[start + input__u8(input) % (made->bytes.len - start)] ^= 4;
}

static void make_part(struct made *made, struct input *input)
{
	uint8_t part = input__u8(input);
	char junk[256];
	size_t len;

	if (!(part & PART_JUNK)) {
		make_block(made, input, part);
		return;
	}
	len = input__u8(input);
	input__bytes(input, junk, len);
	buf__add(&made->bytes, junk, len);
}

static void see_problem(void *ctx, const struct capture_problem *problem)
{
	uint64_t *nr = ctx;

	EXPECT(problem->kind < CAPTURE_PROBLEM_COUNT);
	++*nr;
}

/* Sanitizers look at each byte that the reader hands out. */
static void see_row(const struct capture_reader *reader, const struct capture_row *row)
{
	EXPECT(row->nr_values <= CAPTURE_COLUMNS_MAX && row->table->name);
	for (size_t i = 0; i < row->nr_values; i++) {
		size_t len;
		const char *string = capture_reader__string(reader, row->values[i], &len);

		EXPECT(!string || (!string[len] && strlen(string) <= len));
	}
}

static void read_all(int fd, const struct capture_wanted *wanted, uint64_t rows_max)
{
	uint64_t nr_problems = 0, rows = 0;
	struct capture_reader_options opts = {
		.input.fd = fd,
		.wanted = wanted,
		.nr_wanted = wanted ? 1 : 0,
		.problems = { see_problem, &nr_problems },
	};
	struct capture_reader *reader = capture_reader__new(&opts);
	struct capture_row row;
	int err;

	while ((err = capture_reader__next(reader, &row)) > 0) {
		see_row(reader, &row);
		rows++;
	}
	EXPECT(err == 0 || err == -EBADMSG);
	EXPECT(rows <= rows_max);
	EXPECT(capture_reader__next(reader, &row) == err);
	capture_reader__free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t columns[] = { 2, 1, 2, 77 };
	static const struct capture_wanted wanted = { 1, NR(columns), columns };
	struct input input = { data, data + size };
	struct made made = { 0 };
	int fd = memfd_create("capture", 0);

	EXPECT(fd >= 0);
	for (int i = 0; i < BLOCKS_MAX && input__left(&input); i++)
		make_part(&made, &input);
	EXPECT(write(fd, made.bytes.data, made.bytes.len) == (ssize_t)made.bytes.len);
	lseek(fd, 0, SEEK_SET);
	read_all(fd, NULL, made.rows);
	lseek(fd, 0, SEEK_SET);
	read_all(fd, &wanted, made.rows);
	close(fd);
	buf__free(&made.bytes);
	return 0;
}
