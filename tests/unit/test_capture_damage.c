/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures that are damaged, or that a stranger has made: no wrong row, and what is lost is told. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "../../src/base/buf.h"
#include "../../src/capture/block.h"
#include "capture_sample.h"
#include "random.h"
#include "test.h"

static char *capture;		       /* a whole one */
static size_t capture_len, blocks_len; /* without the seek table */
static struct sample sample = { .segment_bytes = 60000, .flush_every = 300 };

static uint64_t count_rows(const uint64_t *nr)
{
	return nr[SAMPLE_LISTS] + nr[SAMPLE_FAULTS] + nr[SAMPLE_RARE];
}

static void make_capture(void)
{
	int fd = memfd_create("capture", 0);
	const uint32_t *frame;

	CHECK_EQ(sample_open(&sample, fd), 0);
	for (uint64_t i = 0; i < 6000; i += 300) {
		sample_write(&sample, i, 300);
		usleep(10000);
	}
	CHECK_EQ(sample.err, 0);
	CHECK_EQ(capture_writer__end(sample.writer), 0);
	capture_len = (size_t)lseek(fd, 0, SEEK_END);
	capture = malloc(capture_len);
	CHECK_EQ(pread(fd, capture, capture_len, 0), capture_len);
	close(fd);
	frame = memmem(capture, capture_len, "\x5E\x2A\x4D\x18", 4);
	blocks_len = (size_t)((const char *)frame - capture);
	CHECK(sample.nr_segments > 2 && blocks_len < capture_len);
}

static struct sample_read read_bytes(const char *bytes, size_t len)
{
	int fd = memfd_create("bytes", 0);
	struct sample_read read;

	CHECK_EQ(write(fd, bytes, len), len);
	lseek(fd, 0, SEEK_SET);
	read = sample_read(fd);
	close(fd);
	return read;
}

/* Is all there, or is it told that something is missing? And is nothing wrong? */
static bool is_honest(const struct sample_read *read)
{
	bool is_whole = count_rows(read->nr) == count_rows(sample.nr) && !read->nameless;

	return !read->wrong && (is_whole || read->nr_problems || read->err == -EBADMSG);
}

/* ---- Accidents ------------------------------------------------------------------------------ */

/* How many rows there are in the whole blocks of the first bytes. */
static uint64_t rows_within(size_t len)
{
	struct capture_header header;
	uint64_t rows = 0;

	for (size_t at = 0; at + sizeof(header) <= len; at += sizeof(header) + header.frame_bytes) {
		memcpy(&header, capture + at, sizeof(header));
		if (header.type == CAPTURE_ROWS && at + sizeof(header) + header.frame_bytes <= len)
			rows += header.rows;
	}
	return rows;
}

static void test_truncated(void)
{
	for (size_t len = 0; len < capture_len; len += 997) {
		struct sample_read read = read_bytes(capture, len);

		CHECK_EQ(read.wrong + read.nameless, 0);
		CHECK_EQ(read.err, len ? 0 : -EBADMSG);
		if (!len || len > blocks_len)
			continue;
		CHECK_EQ(count_rows(read.nr), rows_within(len));
		CHECK_EQ(read.problems[CAPTURE_TRUNCATED], len < blocks_len);
	}
	test_done("of a truncated capture all whole blocks are read, and it is told");
}

static void test_bit_flips(void)
{
	struct random random = { 15 };

	for (int i = 0; i < 2000; i++) {
		size_t at = random_u32(&random) % capture_len;
		char bit = (char)(1 << random_u32(&random) % 8);
		struct sample_read read;

		capture[at] ^= bit;
		read = read_bytes(capture, capture_len);
		capture[at] ^= bit;
		if (!CHECK(is_honest(&read) && (at >= blocks_len || read.nr_problems)))
			printf("#   bit %#x of byte %zu\n", bit & 0xff, at);
		CHECK(count_rows(read.nr) * 4 > count_rows(sample.nr));
	}
	test_done("2000 flipped bits: each is told, and no row is wrong");
}

