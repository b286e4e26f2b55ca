/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiles and their formats. `test_profile write DIR` writes flame graphs for
 * the browser's test instead.
 */
#include <unistd.h>

#include "../../src/base/intern.h"
#include "../../src/faults/profile.h"
#include "../../src/format/formats.h"
#include "../../src/faults/fault.h"
#include "expect.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define LIBC   .module = "/usr/lib/libc.so.6", .build_id = "6196744a316dbd57c0fc8968df1680aac482cec4"
#define SERVER .module = "/usr/bin/server", .build_id = "00ff"
#define KERNEL .module = "[kernel]"

#define SOURCE(file, line_) .source = "/src/" file, .line = (line_)

static const struct profile_frame
	f_start = { "_start", SERVER, 0x1040 },
	f_main = { "main", SERVER, 0x1234, SOURCE("main.c", 12) },
	f_main_later = { "main", SERVER, 0x1299, SOURCE("main.c", 20) },
	f_load = { "load", SERVER, 0x2010, SOURCE("load.c", 7) },
	f_read_page = { "read_page", SERVER, 0x2010, SOURCE("load.c", 3), .inlined = true },
	f_check = { "check", SERVER, 0x2010, SOURCE("check.h", 99), .inlined = true },
	f_serve = { "Server::serve(std::map<int, char *> const &, int)", SERVER, 0x3000,
		    SOURCE("server.cc", 5) },
	f_memset = { "__memset_avx2_unaligned_erms", LIBC, 0x16c2a0 },
	f_malloc = { "malloc", LIBC, 0x98860 }, f_no_name = { NULL, LIBC, 0x99999 },
	f_jit = { NULL, NULL, .address = 0x7f0000001000 },
	f_copy = { "copy_to_user", KERNEL, .address = 0xffffffff81000000 },
	f_odd = { "a;b c\n<d>&\"\033[31m\xff\xef\xbf\xbf]]>", "/opt/odd name;.so", .address = 1 };

#define NR_FRAMES 8

/* Frames from the outermost, as they are easier to read. */
struct test_stack {
	const struct profile_frame *frames[NR_FRAMES];
	const char *comm;
	uint32_t pid;
	uint8_t kind;
	uint64_t weights[PROFILE_WEIGHTS];
};

#define SERVES &f_start, &f_main
#define KB     1024

static const struct test_stack stacks[] = {
	{ { SERVES, &f_load, &f_memset }, "server", 42, FT_KIND_ANON, { 3, 4500, 12 * KB } },
	{ { SERVES, &f_load, &f_memset }, "server", 42, FT_KIND_ANON, { 2, 1000, 8 * KB } },
	{ { SERVES, &f_load, &f_memset }, "server", 43, FT_KIND_ANON, { 1, 700, 4 * KB } },
	{ { SERVES, &f_load, &f_memset }, "server", 42, FT_KIND_ZERO, { 1, 90, 4 * KB } },
	{ { SERVES, &f_load, &f_read_page, &f_check },
	  "server",
	  42,
	  FT_KIND_FILE,
	  { 10, 250000, 640 * KB } },
	{ { SERVES, &f_load, &f_read_page }, "server", 42, FT_KIND_FILE, { 1, 21000, 4 * KB } },
	{ { &f_start, &f_main_later, &f_serve, &f_malloc },
	  "worker-1",
	  42,
	  FT_KIND_COW,
	  { 7, 9100, 28 * KB } },
	{ { &f_start, &f_main_later, &f_serve, &f_no_name },
	  "worker-1",
	  42,
	  FT_KIND_SWAP,
	  { 1, 83000, 4 * KB } },
	{ { SERVES, &f_serve, &f_copy }, "worker-1", 42, FT_KIND_ANON, { 1, 1200, 4 * KB } },
	{ { &f_jit }, "worker 2;x", 42, FT_KIND_NUMA, { 1, 2500, 4 * KB } },
	{ { &f_odd, &f_odd }, "\xe4\xb8\xad\xe6\x96\x87", 42, FT_KIND_ERROR, { 1, 800, 0 } },
	{ { NULL }, "", 42, FT_KIND_OTHER, { 2, FT_UNKNOWN64, FT_UNKNOWN64 } },
};

