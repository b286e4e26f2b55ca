/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures: what is written is read, by us and by others, and what cannot be written is told. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/base/log.h"
#include "../../src/base/stop.h"
#include "capture_sample.h"
#include "programs.h"
#include "test.h"

static int create(const char *name)
{
	return open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
}

/* Writes a capture of so many faults. */
static struct sample make(int fd, uint64_t nr_faults, uint64_t segment_bytes, uint64_t flush_every)
{
	struct sample sample = { .segment_bytes = segment_bytes, .flush_every = flush_every };

	CHECK_EQ(sample_open(&sample, fd), 0);
	sample_write(&sample, 0, nr_faults);
	CHECK_EQ(sample.err, 0);
	CHECK_EQ(capture_writer__end(sample.writer), 0);
	return sample;
}

static void check_read(int fd, const struct sample *sample)
{
	struct sample_read read = sample_read(fd);

	CHECK_EQ(read.err, 0);
	CHECK_EQ(read.nr_problems, 0);
	CHECK_EQ(read.wrong, 0);
	CHECK_EQ(read.nameless, 0);
	for (size_t i = 0; i < SAMPLE_TABLES; i++)
		CHECK_EQ(read.nr[i], sample->nr[i]);
}

static void test_round_trip(void)
{
	static const struct {
		uint64_t nr_faults, segment_bytes, flush_every;
		unsigned int segments_min;
	} cases[] = {
		{ 0, 1 << 20, 0, 1 },	   { 1, 1 << 20, 0, 1 }, { 20000, 1ULL << 40, 0, 1 },
		{ 60000, 300000, 0, 3 },   { 3000, 1, 0, 3 },	 { 5000, 1 << 20, 1, 1 },
		{ 30000, 100000, 977, 3 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int fd = create("capture");
		struct sample sample =
			make(fd, cases[i].nr_faults, cases[i].segment_bytes, cases[i].flush_every);

		CHECK(sample.nr_segments >= cases[i].segments_min);
		CHECK(sample.lost || sample.nr[SAMPLE_FAULTS] == cases[i].nr_faults);
		CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
		check_read(fd, &sample);
		close(fd);
	}
	test_done("what is written is read");
}

/* ---- Others read it ------------------------------------------------------------------------- */

static void test_zstd(void)
{
	static const char name[] = "it is a zstd file";
	int fd;

	if (!is_there("zstd")) {
		test_skip(name, "there is no zstd");
		return;
	}
	fd = create("capture.zst");
	make(fd, 20000, 300000, 0);
	close(fd);
	CHECK(run("zstd -q -t capture.zst"));
	CHECK(run("zstd -l capture.zst | grep -q XXH64"));
	CHECK(run("zstd -q -d -c capture.zst >data && test -s data"));
	test_done(name);
}

/* A byte as JSON has it in Python's json.dumps(). */
static void print_char(FILE *f, unsigned char c)
{
	static const char escaped[] = "\"\"\\\\\nn\rr\tt\bb\ff";
	const char *at = c ? strchr(escaped, c) : NULL;

	if (at && (at - escaped) % 2 == 0)
		fprintf(f, "\\%c", at[1]);
	else if (c < 0x20 || c > 0x7e)
		fprintf(f, "\\u%04x", c);
	else
		fputc(c, f);
}

static void print_value(FILE *f, const struct capture_reader *reader,
			const struct capture_column *column, uint64_t value)
{
	const char *string;
	size_t len;

	if (!(column->flags & CAPTURE_STRING)) {
		fprintf(f, "%llu", (unsigned long long)value);
		return;
	}
	string = capture_reader__string(reader, value, &len);
	if (!string) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	for (size_t i = 0; i < len; i++)
		print_char(f, (unsigned char)string[i]);
	fputc('"', f);
}

static void print_rows(int fd, const char *path)
{
	struct sample_read read = { 0 };
	struct capture_reader_options opts = { .input.fd = fd,
					       .problems = { sample_problem, &read } };
	struct capture_reader *reader = capture_reader__new(&opts);
	struct capture_row row;
	FILE *f = fopen(path, "w");

	while (capture_reader__next(reader, &row) > 0) {
		fprintf(f, "{\"table\": \"%s\", \"segment\": %u", row.table->name, row.segment);
		for (size_t i = 0; i < row.nr_values; i++) {
			fprintf(f, ", \"%s\": ", row.table->columns[i].name);
			print_value(f, reader, &row.table->columns[i], row.values[i]);
		}
		fputs("}\n", f);
	}
	CHECK_EQ(read.nr_problems, 0);
	fclose(f);
	capture_reader__free(reader);
}

static void test_other_reader(void)
{
	static const char name[] = "a reader made of the document alone reads the same";
	int fd;

	if (!is_there("zstd") || !is_there("python3")) {
		test_skip(name, "there is no zstd, or no python3");
		return;
	}
	find_fixtures();
	fd = create("capture");
	make(fd, 3000, 100000, 400);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	print_rows(fd, "ours");
	close(fd);
	CHECK(run("python3 %s/../capture_reader.py capture >theirs", fixtures));
	CHECK(run("test -s ours && cmp ours theirs"));
	test_done(name);
}

/* ---- What is not a file --------------------------------------------------------------------- */

static void test_pipe(void)
{
	struct sample_read read;
	int ends[2], status = 0, pid;

	CHECK(!pipe(ends));
	pid = fork();
	if (!pid) {
		struct sample sample = { .segment_bytes = 200000 };

		close(ends[0]);
		sample_open(&sample, ends[1]);
		sample_write(&sample, 0, 20000);
		_exit(capture_writer__end(sample.writer) || sample.err || sample.lost);
	}
	close(ends[1]);
	read = sample_read(ends[0]);
	close(ends[0]);
	waitpid(pid, &status, 0);
	CHECK_EQ(read.wrong + read.nr_problems, 0);
	/* A slow reader costs rows, not the order of what is there. */
	CHECK(status || read.nr[SAMPLE_FAULTS] == 20000);
	test_done("a pipe is written and read");
}

static void do_nothing(int sig)
{
	(void)sig;
}

/* Interrupts its parent in the middle of a block. */
static void write_interrupted(int fd, const char *capture, size_t len)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	size_t half = len / 2;

	nanosleep(&pause, NULL);
	kill(getppid(), SIGUSR1);
	nanosleep(&pause, NULL);
	if (write(fd, capture, half) == (ssize_t)half) {
		nanosleep(&pause, NULL);
		kill(getppid(), SIGUSR1);
		nanosleep(&pause, NULL);
		half = (size_t)write(fd, capture + half, len - half);
	}
	_exit(0);
}