/* Parts are cut out, copied to other places, and made of nothing. */
static void test_mixed_up(void)
{
	struct random random = { 16 };

	for (int i = 0; i < 200; i++) {
		size_t from = random_u32(&random) % blocks_len;
		size_t n = random_u32(&random) % (1u << random_u32(&random) % 17);
		size_t to = random_u32(&random) % blocks_len;
		struct buf bytes = { 0 };
		struct sample_read read;

		n = n < blocks_len - from ? n : blocks_len - from;
		buf__add(&bytes, capture, capture_len);
		if (i % 3 == 0)
			memmove(bytes.data + from, capture + from + n, capture_len - from - n);
		else
			buf__insert(&bytes, to, i % 3 == 1 ? capture + from : "\x50\x2A\x4D\x18",
				    i % 3 == 1 ? n : 4);
		bytes.len -= i % 3 ? 0 : n;
		read = read_bytes(bytes.data, bytes.len);
		if (!CHECK(is_honest(&read)))
			printf("#   %d: %zu bytes at %zu, to %zu\n", i % 3, n, from, to);
		buf__free(&bytes);
	}
	test_done("bytes that are lost, repeated or in the wrong place");
}

/* The header of the nth block with rows of a table; returns where it is. */
static size_t find_block(uint16_t table, int n, struct capture_header *header)
{
	size_t at = 0;

	for (;; at += sizeof(*header) + header->frame_bytes) {
		memcpy(header, capture + at, sizeof(*header));
		if (header->type == CAPTURE_ROWS && header->table == table && !n--)
			return at;
	}
}

static void test_told(void)
{
	struct capture_header header;
	size_t at = find_block(11, 4, &header), whole = sizeof(header) + header.frame_bytes;
	struct sample_read read;
	char *rest = malloc(capture_len);

	capture[at + whole - 1] ^= 1;
	read = read_bytes(capture, capture_len);
	capture[at + whole - 1] ^= 1;
	CHECK_EQ(read.problems[CAPTURE_DAMAGED], 1);
	CHECK_EQ(read.nr_problems, 1);
	CHECK_EQ(count_rows(read.nr), count_rows(sample.nr) - header.rows);
	CHECK_EQ(read.damaged_first_ns, header.first_ns);
	CHECK_EQ(read.damaged_last_ns, header.last_ns);
	CHECK(header.first_ns >= 1000000 && header.first_ns < header.last_ns);

	memcpy(rest, capture, at);
	memcpy(rest + at, capture + at + whole, capture_len - at - whole);
	read = read_bytes(rest, capture_len - whole);
	CHECK_EQ(read.problems[CAPTURE_MISSING], 1);
	CHECK_EQ(read.nr_problems, 1);
	CHECK_EQ(read.missing_blocks, 1);
	CHECK_EQ(count_rows(read.nr), count_rows(sample.nr) - header.rows);
	free(rest);
	test_done("what is told of a block that is damaged, and of one that is missing");
}

/* Each segment is a capture that lacks nothing, if it has the begin of the file. */
static void test_segments(void)
{
	struct capture_header header;
	unsigned int nr = 0;

	for (size_t at = 0; at < blocks_len; at += sizeof(header) + header.frame_bytes) {
		struct sample_read read;

		memcpy(&header, capture + at, sizeof(header));
		/* Of the two META blocks of a segment the first one. */
		if (header.type != CAPTURE_META || header.segment != nr)
			continue;
		nr++;
		read = read_bytes(capture + at, capture_len - at);
		CHECK_EQ(read.wrong + read.nameless, 0);
		CHECK_EQ(read.nr_problems, 0);
		CHECK_EQ(read.nr_segments, sample.nr_segments + 1 - nr);
		CHECK_EQ(count_rows(read.nr), count_rows(sample.nr) - rows_within(at));
	}
	CHECK_EQ(nr, sample.nr_segments);
	test_done("the oldest segments can be cut off");
}

