/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture in several files: each stands alone, none is too large, and together they are one. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_sample.h"
#include "test.h"

#define FILES_MAX 200

struct series {
	int fds[FILES_MAX];
	size_t nr, next;
};

static int add_file(void *ctx)
{
	struct series *series = ctx;
	int fd = memfd_create("capture", MFD_CLOEXEC);

	if (series->nr == FILES_MAX)
		return -ENOSPC;
	return series->fds[series->nr++] = fd;
}

/* The writer closes the files that it has asked for. */
static int next_file(void *ctx)
{
	return dup(add_file(ctx));
}

static int read_next(void *ctx, bool is_complete)
{
	struct series *series = ctx;

	CHECK(is_complete);
	if (series->next == series->nr)
		return -ENODATA;
	lseek(series->fds[series->next], 0, SEEK_SET);
	return series->fds[series->next++];
}

static uint64_t size_of(int fd)
{
	struct stat st;

	CHECK_EQ(fstat(fd, &st), 0);
	return (uint64_t)st.st_size;
}

static struct sample_read read_alone(int fd)
{
	lseek(fd, 0, SEEK_SET);
	return sample_read(fd);
}

static struct sample_read read_joined(struct series *series)
{
	series->next = 1;
	lseek(series->fds[0], 0, SEEK_SET);
	return sample_read_input((struct capture_input) { series->fds[0], read_next, series });
}

static void check_whole(const struct sample_read *read)
{
	CHECK_EQ(read->err, 0);
	CHECK_EQ(read->nr_problems, 0);
	CHECK_EQ(read->wrong, 0);
	CHECK_EQ(read->nameless, 0);
	CHECK_EQ(read->nr_captures, 0);
}

/* Each file alone, and all together. */
static void check_series(struct series *series, const struct sample *sample, uint64_t limit,
			 uint64_t bytes)
{
	uint64_t nr[SAMPLE_TABLES] = { 0 }, size = 0;
	struct sample_read joined = read_joined(series);

	for (size_t i = 0; i < series->nr; i++) {
		struct sample_read read = read_alone(series->fds[i]);

		check_whole(&read);
		CHECK(!limit || size_of(series->fds[i]) <= limit);
		size += size_of(series->fds[i]);
		for (size_t table = 0; table < SAMPLE_TABLES; table++)
			nr[table] += read.nr[table];
	}
	check_whole(&joined);
	CHECK_EQ(size, bytes);
	for (size_t table = 0; table < SAMPLE_TABLES; table++) {
		CHECK_EQ(nr[table], sample->nr[table]);
		CHECK_EQ(joined.nr[table], sample->nr[table]);
	}
}

static void close_series(struct series *series)
{
	while (series->nr)
		close(series->fds[--series->nr]);
}

/* Writes faults, of which each file_every'th one begins another file; 0: none does. */
static void write_series(struct sample *sample, struct series *series, uint64_t nr_faults,
			 uint64_t file_every)
{
	CHECK_EQ(sample_open(sample, add_file(series)), 0);
	for (uint64_t i = 0; i < nr_faults; i++) {
		if (file_every && i && i % file_every == 0)
			capture_writer__begin_file(sample->writer);
		sample_write(sample, i, 1);
		/* So that the other thread keeps up, and nothing is lost. */
		if (i % 1000 == 0)
			usleep(2000);
	}
	CHECK_EQ(sample->err, 0);
	CHECK_EQ(capture_writer__end(sample->writer), 0);
}

static void test_size(void)
{
	struct series series = { .nr = 0 };
	struct capture_files files = { .next = next_file, .ctx = &series, .file_bytes = 400000 };
	_Atomic(uint64_t) bytes = 0;
	struct sample sample = { .segment_bytes = 100000, .files = &files, .bytes = &bytes };

	write_series(&sample, &series, 100000, 0);
	CHECK_EQ(sample.lost, 0);
	CHECK(series.nr > 3);
	/* All but the last one are full, but for the size of a segment. */
	for (size_t i = 0; i + 1 < series.nr; i++)
		CHECK(size_of(series.fds[i]) > 200000);
	check_series(&series, &sample, files.file_bytes, bytes);
	close_series(&series);
	test_done("files of a size");
}

static void test_asked_for(void)
{
	struct series series = { .nr = 0 };
	const struct capture_files files = { .next = next_file, .ctx = &series };
	_Atomic(uint64_t) bytes = 0;
	struct sample sample = { .segment_bytes = 1 << 20, .files = &files, .bytes = &bytes };

	write_series(&sample, &series, 10000, 1000);
	/* One more than was asked for. */
	CHECK_EQ(series.nr, 10);
	check_series(&series, &sample, 0, bytes);
	close_series(&series);
	test_done("files that are asked for");
}

