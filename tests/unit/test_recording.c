/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults that are written to a capture, and read again: nothing of them is lost, and nothing made up. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/base/must.h"
#include "../../src/format/formats.h"
#include "../../src/recording/read_stacks.h"
#include "../../src/recording/recorder.h"
#include "../../src/recording/id_rows.h"
#include "../../src/recording/tables.h"
#include "expect.h"
#include "format_test.h"
#include "play.h"

#define STACKS	   50
#define FRAMES_MAX 12

/* ---- Made-up faults -------------------------------------------------------------------------- */

static const char *const texts[] = {
	"",	    "/usr/lib/libc.so.6", "[heap]",   "main", "caf\xc3\xa9",  "a \"quoted\" name",
	"\xff\xfe", "with\nnewline",	  "[anon:x]", "f<A>", "/x (deleted)",
};

static const char *any_text(void)
{
	return texts[(size_t)rand() % (sizeof(texts) / sizeof(*texts))];
}

static uint64_t any_number(void)
{
	static const uint64_t odd[] = { 0, 1, FT_UNKNOWN64, 1ULL << 63, 4096 };

	return rand() % 4 ? (uint64_t)rand() << 20 ^ (uint64_t)rand()
			  : odd[(size_t)rand() % (sizeof(odd) / sizeof(*odd))];
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

static struct ft_fault any_record(uint64_t i)
{
	struct ft_fault rec = {
		.h = { .type = FT_RECORD_FAULT,
		       .cpu = below(8),
		       .time_ns = 1000000000000 + i * 700 },
		.addr = any_number(),
		.ip = any_number(),
		.latency_ns = any_number(),
		.vma = { any_number(), any_number(), any_number(), any_number(), 0,
			 (uint32_t)any_number(), (uint32_t)any_number() & 0x3ffff },
		.cgroup_id = any_number(),
		.read_bytes = any_number(),
		.run_delay_ns = any_number(),
		.pid = below(70000),
		.tid = below(70000),
		.uid = below(3),
		.weight = 1 + below(3),
		.access = (uint8_t)below(FT_ACCESS_COUNT + 1),
		.origin = (uint8_t)below(FT_ORIGIN_COUNT),
		.outcome = (uint8_t)below(FT_OUTCOME_COUNT),
		.major = (uint8_t)(below(3) ? below(2) : FT_UNKNOWN8),
		.before = (uint8_t)below(FT_PTE_SPECIAL + 1),
		.before_page = (uint8_t)below(FT_PAGE_RAW + 1),
		.after = (uint8_t)below(FT_PTE_SPECIAL + 1),
		.after_page = (uint8_t)below(FT_PAGE_RAW + 1),
		.page = (uint8_t)below(128),
		.order = (uint8_t)below(10),
		.retries = (uint8_t)(below(2) ? below(3) : FT_UNKNOWN8),
		.blocked = (uint8_t)(below(2) ? below(2) : FT_UNKNOWN8),
		.signal = (uint8_t)(below(2) ? 11 : 0),
		.si_code = (int8_t)(below(5) - 2),
		.thp = (uint8_t)below(4),
		.read_pages = (uint32_t)any_number(),
	};

	strncpy(rec.comm, any_text(), sizeof(rec.comm) - 1);
	return rec;
}

/* A stack with a serial always has the same frames. */
static struct stack any_stack(struct stack_frame frames[FRAMES_MAX])
{
	unsigned int serial = 1 + below(STACKS), seed = serial;
	struct stack stack = { .serial = serial,
			       .pid = serial * 7,
			       .nr = serial % FRAMES_MAX,
			       .frames = frames,
			       .is_cut = serial % 3 == 0,
			       .made_by = serial % JIT_RUNTIMES };

	for (size_t i = 0; i < stack.nr; i++)
		frames[i] = (struct stack_frame) {
			.ip = (uint64_t)rand_r(&seed) << 12,
			.function = texts[(size_t)rand_r(&seed) % 6],
			.made_code = serial % 5 ? NULL : texts[1],
			.offset = (uint64_t)rand_r(&seed) % 5000,
			.module = texts[(size_t)rand_r(&seed) % 3],
			.build_id = serial % 2 ? "" : "0123456789abcdef",
			.address = (uint64_t)rand_r(&seed),
			.source = texts[(size_t)rand_r(&seed) % 4],
			.line = (unsigned int)rand_r(&seed) % 1000,
			.is_inlined = rand_r(&seed) % 2,
		};
	return stack;
}

/* Shows the i-th fault. */
static void show_any(struct format *format, uint64_t i)
{
	struct ft_fault rec = any_record(i);
	struct stack_frame frames[FRAMES_MAX];
	struct stack stack = any_stack(frames);
	struct ft_causes causes = { .disk_bytes = any_number(), .disk_ns = any_number() };
	struct ft_throttled throttled = { any_number(), any_number() };
	struct fault_symbol symbol = { any_text(), any_number(), "libc.so.6" };
	struct fault fault = {
		.rec = &rec,
		.verdict = ft_classify(&rec),
		.has_cached = below(2),
		.cached = below(101),
		.has_read_pages = below(2),
		.read_pages = rec.read_pages,
		.stack = below(3) ? &stack : NULL,
		.causes = below(3) ? &causes : NULL,
		.throttled = below(10) ? NULL : &throttled,
		.symbol = below(3) ? &symbol : NULL,
		.data_symbol = below(3) ? NULL : &symbol,
		.name = any_text(),
	};

	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++)
		causes.ns[cause] = any_number();
	if (fault.throttled)
		format__show(format, throttled, &fault);
	else
		format__show(format, fault, &fault);
}