static const struct profile_view view_of[PROFILE_WEIGHTS] = {
	[PROFILE_COUNT] = { PROFILE_COUNT, "server (42)", 1700000000123456789, 3000000000 },
	[PROFILE_LATENCY] = { PROFILE_LATENCY, "server (42)", 1700000000123456789, 3000000000 },
	[PROFILE_BYTES] = { PROFILE_BYTES, "server (42)", 0, 0 },
};

static void add_stack(struct profile *p, const struct test_stack *stack)
{
	struct profile_frame frames[NR_FRAMES];
	struct profile_faults faults = {
		.frames = frames, .comm = stack->comm, .pid = stack->pid, .kind = stack->kind
	};

	while (faults.nr_frames < NR_FRAMES && stack->frames[faults.nr_frames])
		faults.nr_frames++;
	for (size_t i = 0; i < faults.nr_frames; i++)
		frames[i] = *stack->frames[faults.nr_frames - 1 - i];
	memcpy(faults.weights, stack->weights, sizeof(faults.weights));
	profile__add(p, &faults);
}

static struct profile *sample_profile(void)
{
	struct profile *p = profile__new();

	for (size_t i = 0; i < NR(stacks); i++)
		add_stack(p, &stacks[i]);
	return p;
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

/* nr stacks, depth frames deep, each of some functions; some of them equal. */
static struct profile *random_profile(uint32_t nr, uint32_t depth, uint32_t nr_functions)
{
	struct profile_frame *frames = calloc(depth, sizeof(*frames));
	char(*names)[24] = calloc(nr_functions, sizeof(*names));
	struct profile *p = profile__new();
	uint64_t state = 1;

	for (uint32_t i = 0; i < nr_functions; i++)
		snprintf(names[i], sizeof(names[i]), "function_%u", i);
	for (uint32_t i = 0; i < nr; i++) {
		struct profile_faults faults = { frames, depth, "random", 7, 0, { 1 } };

		for (uint32_t j = 0; j < depth; j++) {
			/* Outer functions are few, inner ones many. */
			uint64_t n = next_random(&state) % (nr_functions * (depth - j) / depth + 1);

			frames[j] = (struct profile_frame) { names[n % nr_functions], SERVER, n };
		}
		faults.kind = next_random(&state) % FT_KIND_COUNT;
		faults.weights[PROFILE_LATENCY] = next_random(&state) % 100000;
		faults.weights[PROFILE_BYTES] = 4096 << next_random(&state) % 10;
		profile__add(p, &faults);
	}
	free(frames);
	free(names);
	return p;
}

/* ---- The profile --------------------------------------------------------------------------- */

static void test_intern(void)
{
	struct intern t = { 0 };
	char text[16];

	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 10000; i++) {
			snprintf(text, sizeof(text), "%u", i * 7);
			CHECK_EQ(intern__add_text(&t, text), i);
			CHECK_EQ(intern__len(&t, i), strlen(text) + 1);
		}
	}
	CHECK_EQ(t.nr, 10000);
	CHECK_STR(intern__get(&t, 9999), "69993");
	/* A part of another, nothing, and zeroes are strings as well. */
	CHECK_EQ(intern__add(&t, "69993", 4), 10000);
	CHECK_EQ(intern__add(&t, "", 0), 10001);
	CHECK_EQ(intern__add(&t, "\0\0", 2), 10002);
	CHECK_EQ(intern__add(&t, NULL, 0), 10001);
	intern__free(&t);
	test_done("numbers for byte strings");
}