/* A segment that does not fit: its begin is there, the rest is counted, and the next one is whole. */
static void test_too_large_segment(void)
{
	uint64_t dropped[SAMPLE_TABLES] = { 0 };
	struct series series = { .nr = 0 };
	struct capture_files files = { .next = next_file, .ctx = &series, .file_bytes = 100000 };
	struct sample sample = {
		.segment_bytes = 1 << 20, .flush_every = 500, .files = &files, .dropped = dropped
	};
	uint64_t read = 0;

	write_series(&sample, &series, 40000, 0);
	for (size_t i = 0; i < series.nr; i++) {
		struct sample_read alone = read_alone(series.fds[i]);

		CHECK_EQ(alone.wrong + alone.nameless, 0);
		CHECK_EQ(alone.problems[CAPTURE_DAMAGED] + alone.problems[CAPTURE_TRUNCATED], 0);
		CHECK(size_of(series.fds[i]) <= files.file_bytes);
		read += alone.nr[SAMPLE_FAULTS];
	}
	CHECK(series.nr > 1 && read > 1000);
	CHECK(dropped[SAMPLE_FAULTS]);
	CHECK_EQ(read + dropped[SAMPLE_FAULTS], sample.nr[SAMPLE_FAULTS]);
	close_series(&series);
	test_done("segments that are larger than a file");
}

/* What is kept are the last two, as the owner removes the others. */
static void test_two(void)
{
	struct series series = { .nr = 0 };
	const struct capture_files files = {
		.next = next_file, .ctx = &series, .file_bytes = 300000, .keeps_two = true
	};
	_Atomic(uint64_t) bytes = 0;
	struct sample sample = { .segment_bytes = 100000, .files = &files, .bytes = &bytes };
	struct series last;
	struct sample_read read;

	write_series(&sample, &series, 60000, 0);
	CHECK(series.nr > 3);
	last = (struct series) { .fds = { series.fds[series.nr - 2], series.fds[series.nr - 1] },
				 .nr = 2 };
	CHECK_EQ(bytes, size_of(last.fds[0]) + size_of(last.fds[1]));
	read = read_joined(&last);
	check_whole(&read);
	CHECK(read.nr[SAMPLE_FAULTS] > 1000 && read.nr[SAMPLE_FAULTS] < 60000);
	CHECK_EQ(read.next[SAMPLE_FAULTS], 60000);
	/* A file that is missing between two others is told. */
	last.fds[0] = series.fds[0];
	read = read_joined(&last);
	CHECK_EQ(read.problems[CAPTURE_MISSING], 1);
	CHECK_EQ(read.nr_problems, 1);
	close_series(&series);
	test_done("the last two files");
}

/* What is in memory when it is asked for, and nothing else, is in a file; and goes on afterwards. */
static void test_kept(void)
{
	struct series series = { .nr = 0 };
	const struct capture_files files = { .next = next_file, .ctx = &series };
	const struct capture_keep keep = { .bytes = 150000 };
	_Atomic(uint64_t) bytes = 0;
	struct sample sample = {
		.segment_bytes = 100000, .files = &files, .keep = &keep, .bytes = &bytes
	};
	uint64_t most = 0;

	CHECK_EQ(sample_open(&sample, -1), 0);
	for (uint64_t i = 0; i < 60000; i++) {
		sample_write(&sample, i, 1);
		if (i % 20000 == 9999)
			CHECK_EQ(capture_writer__dump(sample.writer), 0);
		if (i % 1000 == 0)
			usleep(2000);
		most = bytes > most ? bytes : most;
	}
	CHECK_EQ(sample.err, 0);
	CHECK_EQ(capture_writer__end(sample.writer), 0);
	CHECK(most > keep.bytes / 2 && most <= keep.bytes);
	CHECK_EQ(series.nr, 3);
	for (size_t i = 0; i < series.nr; i++) {
		struct sample_read read = read_alone(series.fds[i]);

		check_whole(&read);
		/* The newest ones, up to the moment. */
		CHECK_EQ(read.next[SAMPLE_FAULTS], 10000 + i * 20000);
		CHECK(read.nr[SAMPLE_FAULTS] > 1000);
		CHECK(i == 0 || read.nr[SAMPLE_FAULTS] < 20000);
		CHECK(size_of(series.fds[i]) < keep.bytes + 10000);
	}
	close_series(&series);
	test_done("what is kept in memory");
}

/* As long a time as asked for, and not much more. */
static void test_kept_time(void)
{
	struct series series = { .nr = 0 };
	const struct capture_files files = { .next = next_file, .ctx = &series };
	struct capture_keep keep = { .bytes = 100 << 20 };
	struct sample sample = { .segment_bytes = 50000, .files = &files, .keep = &keep };
	const uint64_t first = sample_value(SAMPLE_FAULTS, 1, 0);
	const uint64_t last = sample_value(SAMPLE_FAULTS, 1, 29999);
	struct sample_read read;

	keep.ns = (last - first) / 3;
	CHECK_EQ(sample_open(&sample, -1), 0);
	for (uint64_t i = 0; i < 30000; i++) {
		sample_write(&sample, i, 1);
		if (i % 1000 == 0)
			usleep(2000);
	}
	CHECK_EQ(capture_writer__dump(sample.writer), 0);
	CHECK_EQ(capture_writer__end(sample.writer), 0);
	read = read_alone(series.fds[0]);
	check_whole(&read);
	CHECK_EQ(read.next[SAMPLE_FAULTS], 30000);
	CHECK(read.nr[SAMPLE_FAULTS] >= 9500 && read.nr[SAMPLE_FAULTS] < 20000);
	close_series(&series);
	test_done("a time that is kept in memory");
}

int main(void)
{
	test_size();
	test_asked_for();
	test_too_large_segment();
	test_two();
	test_kept();
	test_kept_time();
	return test_status();
}