static const struct run_end any_end = {
	.lost_file = 9,
	.faults = 12,
	.major = 1,
	.minor = 11,
	.errors = 2,
	.lost_ring = 3,
	.lost_storage = 4,
	.lost_unpaired = 5,
	.lost_unexplained = 6,
	.in_progress = 7,
	.unseen_gup = -1,
	.throttled_ns = 88,
	.elapsed_ns = 99,
	.bpf_run_ns = 111,
	.bpf_runs = -1,
};

/* Writes to a capture, and returns the lines of JSON that tell the same; *lost: what neither has. */
static struct buf record(int fd, uint64_t nr, uint64_t segment_bytes, unsigned long long *lost)
{
	struct run_start run = run_of();
	unsigned long long dropped;
	struct buf lines = { 0 }, nothing = { 0 };
	struct format *json = format__new(&json_format, &lines, &run);
	struct format *capture = format__new(&capture_format, &nothing, &run);
	struct recorder_options options = { .fd = fd,
					    .name = "capture",
					    .stacks = true,
					    .segment_bytes = segment_bytes,
					    .tee = json };

	CHECK_EQ(recorder__open(capture, &options), 0);
	for (uint64_t i = 0; i < nr; i++) {
		show_any(capture, i);
		/* So that the other thread writes meanwhile. */
		if (segment_bytes == 1)
			usleep(1000);
	}
	format__show(capture, end, &any_end);
	/* Blocks may come faster than they are written; the lines have what is in the file. */
	*lost = recorder__lost(capture);
	CHECK_EQ(recorder__close(capture, &dropped), 0);
	CHECK_EQ(dropped, 0);
	CHECK_EQ(nothing.len, 0);
	format__free(capture);
	format__free(json);
	return lines;
}

/* ---- Reading ---------------------------------------------------------------------------------- */

static int new_file(void)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

static void check_round_trip(uint64_t nr, uint64_t segment_bytes)
{
	unsigned long long lost;
	int fd = new_file();
	struct buf wanted = record(fd, nr, segment_bytes, &lost), lines = { 0 };
	struct played played = play(fd, &json_format, false, &lines);

	CHECK_EQ(played.result, 0);
	CHECK_EQ(played.refused, 0);
	CHECK_EQ(played.nr_problems, 0);
	CHECK(!nr || lost < nr);
	CHECK(lines.len == wanted.len && !memcmp(lines.data, wanted.data, wanted.len));
	buf__free(&wanted);
	buf__free(&lines);
	close(fd);
}

static void test_round_trip(void)
{
	check_round_trip(0, 0);
	check_round_trip(1, 0);
	check_round_trip(20000, 0);
	test_done("what is recorded is played");
	/* Stacks and strings have new ids in each. */
	check_round_trip(20000, 1 << 20);
	check_round_trip(300, 1);
	test_done("in many segments");
}