static void test_merging(void)
{
	struct profile *p = sample_profile();
	struct profile_sample sample = profile__sample(p, 0);
	struct profile_call call = profile__call(p, sample.stack);

	CHECK_EQ(profile__nr_samples(p), NR(stacks) - 1);
	CHECK_EQ(sample.weights[PROFILE_COUNT], 5);
	CHECK_EQ(sample.weights[PROFILE_LATENCY], 5500);
	CHECK_EQ(sample.pid, 42);
	CHECK_STR(sample.comm, "server");
	CHECK_STR(profile__frame(p, call.frame).function, "__memset_avx2_unaligned_erms");
	CHECK_EQ(profile__frame(p, call.frame).address, 0x16c2a0);
	CHECK_STR(profile__frame(p, call.frame).source, "");
	CHECK_STR(profile__frame(p, profile__call(p, call.caller).frame).function, "load");
	CHECK_EQ(profile__sample(p, 1).pid, 43);
	CHECK_EQ(profile__sample(p, 1).stack, sample.stack);
	CHECK_EQ(profile__sample(p, NR(stacks) - 2).stack, PROFILE_NO_CALL);
	CHECK_EQ(profile__total(p, PROFILE_COUNT), 31);
	CHECK_EQ(profile__total(p, PROFILE_LATENCY), 373890);
	CHECK_EQ(profile__unknown(p, PROFILE_COUNT), 0);
	CHECK_EQ(profile__unknown(p, PROFILE_LATENCY), 2);
	profile__free(p);
	profile__free(NULL);
	test_done("equal stacks are one");
}

/* One of some functions' frames, and where they are; the number of faults. */
struct use {
	const char *modules[4];
	uint64_t faults;
};

static const char *program_of(const struct use *uses, size_t nr)
{
	static char path[64];
	struct profile *p = profile__new();

	for (size_t i = 0; i < nr; i++) {
		struct profile_frame frames[4] = { 0 };
		struct profile_faults faults = { frames, 0, "x", 1, 0, { uses[i].faults } };

		for (; faults.nr_frames < 4 && uses[i].modules[faults.nr_frames];
		     faults.nr_frames++)
			frames[faults.nr_frames].module = uses[i].modules[faults.nr_frames];
		profile__add(p, &faults);
	}
	snprintf(path, sizeof(path), "%s", profile__program(p));
	profile__free(p);
	return path;
}

static void test_program(void)
{
	static const struct use perl[] = {
		{ { "/lib/ld-linux-x86-64.so.2" }, 90 },      { { "[vdso]", "/usr/bin/perl" }, 3 },
		{ { "/lib/libc.so.6", "/usr/bin/perl" }, 4 }, { { "/lib/libc.so.6" }, 50 },
		{ { "/usr/lib/POSIX.so", "[kernel]" }, 60 },
	};
	static const struct use two[] = {
		{ { "/bin/often", "/bin/often", "/bin/often" }, 3 },
		{ { "/bin/more" }, 4 },
	};
	static const struct use equal[] = { { { "/bin/first" }, 3 }, { { "/bin/second" }, 3 } };

	CHECK_STR(program_of(perl, NR(perl)), "/usr/bin/perl");
	CHECK_STR(program_of(perl, 1), "");
	CHECK_STR(program_of(two, NR(two)), "/bin/more");
	CHECK_STR(program_of(equal, NR(equal)), "/bin/first");
	CHECK_STR(program_of(NULL, 0), "");
	test_done("the main program");
}

/* ---- The formats ---------------------------------------------------------------------------- */

static int write_in(const struct format_ops *ops, struct buf *out, const struct profile *p,
		    const struct profile_view *view)
{
	struct run_start run = { 0 };
	struct format *format = format__new(ops, out, &run);
	int err = ops->profile(format, p, view);

	format__free(format);
	return err;
}

static void test_folded(void)
{
	struct profile *p = sample_profile();
	struct buf out = { 0 };

	write_in(&folded_format, &out, p, &view_of[PROFILE_LATENCY]);
	terminate(&out);
	profile__free(p);
	compare(EXPECT_DIR "profile.folded", &out);
}