/* As cat(1) joins what several runs of a recorder that was killed have left. */
static void test_joined(void)
{
	for (size_t len = blocks_len - 1; len > blocks_len / 4; len -= blocks_len / 5) {
		struct buf bytes = { 0 };
		struct sample_read read;

		buf__add(&bytes, capture, len);
		buf__add(&bytes, capture, capture_len);
		read = read_bytes(bytes.data, bytes.len);
		CHECK_EQ(read.wrong + read.nameless, 0);
		CHECK_EQ(read.nr_captures, 1);
		CHECK_EQ(read.problems[CAPTURE_TRUNCATED], 1);
		/* The block that was cut is damaged. */
		CHECK_EQ(read.nr_problems, 1 + read.problems[CAPTURE_DAMAGED]);
		CHECK_EQ(count_rows(read.nr), rows_within(len) + count_rows(sample.nr));
		buf__free(&bytes);
	}
	test_done("a capture behind one that has no end");
}

/* Each META block is there twice: one of them may be damaged. */
static void test_two_metas(void)
{
	struct capture_header header;

	for (size_t at = 0; at < blocks_len; at += sizeof(header) + header.frame_bytes) {
		struct sample_read read;

		memcpy(&header, capture + at, sizeof(header));
		if (header.type != CAPTURE_META)
			continue;
		for (size_t byte = 0; byte < sizeof(header) + header.frame_bytes; byte += 25) {
			capture[at + byte] ^= 4;
			read = read_bytes(capture, capture_len);
			capture[at + byte] ^= 4;
			CHECK_EQ(read.nr_problems, 1);
			CHECK_EQ(read.wrong + read.nameless, 0);
			CHECK_EQ(count_rows(read.nr), count_rows(sample.nr));
		}
	}
	test_done("one damaged META block costs no row");
}

/* ---- Strangers ------------------------------------------------------------------------------ */

/* Appends a block whose checksums are right. */
static void forge(struct buf *bytes, struct capture_header header, const char *data, size_t len)
{
	static char frame[CAPTURE_FRAME_MAX];
	static uint64_t sequence;

	header.frame_bytes = (uint32_t)ZSTD_compress(frame, sizeof(frame), data, len, 3);
	header.frame_crc = capture_crc(frame, header.frame_bytes);
	header.data_bytes += (uint32_t)len;
	header.sequence = bytes->len ? ++sequence : (sequence = 0);
	capture_header__seal(&header);
	buf__add(bytes, (const char *)&header, sizeof(header));
	buf__add(bytes, frame, header.frame_bytes);
}

/* A table 1 with a column of two bytes, and another one of one byte, delta. */
#define META "\1\0\2\0\1t\0\1\0\2\0\1a\0\2\0\1\1\1b\0"

static void forge_start(struct buf *bytes)
{
	bytes->len = 0;
	forge(bytes, (struct capture_header) { .type = CAPTURE_META, .rows = 1 }, META,
	      sizeof(META) - 1);
}

#define FORGED(bytes) bytes, sizeof(bytes) - 1