/* Without its begin, the rest of a capture has all that it needs. */
static void test_later_segments(void)
{
	unsigned long long lost;
	int fd = new_file();
	struct buf wanted = record(fd, 20000, 1 << 20, &lost), lines = { 0 };
	char zeroes[100000] = { 0 };
	struct played played;

	CHECK_EQ(pwrite(fd, zeroes, sizeof(zeroes), 0), sizeof(zeroes));
	played = play(fd, &json_format, false, &lines);
	CHECK_EQ(played.result, 0);
	CHECK(played.nr_problems > 0);
	CHECK_EQ(played.refused, 0);
	CHECK(lines.len > wanted.len / 2 && lines.len < wanted.len);
	buf__addc(&lines, '\0');
	buf__addc(&wanted, '\0');
	/* From the second line on they are the end of what was recorded. */
	CHECK(strstr(wanted.data, strchr(lines.data, '\n')));
	buf__free(&wanted);
	buf__free(&lines);
	close(fd);
	test_done("a capture without its begin");
}

/* ---- What formats do not show ------------------------------------------------------------------- */

static const char *path_of(void *ctx, uint64_t id)
{
	(void)ctx;
	return id == 1 ? "/a.slice" : NULL;
}

static const char *container_of(void *ctx, uint64_t id)
{
	(void)ctx;
	return id == 1 ? "shop/web-0/nginx" : NULL;
}

/* Two faults, and losses before, between and after them. */
static void record_more(int fd)
{
	static const struct recording_setting settings[] = { { "cpus", "8" }, { "swap", "0" } };
	struct run_start run = run_of();
	struct buf nothing = { 0 };
	struct format *capture = format__new(&capture_format, &nothing, &run);
	const struct recorder_options options = { .fd = fd,
						  .name = "capture",
						  .uids = true,
						  .settings = settings,
						  .nr_settings = 2,
						  .cgroups = { NULL, path_of, container_of } };
	struct run_end losses = { .lost_ring = 5, .lost_unexplained = 3 };
	unsigned long long dropped;

	CHECK_EQ(recorder__open(capture, &options), 0);
	recorder__tell_losses(capture, run.time_ns + 1000, &losses);
	for (uint64_t i = 0; i < 2; i++) {
		struct ft_fault rec = { .weight = 1, .uid = 1000 + i, .cgroup_id = 1 + i };
		struct fault fault = { .rec = &rec, .name = "" };

		format__show(capture, fault, &fault);
	}
	recorder__tell_losses(capture, run.time_ns + 2000, &losses);
	losses = (struct run_end) { .lost_ring = 6, .lost_unexplained = 1 };
	recorder__tell_losses(capture, run.time_ns + 3000, &losses);
	format__show(capture, end, &any_end);
	CHECK_EQ(recorder__close(capture, &dropped), 0);
	format__free(capture);
}

static void check_losses(const struct player *player)
{
	uint64_t begin = player__start(player)->time_ns;
	size_t nr;
	const struct loss_row *losses = player__losses(player, &nr);

	if (!CHECK(nr == 2))
		return;
	CHECK_EQ(losses[0].since_ns, begin);
	CHECK_EQ(losses[0].time_ns, begin + 1000);
	CHECK_EQ(losses[0].ring, 5);
	CHECK_EQ(losses[0].unexplained, 3);
	CHECK_EQ(losses[1].since_ns, begin + 2000);
	CHECK_EQ(losses[1].time_ns, begin + 3000);
	CHECK_EQ(loss_row__sum(&losses[1]), 1);
}

static void test_more(void)
{
	int fd = new_file();
	struct capture_problem_sink sink = { count_problem, &(struct played) { 0 } };
	struct player *player;
	const struct recording_setting *settings;
	enum player_event event;
	size_t nr, nr_faults = 0;

	record_more(fd);
	lseek(fd, 0, SEEK_SET);
	player = player__new(&(struct capture_input) { .fd = fd }, &sink);
	while (player__next(player, &event) == 1) {
		if (event == PLAYER_FAULT)
			CHECK_EQ(player__fault(player)->rec->uid, 1000 + nr_faults++);
	}
	CHECK_EQ(nr_faults, 2);
	CHECK(player__has(player).uids);
	settings = player__settings(player, &nr);
	CHECK_EQ(nr, 2);
	CHECK_STR(settings[1].name, "swap");
	CHECK_STR(settings[1].value, "0");
	CHECK_STR(player__cgroup(player, 1), "/a.slice");
	CHECK_STR(player__container(player, 1), "shop/web-0/nginx");
	CHECK(!player__container(player, 2));
	CHECK(!player__cgroup(player, 2) && !player__cgroup(player, 3));
	check_losses(player);
	player__free(player);
	close(fd);
	test_done("users, cgroups, settings of the machine, and when faults were lost");
}