/* What a shell command prints about the gzip'ed file "$FILE"; out is freed. */
static struct buf ask(const char *command, struct buf *out)
{
	char path[] = "/tmp/test_profile.XXXXXX";
	int fd = mkstemp(path);
	struct buf answer;
	FILE *pipe;

	CHECK(fd >= 0 && close(fd) == 0 && write_file(path, out));
	setenv("FILE", path, 1);
	pipe = popen(command, "r");
	answer = read_stream(pipe);
	CHECK(pipe && pclose(pipe) == 0);
	CHECK(unlink(path) == 0);
	buf__free(out);
	return answer;
}

static bool is_there(const char *program)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	return system(command) == 0;
}

static struct buf decoded(const struct profile *p, const struct profile_view *view)
{
	struct buf out = { 0 };

	CHECK_EQ(write_in(&pprof_format, &out, p, view), 0);
	return ask("gzip -dc \"$FILE\" | protoc --proto_path=tests/unit "
		   "--decode=perftools.profiles.Profile pprof.proto",
		   &out);
}

static void test_pprof(void)
{
	struct profile *p = sample_profile();
	struct buf out = { 0 };

	if (is_there("protoc")) {
		out = decoded(p, &view_of[PROFILE_LATENCY]);
		compare(EXPECT_DIR "profile.pprof.txt", &out);
	} else {
		test_skip("pprof", "no protoc");
	}
	if (is_there("go")) {
		CHECK_EQ(write_in(&pprof_format, &out, p, &view_of[PROFILE_LATENCY]), 0);
		out = ask("go tool pprof -top -nodecount=3 \"$FILE\" 2>&1", &out);
		CHECK(strstr(out.data, "File: server\n"));
		CHECK(strstr(out.data, "Type: latency"));
		CHECK(strstr(out.data, "250us 66.86%  check (inline)"));
		buf__free(&out);
		test_done("go tool pprof");
	} else {
		test_skip("go tool pprof", "no go");
	}
	profile__free(p);
}

/* Without what is the same in each of them. */
static void cut_out(struct buf *out, const char *from, const char *to)
{
	char *start = strstr(out->data, from);
	char *end = start ? strstr(start, to) : NULL;

	if (!CHECK(end))
		return;
	start += strlen(from);
	memmove(start, end, out->len - (size_t)(end - out->data) + 1);
	out->len -= (size_t)(end - start);
}

static void test_flamegraph(void)
{
	struct profile *p = sample_profile();
	struct buf out = { 0 };

	write_in(&flamegraph_format, &out, p, &view_of[PROFILE_LATENCY]);
	terminate(&out);
	cut_out(&out, "<style><![CDATA[", "]]></style>");
	cut_out(&out, "<script><![CDATA[", "]]></script>");
	profile__free(p);
	compare(EXPECT_DIR "profile.svg", &out);
}

static void test_nothing(void)
{
	struct profile *p = profile__new();
	struct buf out = { 0 };

	for (int w = 0; w < PROFILE_WEIGHTS; w++) {
		write_in(&folded_format, &out, p, &view_of[w]);
		CHECK_EQ(out.len, 0);
		write_in(&flamegraph_format, &out, p, &view_of[w]);
		terminate(&out);
		CHECK(strstr(out.data, "nothing to show") && !strstr(out.data, "class=\"f"));
		out.len = 0;
		CHECK_EQ(write_in(&pprof_format, &out, p, &view_of[w]), 0);
		CHECK(out.len > 20);
		out.len = 0;
	}
	buf__free(&out);
	profile__free(p);
	test_done("an empty profile");
}

/* ---- Sums ----------------------------------------------------------------------------------- */

static uint64_t sum_folded(const struct profile *p, enum profile_weight w)
{
	struct buf out = { 0 };
	uint64_t sum = 0;

	write_in(&folded_format, &out, p, &view_of[w]);
	terminate(&out);
	for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
		sum += strtoull(strrchr(line, ' '), NULL, 10);
	buf__free(&out);
	return sum;
}