static void test_forged(void)
{
	static const struct {
		const char *what;
		struct capture_header header;
		const char *data;
		size_t len;
		int problem; /* -1: none */
	} cases[] = {
		{ "rows", { .type = 3, .table = 1, .rows = 2 }, FORGED("\0\0\1\1\2\7\0\0"), -1 },
		{ "too few bytes",
		  { .type = 3, .table = 1, .rows = 2 },
		  FORGED("\0\0\1\1\2\7\1\0"),
		  0 },
		{ "no data", { .type = 3, .table = 1, .rows = 2 }, FORGED(""), 0 },
		{ "too many bytes",
		  { .type = 3, .table = 1, .rows = 2 },
		  FORGED("\0\0\0\0\7\0\0\0"),
		  0 },
		{ "unknown plane",
		  { .type = 3, .table = 1, .rows = 2 },
		  FORGED("\2\0\0\0\7\0\0"),
		  0 },
		{ "many rows",
		  { .type = 3, .table = 1, .rows = 349525 },
		  FORGED("\0\0\0\0\7\0\0"),
		  -1 },
		{ "too many rows",
		  { .type = 3, .table = 1, .rows = 349526 },
		  FORGED("\0\0\0\0\7\0\0"),
		  0 },
		{ "all rows", { .type = 3, .table = 1, .rows = ~0u }, FORGED("\0\0\0\0\7\0\0"), 0 },
		{ "other table",
		  { .type = 3, .table = 2, .rows = 2 },
		  FORGED("\0\0\0\0\7\0\0"),
		  0 },
		{ "other size",
		  { .type = 3, .table = 1, .data_bytes = 1 },
		  FORGED("\0\0\0\0\7\0\0"),
		  0 },
		{ "other segment",
		  { .type = 3, .table = 1, .segment = 1 },
		  FORGED("\0\0\0\0\7\0\0"),
		  CAPTURE_ORPHANED },
		{ "other type", { .type = 9 }, FORGED("\0"), CAPTURE_UNKNOWN },
		{ "strings", { .type = 2, .rows = 2 }, FORGED("\1\0\0\0\1\0a\0\0"), -1 },
		{ "strings later", { .type = 2, .rows = 1 }, FORGED("\0\0\1\0\0\0"), -1 },
		{ "strings much later", { .type = 2, .rows = 1 }, FORGED("\0\0\0\1\0\0"), 0 },
		{ "string 0", { .type = 2, .rows = 1 }, FORGED("\0\0\0\0\0\0"), 0 },
		{ "long string", { .type = 2, .rows = 1 }, FORGED("\1\0\0\0\2\0a"), 0 },
		{ "short strings", { .type = 2, .rows = 1 }, FORGED("\1\0\0\0\1\0ab"), 0 },
		{ "many strings", { .type = 2, .rows = ~0u }, FORGED("\1\0\0\0\0\0\0\0"), 0 },
		{ "no id", { .type = 2, .rows = 0 }, FORGED("\1\0\0"), 0 },
		{ "no tables", { .type = 1, .segment = 1, .rows = 0 }, FORGED(""), -1 },
		{ "table twice", { .type = 1, .segment = 1, .rows = 2 }, FORGED(META META), 0 },
		{ "many tables", { .type = 1, .segment = 1, .rows = ~0u }, FORGED(META), 0 },
		{ "no columns",
		  { .type = 1, .segment = 1, .rows = 1 },
		  FORGED("\1\0\0\0\1t\0"),
		  0 },
		{ "width",
		  { .type = 1, .segment = 1, .rows = 1 },
		  FORGED("\1\0\1\0\1t\0\1\0\3\0\1a\0"),
		  0 },
		{ "name",
		  { .type = 1, .segment = 1, .rows = 1 },
		  FORGED("\1\0\1\0\1t\0\1\0\2\0\2a\0"),
		  0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf bytes = { 0 };
		struct sample_read read;
		unsigned int want = cases[i].problem < 0 ? 1 : 2;

		forge_start(&bytes);
		forge(&bytes, cases[i].header, cases[i].data, cases[i].len);
		read = read_bytes(bytes.data, bytes.len);
		CHECK_EQ(read.err, 0);
		if (!CHECK(read.nr_problems == want && read.problems[CAPTURE_TRUNCATED] == 1 &&
			   (want == 1 || read.problems[cases[i].problem] == 1)))
			printf("#   %s: %u problems\n", cases[i].what, read.nr_problems);
		buf__free(&bytes);
	}
	test_done("blocks whose checksums are right, and nothing else");
}

/* Blocks of a later version, and columns with a flag of a later one. */
static void test_later_versions(void)
{
	static const char meta[] = "\1\0\2\0\1t\0\1\0\1\x08\1a\0\2\0\1\1\1b\0";
	static const struct capture_header rows = { .type = CAPTURE_ROWS, .table = 1, .rows = 1 };
	int fd = memfd_create("later", 0);
	struct sample_read read = { 0 };
	struct capture_reader_options opts = { .input.fd = fd,
					       .problems = { sample_problem, &read } };
	struct capture_reader *reader = capture_reader__new(&opts);
	struct capture_header header;
	struct capture_row row = { 0 };
	struct buf bytes = { 0 };
	size_t at;

	forge(&bytes, (struct capture_header) { .type = CAPTURE_META, .rows = 1 }, FORGED(meta));
	at = bytes.len;
	forge(&bytes, rows, FORGED("\0\7\5\0\0"));
	memcpy(&header, bytes.data + at, sizeof(header));
	header.version++;
	header.header_crc = capture_crc(&header, offsetof(struct capture_header, header_crc));
	memcpy(bytes.data + at, &header, sizeof(header));
	forge(&bytes, rows, FORGED("\0\7\6\0\0"));
	CHECK_EQ(write(fd, bytes.data, bytes.len), bytes.len);
	lseek(fd, 0, SEEK_SET);
	CHECK_EQ(capture_reader__next(reader, &row), 1);
	CHECK(row.nr_values == 2 && row.values[0] == 0 && row.values[1] == 6);
	CHECK_EQ(read.problems[CAPTURE_UNKNOWN], 1);
	CHECK_EQ(capture_reader__next(reader, &row), 0);
	capture_reader__free(reader);
	buf__free(&bytes);
	close(fd);
	test_done("what later versions add is skipped");
}

/* More strings than a segment may have, in blocks that are nearly nothing when compressed. */
static void test_flood(void)
{
	static char strings[1u << 20];
	struct buf bytes = { 0 };
	struct sample_read read;

	forge_start(&bytes);
	for (uint32_t i = 0; i < 60; i++) {
		uint32_t id = 1 + i * 16, len = 65535;

		for (size_t j = 0; j < 15; j++)
			memcpy(strings + sizeof(id) + j * (len + 2), &len, 2);
		memcpy(strings, &id, sizeof(id));
		forge(&bytes, (struct capture_header) { .type = CAPTURE_STRINGS, .rows = 15 },
		      strings, sizeof(id) + (size_t)15 * (len + 2));
	}
	read = read_bytes(bytes.data, bytes.len);
	CHECK(read.problems[CAPTURE_DAMAGED] > 20 && read.problems[CAPTURE_DAMAGED] < 40);
	buf__free(&bytes);
	test_done("strings of a segment are bounded");
}

/* Headers one after another, each of a block of the largest size that the next ones are in. */
static void test_nested(void)
{
	struct capture_header header = { .type = CAPTURE_ROWS,
					 .frame_bytes = CAPTURE_FRAME_MAX - 1 };
	struct buf bytes = { 0 };
	struct sample_read read;

	for (header.sequence = 0; bytes.len < 8u << 20; header.sequence++) {
		capture_header__seal(&header);
		buf__add(&bytes, (const char *)&header, sizeof(header));
	}
	read = read_bytes(bytes.data, bytes.len);
	CHECK_EQ(read.err, 0);
	CHECK(read.nr_problems > 50);
	buf__free(&bytes);
	test_done("damaged blocks within others do not take for ever");
}

static void test_no_capture(void)
{
	int fd = open("/dev/zero", O_RDONLY);
	struct sample_read read = sample_read(fd);

	CHECK_EQ(read.err, -EBADMSG);
	close(fd);
	CHECK_EQ(read_bytes("", 0).err, -EBADMSG);
	CHECK_EQ(read_bytes("text\n", 5).err, -EBADMSG);
	CHECK_EQ(read_bytes(capture, sizeof(struct capture_header) - 1).err, -EBADMSG);
	CHECK_EQ(sample_read(-1).err, -EBADF);
	test_done("what is no capture");
}

int main(void)
{
	alarm(280);
	make_capture();
	test_truncated();
	test_bit_flips();
	test_mixed_up();
	test_told();
	test_segments();
	test_joined();
	test_two_metas();
	test_forged();
	test_later_versions();
	test_flood();
	test_nested();
	test_no_capture();
	free(capture);
	return test_status();
}