/* A capture of faulttrace 0.1.0: its faults have the columns of their threads and mappings. */
static void test_older_version(void)
{
	static const char path[] = "tests/fixtures/capture-1.ft";
	struct buf lines = { 0 };
	int fd = open(path, O_RDONLY);
	struct played played = play(fd, &json_format, true, &lines);

	CHECK_EQ(played.result, 0);
	CHECK_EQ(played.nr_problems + played.refused, 0);
	close(fd);
	compare(EXPECT_DIR "capture-1.ndjson", &lines);
}

/* ---- Rows that nobody would write --------------------------------------------------------------- */

static void add_row(struct capture_writer *writer, enum recording_table table, const void *row)
{
	uint64_t values[RECORDING_COLUMNS];

	recording_values(table, row, values);
	CHECK_EQ(capture_writer__row(writer, table, values), 0);
}

static struct capture_writer *begin_capture(int fd)
{
	const struct capture_writer_options options = {
		.output.fd = fd,
		.name = "capture",
		.schema = recording_schema(),
		.segment_bytes = 1 << 20,
	};
	struct capture_writer *writer;

	CHECK_EQ(capture_writer__open(&options, &writer), 0);
	CHECK_EQ(capture_writer__begin(writer), 0);
	return writer;
}

static void add_start(struct capture_writer *writer)
{
	const struct start_row start = { .page_size = 12345 };

	add_row(writer, RECORDING_START, &start);
}

static unsigned long long refused_of(int fd, int result, const char *text)
{
	struct buf lines = { 0 };
	struct played played = play(fd, &json_format, false, &lines);

	CHECK_EQ(played.result, result);
	buf__addc(&lines, '\0');
	CHECK(strstr(lines.data, text));
	buf__free(&lines);
	return played.refused;
}

static void test_impossible_faults(void)
{
	static const struct ft_fault impossible[] = {
		{ .weight = 1, .access = FT_ACCESS_COUNT + 1 },
		{ .weight = 1, .origin = FT_ORIGIN_COUNT },
		{ .weight = 1, .outcome = 200 },
		{ .weight = 1, .major = 2 },
		{ .weight = 1, .before = FT_PTE_SPECIAL + 1 },
		{ .weight = 1, .after_page = FT_PAGE_RAW + 1 },
		{ .weight = 1, .order = 32 },
		{ .weight = 1, .thp = 4 },
		{ .weight = 0 },
	};
	const size_t nr = sizeof(impossible) / sizeof(*impossible);
	int fd = new_file();
	struct capture_writer *writer = begin_capture(fd);
	/* They point to strings and to a stack that do not exist. */
	const struct thread_row thread = { .id = 1, .comm = 7 };
	const struct mapping_row mapping = { .id = 1, .name = ~0U };
	struct fault_row row = { .rec.weight = 1,
				 .stack = 99,
				 .thread = 1,
				 .mapping = 1,
				 .symbol = { .name = 5, .module = 6 } };

	add_start(writer);
	add_row(writer, RECORDING_THREAD, &thread);
	add_row(writer, RECORDING_MAPPING, &mapping);
	add_row(writer, RECORDING_FAULT, &row);
	for (size_t i = 0; i < nr; i++) {
		row = (struct fault_row) { .rec = impossible[i] };
		add_row(writer, RECORDING_FAULT, &row);
	}
	CHECK_EQ(capture_writer__end(writer), 0);
	/* Names that cannot be read are no names of something else. */
	CHECK_EQ(refused_of(fd, 0, "\"comm\":\"" READ_LOST "\""), nr);
	close(fd);
	test_done("faults with values that cannot be");
}