static uint64_t sum_pprof(const struct profile *p, enum profile_weight w)
{
	struct buf out = decoded(p, &view_of[w]);
	uint64_t sum = 0;
	uint32_t i = 0;

	/* One of each weight in each sample. */
	for (char *at = out.data; (at = strstr(at, "  value: ")); at += 9) {
		if (i++ % PROFILE_WEIGHTS == (uint32_t)w)
			sum += strtoull(at + 9, NULL, 10);
	}
	CHECK_EQ(i, profile__nr_samples(p) * PROFILE_WEIGHTS);
	buf__free(&out);
	return sum;
}

static uint64_t weight_after(const char *at)
{
	static const char attribute[] = "data-weight=\"";

	at = at ? strstr(at, attribute) : NULL;
	return at ? strtoull(at + strlen(attribute), NULL, 10) : 0;
}

/* The boxes at the ends of stacks, and what is said to be left out. */
static uint64_t sum_flamegraph(const struct profile *p, enum profile_weight w)
{
	struct buf out = { 0 };
	uint64_t sum;

	write_in(&flamegraph_format, &out, p, &view_of[w]);
	terminate(&out);
	sum = weight_after(strstr(out.data, "id=\"left-out\""));
	for (char *at = out.data; (at = strstr(at, "<svg class=\"f leaf")); at++)
		sum += weight_after(at);
	buf__free(&out);
	return sum;
}

static void check_sums(const struct profile *p)
{
	for (int w = 0; w < PROFILE_WEIGHTS; w++) {
		uint64_t total = profile__total(p, w);

		CHECK_EQ(sum_folded(p, w), total);
		CHECK_EQ(sum_flamegraph(p, w), total);
		if (is_there("protoc"))
			CHECK_EQ(sum_pprof(p, w), total);
	}
}

static void test_sums(void)
{
	static const struct {
		uint32_t nr, depth, nr_functions;
	} shapes[] = {
		{ 1, 1, 1 }, { 50, 1, 3 }, { 1000, 5, 4 }, { 2000, 12, 300 }, { 3, 1000, 9 }
	};
	struct profile *p = sample_profile();

	check_sums(p);
	profile__free(p);
	for (size_t i = 0; i < NR(shapes); i++) {
		p = random_profile(shapes[i].nr, shapes[i].depth, shapes[i].nr_functions);
		check_sums(p);
		profile__free(p);
	}
	test_done("the same sums in all formats");
}

/* Boxes are in their callers' boxes: what a box weighs is at least what is above it. */
static void test_many(void)
{
	struct profile *p = random_profile(100000, 12, 2000);
	struct buf out = { 0 };
	size_t nr = 0;

	CHECK(profile__nr_samples(p) > 99000);
	write_in(&flamegraph_format, &out, p, &view_of[PROFILE_COUNT]);
	terminate(&out);
	for (char *at = out.data; (at = strstr(at, "<svg class=\"f")); at++)
		nr++;
	CHECK(nr > 100 && nr <= 40000);
	CHECK(out.len < 16 << 20);
	CHECK_EQ(sum_flamegraph(p, PROFILE_LATENCY), profile__total(p, PROFILE_LATENCY));
	CHECK_EQ(sum_folded(p, PROFILE_LATENCY), profile__total(p, PROFILE_LATENCY));
	buf__free(&out);
	profile__free(p);
	test_done("100 000 stacks");
}

/* ---- For the browser ------------------------------------------------------------------------- */

static bool write_view(const char *dir, const char *name, struct profile *p,
		       const struct profile_view *view)
{
	struct buf out = { 0 };
	char path[4096];
	bool ok;

	write_in(&flamegraph_format, &out, p, view);
	snprintf(path, sizeof(path), "%s/%s.svg", dir, name);
	ok = write_file(path, &out);
	buf__free(&out);
	profile__free(p);
	return ok;
}