static void test_interrupted(void)
{
	const struct sigaction action = { .sa_handler = do_nothing };
	struct sample_read read = { 0 };
	static char capture[60000];
	struct capture_reader *reader;
	int ends[2], pid, nr_interrupted = 0, fd = create("capture");
	struct sample sample = make(fd, 2000, 1 << 20, 500);
	struct capture_row row;
	ssize_t len = pread(fd, capture, sizeof(capture), 0);

	close(fd);
	CHECK(len > 1000 && len < (ssize_t)sizeof(capture) && !pipe(ends));
	sigaction(SIGUSR1, &action, NULL);
	pid = fork();
	if (!pid)
		write_interrupted(ends[1], capture, (size_t)len);
	close(ends[1]);
	reader = capture_reader__new(&(struct capture_reader_options) {
		.input.fd = ends[0], .problems = { sample_problem, &read } });
	while ((read.err = capture_reader__next(reader, &row)) && read.err != -EBADMSG) {
		if (read.err == -EINTR)
			nr_interrupted++;
		else
			sample_see(&read, reader, &row);
	}
	capture_reader__free(reader);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	CHECK(nr_interrupted > 0);
	CHECK_EQ(read.nr[SAMPLE_FAULTS], sample.nr[SAMPLE_FAULTS]);
	CHECK_EQ(read.nr_problems + read.wrong, 0);
	test_done("who waits for a pipe can be interrupted, and goes on");
}

/* Writes until the writer says that something is wrong, or much too long. */
static int write_until_error(int fd)
{
	struct sample sample = { .segment_bytes = 1 << 20, .flush_every = 100 };

	CHECK_EQ(sample_open(&sample, fd), 0);
	for (uint64_t i = 0; i < 20000 && !sample.err; i++) {
		sample_write(&sample, i * 100, 100);
		usleep(500);
	}
	CHECK_EQ(capture_writer__flush(sample.writer), sample.err);
	CHECK_EQ(capture_writer__end(sample.writer), sample.err);
	return sample.err;
}

static void test_errors(void)
{
	int ends[2], full = open("/dev/full", O_WRONLY);

	log_set_level(LOG_ERROR);
	CHECK_EQ(write_until_error(full), -ENOSPC);
	close(full);
	CHECK(!pipe(ends));
	close(ends[0]);
	CHECK_EQ(write_until_error(ends[1]), -EPIPE);
	close(ends[1]);
	full = open("/dev/null", O_RDONLY);
	CHECK_EQ(write_until_error(full), -EBADF);
	close(full);
	test_done("a full disk and a reader that is gone are told");
}

static void test_full_disk(void)
{
	const struct rlimit limit = { 300001, RLIM_INFINITY };
	struct sample_read read;
	struct rlimit before;
	int fd = create("capture");

	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &limit);
	CHECK_EQ(write_until_error(fd), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	read = sample_read(fd);
	CHECK_EQ(read.err, 0);
	CHECK(read.nr[SAMPLE_FAULTS] > 1000);
	CHECK_EQ(read.wrong, 0);
	CHECK_EQ(read.problems[CAPTURE_TRUNCATED], 1);
	CHECK_EQ(read.nr_problems, 1);
	close(fd);
	if (is_there("zstd"))
		CHECK(run("cp capture full.zst && zstd -q -t full.zst"));
	test_done("what was written before the disk was full is whole");
}