static void test_impossible_stacks(void)
{
	int fd = new_file();
	struct capture_writer *writer = begin_capture(fd);
	const struct frame_row frames[] = {
		{ .stack = 1 }, { .stack = 2 }, { .stack = 1 }, { .stack = 0 }
	};
	const struct stack_row stacks[] = {
		{ .id = 2, .nr = 1 },
		{ .id = 2, .nr = 1 }, /* twice */
		{ .id = 1, .nr = 2 }, /* its frames are apart */
		{ .id = 0 },
		{ .id = 3, .nr = 1 }, /* it has none */
		{ .id = 4, .made_by = JIT_RUNTIMES },
	};

	add_start(writer);
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++)
		add_row(writer, RECORDING_FRAME, &frames[i]);
	for (size_t i = 0; i < sizeof(stacks) / sizeof(*stacks); i++)
		add_row(writer, RECORDING_STACK, &stacks[i]);
	for (size_t i = 0; i <= READ_STACK_MAX; i++) {
		const struct frame_row frame = { .stack = 5 };

		add_row(writer, RECORDING_FRAME, &frame);
	}
	CHECK_EQ(capture_writer__end(writer), 0);
	CHECK_EQ(refused_of(fd, 0, "start"), 1 + 5 + 1);
	close(fd);
	test_done("stacks that cannot be");
}

/* Without its thread or its mapping a fault would be another one: it is left out. */
static void test_lost_rows(void)
{
	static const struct thread_row threads[] = { { .id = 2 }, { .id = 2 }, { .id = 0 } };
	static const struct mapping_row mappings[] = { { .id = ID_ROWS_MAX },
						       { .id = ID_ROWS_MAX + 1 } };
	static const struct fault_row faults[] = {
		{ .rec.weight = 1, .thread = 2, .mapping = ID_ROWS_MAX },
		{ .rec.weight = 1, .thread = 1 },
		{ .rec.weight = 1, .thread = 2, .mapping = 1 },
		{ .rec.weight = 1, .thread = ~0U },
		{ .rec.weight = 1, .mapping = ~0U },
	};
	int fd = new_file();
	struct capture_writer *writer = begin_capture(fd);

	add_start(writer);
	for (size_t i = 0; i < 3; i++)
		add_row(writer, RECORDING_THREAD, &threads[i]);
	for (size_t i = 0; i < 2; i++)
		add_row(writer, RECORDING_MAPPING, &mappings[i]);
	for (size_t i = 0; i < 5; i++)
		add_row(writer, RECORDING_FAULT, &faults[i]);
	CHECK_EQ(capture_writer__end(writer), 0);
	CHECK_EQ(refused_of(fd, 0, "fault"), 2 + 1 + 4);
	close(fd);
	test_done("threads and mappings that cannot be, and faults without theirs");
}

static void test_no_run(void)
{
	int fd = new_file();
	struct capture_writer *writer = begin_capture(fd);
	const struct fault_row row = { .rec.weight = 1 };

	add_row(writer, RECORDING_FAULT, &row);
	CHECK_EQ(capture_writer__end(writer), 0);
	CHECK_EQ(refused_of(fd, -ENODATA, ""), 1);
	close(fd);
	fd = new_file();
	CHECK_EQ(refused_of(fd, -EBADMSG, ""), 0);
	close(fd);
	test_done("a capture that does not say of which run it is");
}

/* More settings than are kept: with a name but no value, and then with both. */
static void test_many_settings(void)
{
	int fd = new_file();
	struct capture_writer *writer = begin_capture(fd);
	struct setting_row row = { 0 };

	add_start(writer);
	CHECK_EQ(capture_writer__string(writer, "name", 4, &row.name), 0);
	for (int i = 0; i < 500; i++)
		add_row(writer, RECORDING_SETTING, &row);
	row.value = row.name;
	for (int i = 0; i < 500; i++)
		add_row(writer, RECORDING_SETTING, &row);
	CHECK_EQ(capture_writer__end(writer), 0);
	CHECK_EQ(refused_of(fd, 0, "start"), 500 - 64);
	close(fd);
	test_done("settings without a value, and too many");
}

/* ---- Several files ------------------------------------------------------------------------------ */

#define FILES_MAX 8

struct series {
	int fds[FILES_MAX];
	unsigned int nr, next;
	unsigned int nr_ends; /* that were asked for */
};

static int next_file(void *ctx)
{
	struct series *series = ctx;

	CHECK(series->nr < FILES_MAX);
	series->fds[series->nr] = new_file();
	return dup(series->fds[series->nr++]);
}

static int read_next(void *ctx, bool is_complete)
{
	struct series *series = ctx;

	(void)is_complete;
	if (series->next == series->nr)
		return -ENODATA;
	lseek(series->fds[series->next], 0, SEEK_SET);
	return series->fds[series->next++];
}