static bool write_graph(const char *dir, const char *name, struct profile *p, enum profile_weight w)
{
	return write_view(dir, name, p, &view_of[w]);
}

static bool write_graphs(const char *dir)
{
	static const struct profile_view long_title = {
		PROFILE_BYTES,
		"/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main "
		"-c config_file=/etc/postgresql/15/main/postgresql.conf -c work_mem=64MB (4242)",
		0, 0
	};

	return write_graph(dir, "sample", sample_profile(), PROFILE_LATENCY) &&
	       write_graph(dir, "kinds", random_profile(400, 4, 4), PROFILE_COUNT) &&
	       write_graph(dir, "deep", random_profile(40, 500, 100), PROFILE_BYTES) &&
	       write_graph(dir, "many", random_profile(100000, 12, 2000), PROFILE_LATENCY) &&
	       write_graph(dir, "empty", profile__new(), PROFILE_LATENCY) &&
	       write_view(dir, "title", sample_profile(), &long_title);
}

/* A stack of two frames that no other one has. */
static void add_new_stack(struct profile *p, uint64_t serial)
{
	char outer[32], inner[32];
	struct stack_frame frames[] = { { .function = inner, .module = "/m", .build_id = "" },
					{ .function = outer, .module = "/m", .build_id = "" } };
	const struct stack stack = { .serial = serial, .nr = 2, .frames = frames };
	const struct profile_faults faults = {
		.comm = "thread", .pid = 1, .kind = serial % 3, .weights = { 2, 10, 4096 }
	};

	snprintf(outer, sizeof(outer), "outer_%llu", (unsigned long long)serial);
	snprintf(inner, sizeof(inner), "inner_%llu", (unsigned long long)serial);
	frames[0].source = frames[1].source = "";
	profile__add_stack(p, &stack, &faults);
}

static uint64_t sum_of_samples(const struct profile *p)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < profile__nr_samples(p); i++)
		sum += profile__sample(p, i).weights[PROFILE_COUNT];
	return sum;
}

static void test_bounded(void)
{
	struct profile *p = profile__new_within(100000);
	uint32_t nr_samples, nr_frames;
	uint64_t left_out;

	for (uint64_t i = 1; i <= 50; i++)
		add_new_stack(p, i);
	CHECK_EQ(profile__left_out(p), 0);
	CHECK_EQ(profile__nr_samples(p), 50);
	for (uint64_t i = 1; i <= 5000; i++)
		add_new_stack(p, i);
	nr_samples = profile__nr_samples(p);
	nr_frames = profile__nr_frames(p);
	left_out = profile__left_out(p);
	CHECK(nr_samples > 200 && nr_samples < 1000);
	CHECK(left_out > 2 * 4000 && left_out < 2 * 4900);
	/* It does not grow any more; what is known goes on to be counted where it is. */
	for (uint64_t i = 1; i <= 10000; i++)
		add_new_stack(p, i);
	CHECK_EQ(profile__nr_samples(p), nr_samples);
	CHECK_EQ(profile__nr_frames(p), nr_frames);
	CHECK_EQ(profile__left_out(p), 2 * left_out + 2 * 5000);
	CHECK_EQ(profile__sample(p, 0).weights[PROFILE_COUNT], 6);
	CHECK_EQ(profile__total(p, PROFILE_COUNT), 2 * 15050);
	CHECK_EQ(profile__total(p, PROFILE_BYTES), 4096 * 15050);
	CHECK_EQ(sum_of_samples(p), 2 * 15050);
	profile__free(p);
	test_done("more stacks than there is room for");
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		return !write_graphs(argv[2]);
	test_intern();
	test_merging();
	test_program();
	test_folded();
	test_pprof();
	test_flamegraph();
	test_nothing();
	test_sums();
	test_many();
	test_bounded();
	return test_status();
}