static void test_queue_full(void)
{
	struct sample sample = { .segment_bytes = 1ULL << 40 };
	uint64_t first = 0;
	int ends[2], pid, status = 0;

	CHECK(!pipe(ends));
	CHECK_EQ(sample_open(&sample, ends[1]), 0);
	/* Nobody reads: blocks fill up, and the caller does not wait. */
	for (; !sample.lost && first < 2000000; first += 1000)
		sample_write(&sample, first, 1000);
	CHECK(sample.lost > 0);
	CHECK_EQ(sample.err, 0);
	pid = fork();
	if (!pid) {
		struct sample_read read;

		close(ends[1]);
		read = sample_read(ends[0]);
		_exit(read.err || read.nr_problems || read.wrong || read.nameless ||
		      memcmp(read.nr, sample.nr, sizeof(read.nr)));
	}
	close(ends[0]);
	CHECK_EQ(capture_writer__end(sample.writer), 0);
	close(ends[1]);
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 0);
	test_done("where nobody reads, rows are refused, and what was taken arrives");
}

/* The last test: from then on, all that takes long is given up. */
static void test_stopped(void)
{
	struct sample sample = { .segment_bytes = 1ULL << 40 };
	int ends[2];

	CHECK(!pipe(ends));
	CHECK_EQ(sample_open(&sample, ends[1]), 0);
	sample_write(&sample, 0, 50000);
	stop_ask();
	CHECK_EQ(capture_writer__end(sample.writer), -ETIMEDOUT);
	CHECK_EQ(sample_read(ends[0]).err, -ECANCELED);
	close(ends[0]);
	close(ends[1]);
	test_done("the end does not wait for ever for who does not read");
}

/* ---- What is refused, and what is skipped --------------------------------------------------- */

static void test_refused(void)
{
	static const struct capture_column wide[] = { { 1, 3, 0, "three" } };
	static const struct capture_column twice[] = { { 1, 1, 0, "a" }, { 1, 2, 0, "b" } };
	static const struct capture_table refused[][2] = {
		{ { 1, 0, "no columns", wide }, { 2, 2, "rare", sample_rare } },
		{ { 1, 1, "odd width", wide }, { 2, 2, "rare", sample_rare } },
		{ { 1, 2, "column twice", twice }, { 2, 2, "rare", sample_rare } },
		{ { 1, 2, "table twice", sample_rare }, { 1, 2, "rare", sample_rare } },
	};
	static char bytes[CAPTURE_STRING_MAX + 1];
	struct sample sample = { .segment_bytes = 1000 };
	struct capture_writer *writer;
	uint32_t id, same;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct capture_writer_options opts = { .output.fd = 1,
						       .schema = { refused[i], 2 } };

		CHECK_EQ(capture_writer__open(&opts, &writer), -EINVAL);
	}
	CHECK_EQ(sample_open(&sample, open("/dev/null", O_WRONLY)), 0);
	CHECK_EQ(capture_writer__row(sample.writer, SAMPLE_RARE, (uint64_t[]) { 1, 256 }), -ERANGE);
	CHECK_EQ(capture_writer__row(sample.writer, SAMPLE_RARE, (uint64_t[]) { 1, 255 }), 0);
	CHECK_EQ(capture_writer__string(sample.writer, bytes, sizeof(bytes), &id), -ERANGE);
	CHECK_EQ(capture_writer__string(sample.writer, bytes, sizeof(bytes) - 1, &id), 0);
	CHECK_EQ(capture_writer__string(sample.writer, bytes, sizeof(bytes) - 1, &same), 0);
	CHECK(id && id == same);
	CHECK_EQ(capture_writer__end(sample.writer), 0);
	test_done("tables, values and strings that cannot be written are refused");
}

static void test_wanted(void)
{
	static const uint16_t columns[] = { 4, 99, 1, 4 };
	static const struct capture_wanted wanted[] = { { 11, 4, columns }, { 77, 4, columns } };
	struct sample_read read = { 0 };
	struct capture_reader_options opts = {
		.input.fd = create("capture"),
		.wanted = wanted,
		.nr_wanted = 2,
		.problems = { sample_problem, &read },
	};
	struct capture_reader *reader = capture_reader__new(&opts);
	struct capture_row row;
	uint64_t nr = 0;

	make(opts.input.fd, 10000, 300000, 0);
	CHECK_EQ(lseek(opts.input.fd, 0, SEEK_SET), 0);
	while (capture_reader__next(reader, &row) > 0) {
		uint64_t kind = sample_value(SAMPLE_FAULTS, 3, nr);
		const uint64_t want[] = { kind, 0, nr++, kind };

		CHECK(row.nr_values == 4 && !memcmp(row.values, want, sizeof(want)));
	}
	CHECK_EQ(nr, 10000);
	CHECK_EQ(read.nr_problems, 0);
	capture_reader__free(reader);
	close(opts.input.fd);
	test_done("only what is wanted is read, and what the file does not have is 0");
}

int main(void)
{
	if (!mkdtemp(work) || chdir(work))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	alarm(280);
	test_round_trip();
	test_zstd();
	test_other_reader();
	test_pipe();
	test_interrupted();
	test_errors();
	test_full_disk();
	test_queue_full();
	test_refused();
	test_wanted();
	test_stopped();
	remove_work();
	return test_status();
}