static struct run_end so_far(void *ctx)
{
	struct series *series = ctx;
	struct run_end end = any_end;

	end.elapsed_ns = ++series->nr_ends;
	return end;
}

/* Four files of as long a time each. What is recorded is as long as five of FILE_FAULTS. */
#define FILE_FAULTS 2000

static struct buf record_series(struct series *series)
{
	struct run_start run = run_of();
	unsigned long long dropped;
	struct buf lines = { 0 }, nothing = { 0 };
	struct format *json = format__new(&json_format, &lines, &run);
	struct format *capture;
	const struct capture_files files = { .next = next_file, .ctx = series };
	const struct recorder_options options = { .fd = series->fds[0],
						  .name = "capture",
						  .files = &files,
						  .file_ns = FILE_FAULTS * 700,
						  .so_far = so_far,
						  .ctx = series,
						  .tee = json };

	run.time_ns = 1000000000000;
	capture = format__new(&capture_format, &nothing, &run);
	CHECK_EQ(recorder__open(capture, &options), 0);
	for (uint64_t i = 0; i < 5 * FILE_FAULTS; i++) {
		/* A pause, as long as a file. */
		if (i / FILE_FAULTS != 2)
			show_any(capture, i);
		if (i % 100 == 0)
			usleep(1000);
	}
	format__show(capture, end, &any_end);
	CHECK_EQ(recorder__lost(capture), 0);
	CHECK_EQ(recorder__close(capture, &dropped), 0);
	CHECK_EQ(dropped, 0);
	format__free(capture);
	format__free(json);
	return lines;
}

/* The first fault of each. */
static const uint64_t first_faults[] = { 0, FILE_FAULTS, 3 * FILE_FAULTS, 4 * FILE_FAULTS };

/* Each has a begin and an end, and says how many faults came before it. */
static void check_file(const struct series *series, unsigned int i, uint64_t *before)
{
	const struct capture_problem_sink none = { count_problem, &(struct played) { 0 } };
	struct capture_input input = { .fd = series->fds[i] };
	struct player *player;
	struct player_cut cut;
	enum player_event event;
	bool has_end = false;

	lseek(input.fd, 0, SEEK_SET);
	player = player__new(&input, &none);
	CHECK_EQ(player__next(player, &event), 1);
	CHECK_EQ(event, PLAYER_START);
	cut = player__cut(player);
	CHECK_EQ(cut.faults, *before);
	CHECK_EQ(cut.end_ns, 1000000000000 + first_faults[i] * 700);
	while (player__next(player, &event) == 1) {
		if (event == PLAYER_FAULT)
			*before += player__fault(player)->rec->weight;
		has_end = event == PLAYER_END;
	}
	CHECK(has_end);
	CHECK_EQ(player__end(player)->elapsed_ns, i + 1 < series->nr ? i + 1 : any_end.elapsed_ns);
	CHECK_EQ(player__refused(player), 0);
	player__free(player);
}

static void test_series(void)
{
	struct series series = { .fds = { new_file() }, .nr = 1, .next = 1 };
	struct buf wanted = record_series(&series), lines = { 0 };
	const struct capture_input input = { series.fds[0], read_next, &series };
	struct played played = play_input(&input, &json_format, false, &lines);
	uint64_t before = 0;

	CHECK_EQ(series.nr, 4);
	CHECK_EQ(series.nr_ends, 3);
	CHECK_EQ(played.result, 0);
	CHECK_EQ(played.refused, 0);
	CHECK_EQ(played.nr_problems, 0);
	CHECK(lines.len == wanted.len && !memcmp(lines.data, wanted.data, wanted.len));
	for (unsigned int i = 0; i < series.nr; i++)
		check_file(&series, i, &before);
	for (unsigned int i = 0; i < series.nr; i++)
		close(series.fds[i]);
	buf__free(&wanted);
	buf__free(&lines);
	test_done("several files are played as one, and each alone");
}

int main(void)
{
	srand(1);
	test_round_trip();
	test_later_segments();
	test_more();
	test_older_version();
	test_impossible_faults();
	test_lost_rows();
	test_impossible_stacks();
	test_no_run();
	test_many_settings();
	test_series();
	return test_status();
}
