/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../src/cli/option_rows.h"
#include "../../src/cli/option_setters.h"
#include "../../src/commands/commands.h"
#include "../../src/format/formats.h"
#include "test.h"

#define MAX_WORDS 32

/* One command line, and all that came of it. */
struct result {
	struct options opts;
	int ret;
	int status;
	char words[512]; /* what argv points into */
	char *argv[MAX_WORDS];
	char out[32768]; /* stdout */
	char err[4096];	 /* stderr */
};

/* A standard stream that goes to a file for a while. */
struct capture {
	FILE *stream;
	FILE *file;
	int saved;
};

static struct capture capture_begin(FILE *stream)
{
	struct capture c = { stream, tmpfile(), dup(fileno(stream)) };

	fflush(stream);
	dup2(fileno(c.file), fileno(stream));
	return c;
}

static void capture_end(struct capture *c, char *text, size_t size)
{
	size_t n;

	fflush(c->stream);
	dup2(c->saved, fileno(c->stream));
	close(c->saved);
	rewind(c->file);
	n = fread(text, 1, size - 1, c->file);
	text[n] = '\0';
	fclose(c->file);
}

/* Words at spaces; '' is an empty one. Returns how many. */
static int split(char *words, char **argv)
{
	int argc = 0;

	argv[argc++] = "faulttrace";
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	argv[argc] = NULL;
	return argc;
}

/* Good until the next call. */
static struct result *parse(const char *line)
{
	static struct result r;
	struct capture out, err;
	int argc;

	memset(&r, 0, sizeof(r));
	snprintf(r.words, sizeof(r.words), "%s", line);
	argc = split(r.words, r.argv);
	out = capture_begin(stdout);
	err = capture_begin(stderr);
	r.status = -1;
	r.ret = options__parse(&r.opts, all_commands, argc, r.argv, &r.status);
	capture_end(&err, r.err, sizeof(r.err));
	capture_end(&out, r.out, sizeof(r.out));
	return &r;
}

static const struct options *good(const char *line)
{
	const struct result *r = parse(line);

	if (!CHECK(r->ret == 0) || !CHECK(!*r->err) || !CHECK(!*r->out))
		printf("#   faulttrace %s\n#   %s", line, r->err);
	return &r->opts;
}

static void test_defaults(void)
{
	const struct options *o = good("-p 4242");

	CHECK_EQ(o->command->id, COMMAND_TRACE);
	CHECK_EQ(o->target.kind, TARGET_PID);
	CHECK_EQ(o->target.nr_ids, 1);
	CHECK_EQ(o->target.ids[0], 4242);
	CHECK(!o->target.follow && !o->target.as_root && !o->filter.has_uid && !o->filter.comm &&
	      !o->filter.file);
	CHECK(!o->filter.kinds && !o->filter.accesses && !o->filter.origins &&
	      !o->filter.only_major && !o->filter.only_minor);
	CHECK(!o->filter.min_latency_ns && !o->filter.addr_start && !o->filter.addr_end);
	CHECK_EQ(o->filter.sample, 1);
	CHECK(o->format == &text_format);
	CHECK(!o->output && !o->duration_ns && !o->max_events);
	CHECK(!o->wide && !o->quiet && !o->strict && !o->verbose);
	CHECK_EQ(o->timestamp, TIMESTAMP_REL);
	CHECK_EQ(o->color, COLOR_AUTO);
	CHECK_STR(o->plan, "auto");
	CHECK_EQ(o->ring_bytes, 4 << 20);
	options__free((struct options *)o);
	test_done("defaults");
}

static void test_targets(void)
{
	struct result *r;

	r = parse("trace -p 3,1,3 -p 2,1");
	CHECK(!r->ret && r->opts.target.nr_ids == 3);
	CHECK(r->opts.target.ids[0] == 3 && r->opts.target.ids[1] == 1 &&
	      r->opts.target.ids[2] == 2);
	options__free(&r->opts);
	CHECK(!r->opts.target.ids && !r->opts.target.nr_ids);

	r = parse("-t 99999999 --follow");
	CHECK(!r->ret && r->opts.target.kind == TARGET_TID && r->opts.target.follow);
	options__free(&r->opts);

	r = parse("-p 17,postgres -p 12x,18");
	CHECK(!r->ret && r->opts.target.nr_ids == 2 && r->opts.target.ids[1] == 18);
	CHECK(r->opts.target.nr_names == 2);
	CHECK_STR(r->opts.target.names[0], "postgres");
	CHECK_STR(r->opts.target.names[1], "12x");
	options__free(&r->opts);
	CHECK(!r->opts.target.names && !r->opts.target.nr_names);
	r = parse("map -p postgres");
	CHECK(!r->ret && r->opts.target.nr_names == 1 && !r->opts.target.nr_ids);
	options__free(&r->opts);

	CHECK_STR(good("--cgroup=/system.slice")->target.cgroup, "/system.slice");
	CHECK_EQ(good("--all")->target.kind, TARGET_ALL);
	test_done("targets");
}

static void test_commands(void)
{
	const struct options *o = good("-w -- ls -p 1 -- -a");

	CHECK_EQ(o->target.kind, TARGET_COMMAND);
	CHECK(o->target.follow && o->wide);
	CHECK_STR(o->target.argv[0], "ls");
	CHECK_STR(o->target.argv[1], "-p");
	CHECK_STR(o->target.argv[3], "--");
	CHECK_STR(o->target.argv[4], "-a");
	CHECK(!o->target.argv[5]);

	CHECK(!good("--no-follow --as-root -- ls")->target.follow);
	CHECK(good("trace -- ls")->target.kind == TARGET_COMMAND);
	CHECK_STR(good("-o -- -- ls")->output, "--");
	CHECK_EQ(good("features")->command->id, COMMAND_FEATURES);
	CHECK_EQ(good("features -v --plan perf")->command->id, COMMAND_FEATURES);
	test_done("commands");
}

static void test_map(void)
{
	struct result *r = parse("map -p 17 -j --strip 0 --ascii -w -q");

	CHECK(!r->ret && r->opts.command->id == COMMAND_MAP);
	CHECK(r->opts.target.nr_ids == 1 && r->opts.target.ids[0] == 17);
	CHECK(r->opts.format == &json_format && r->opts.ascii && r->opts.strip == 0);
	options__free(&r->opts);
	r = parse("map -p 17");
	CHECK(!r->ret && r->opts.strip == -1);
	options__free(&r->opts);
	r = parse("map -p 17 --strip 256");
	CHECK(!r->ret && r->opts.strip == 256);
	options__free(&r->opts);
	r = parse("map -q --evict -- -a b");
	CHECK(!r->ret && r->opts.evict);
	CHECK_STR(r->opts.files[0], "-a");
	CHECK_STR(r->opts.files[1], "b");
	r = parse("map -p 17 -d 2 --plan perf --strict");
	CHECK(!r->ret && r->opts.target.nr_ids == 1 && r->opts.duration_ns == 2000000000ULL);
	options__free(&r->opts);
	CHECK(!good("map -- ls")->target.follow);
	CHECK(good("map -f -- ls")->target.follow);
	r = parse("map --cold --as-root -- ls -l");
	CHECK(!r->ret && r->opts.cold && r->opts.target.kind == TARGET_COMMAND &&
	      !r->opts.target.follow);
	CHECK_STR(r->opts.target.argv[1], "-l");
	test_done("map");
}

static void test_serve(void)
{
	const struct options *o = good("serve -a");

	CHECK_EQ(o->command->id, COMMAND_SERVE);
	CHECK_STR(o->listen, "127.0.0.1:9843");
	CHECK(o->rows.by[0] == FT_KEY_KIND && o->rows.by[1] == FT_KEY_CGROUP);
	CHECK(options__sums_up(o) && !options__writes_stdout(o));
	CHECK(options__of_tracer(o).kinds && !options__of_tracer(o).sends);
	CHECK(good("serve -a --cause --sample 10 -k anon -d 2 -q --strict")->cause);
	CHECK_EQ(o->max_series, 2000);
	CHECK_EQ(o->min_age_ns, 30000000000);
	CHECK_STR(o->host_root, "/");
	CHECK_EQ(good("serve -a --min-age 0")->min_age_ns, 0);
	CHECK_EQ(good("serve -a --min-age 2m --max-series 8")->max_series, 8);
	CHECK_STR(good("serve -a --host-root /tmp")->host_root, "/tmp");
	CHECK_STR(good("serve -a --listen [::1]:0")->listen, "[::1]:0");
	CHECK_STR(good("serve --listen unix:/run/x -- ls")->listen, "unix:/run/x");
	test_done("serve");
}

static void test_filters(void)
{
	const struct options *o;

	CHECK_STR(good("-a -n kworker/*")->filter.comm, "kworker/*");
	CHECK_STR(good("-a -n fifteen-letters")->filter.comm, "fifteen-letters");
	o = good("-a -u 1000");
	CHECK(o->filter.has_uid && o->filter.uid == 1000);
	o = good("-a -u root");
	CHECK(o->filter.has_uid && o->filter.uid == 0);
	CHECK_EQ(good("-a -k cow")->filter.kinds, FT_KIND_BIT(FT_KIND_COW));
	CHECK_EQ(good("-a -k cow:ksm,anon")->filter.kinds,
		 FT_KIND_BIT(FT_WANTED_COW + FT_COW_KSM) | FT_KIND_BIT(FT_KIND_ANON));
	CHECK_EQ(good("-a -k file,swap --kind other")->filter.kinds,
		 FT_KIND_BIT(FT_KIND_FILE) | FT_KIND_BIT(FT_KIND_SWAP) |
			 FT_KIND_BIT(FT_KIND_OTHER));
	CHECK(good("-a --major")->filter.only_major);
	CHECK(good("-a --minor")->filter.only_minor);
	CHECK_EQ(good("-a --access rw")->filter.accesses,
		 1 << FT_ACCESS_READ | 1 << FT_ACCESS_WRITE);
	CHECK_EQ(good("-a --access w,x")->filter.accesses,
		 1 << FT_ACCESS_WRITE | 1 << FT_ACCESS_EXEC);
	CHECK_EQ(good("-a --origin user,gup")->filter.origins,
		 1 << FT_ORIGIN_USER | 1 << FT_ORIGIN_GUP);
	CHECK_EQ(good("-a --min-latency 10")->filter.min_latency_ns, 10000);
	CHECK_EQ(good("-a --min-latency 1.5ms")->filter.min_latency_ns, 1500000);
	o = good("-a --addr 0x1000-2000");
	CHECK(o->filter.addr_start == 0x1000 && o->filter.addr_end == 0x2000);
	CHECK_STR(good("-a --file *.so*")->filter.file, "*.so*");
	CHECK_EQ(good("-a --sample 100")->filter.sample, 100);
	test_done("filters");
}

static void test_output(void)
{
	CHECK(good("-a -j")->format == &json_format);
	CHECK(good("-a --json")->format == &json_format);
	CHECK(good("-a --sink null")->format == &null_format);
	CHECK_STR(good("-a -o /tmp/x")->output, "/tmp/x");
	CHECK_EQ(good("-a -T")->timestamp, TIMESTAMP_WALL);
	CHECK_EQ(good("-a -Tmono")->timestamp, TIMESTAMP_MONO);
	CHECK_EQ(good("-a --timestamp=rel")->timestamp, TIMESTAMP_REL);
	CHECK_EQ(good("-a --color never")->color, COLOR_NEVER);
	CHECK_EQ(good("-a --color=always")->color, COLOR_ALWAYS);
	CHECK_EQ(good("-a -s")->stack, STACK_FP);
	CHECK_EQ(good("-a -s=dwarf")->stack, STACK_DWARF);
	CHECK_EQ(good("-a -sdwarf")->stack, STACK_DWARF);
	CHECK_EQ(good("-a --stack=fp")->stack, STACK_FP);
	CHECK_EQ(good("-a -d 10")->duration_ns, 10000000000);
	CHECK_EQ(good("-a -d 500ms")->duration_ns, 500000000);
	CHECK_EQ(good("-a -d .2")->duration_ns, 200000000);
	CHECK_EQ(good("top -a .5 2")->interval_ns, 500000000);
	CHECK_EQ(good("-a --max-events 3")->max_events, 3);
	CHECK_EQ(good("-a -vv -v")->verbose, 3);
	CHECK(good("-aq --strict")->strict);
	CHECK_STR(good("-a --plan kprobe")->plan, "kprobe");
	CHECK_EQ(good("-a --ring-size 64K")->ring_bytes, 65536);
	CHECK_EQ(good("-a --ring-size 1G")->ring_bytes, 1 << 30);
	CHECK_EQ(good("-a --stack=dwarf")->ring_bytes, 64 << 20);
	CHECK_EQ(good("-a --stack=dwarf --ring-size 4M")->ring_bytes, 4 << 20);
	CHECK(good("-a --residency")->residency && !good("-a")->residency);
	CHECK(good("top -a --by file --residency")->residency);
	CHECK(good("top -a --by kind,vma --residency")->residency);
	CHECK(options__wants_bytes(good("top -a --sort bytes")));
	CHECK(options__wants_bytes(good("top -a --by order")));
	CHECK(options__wants_bytes(good("top -a -w")));
	CHECK(options__wants_bytes(good("top -a --folded")));
	CHECK(!options__wants_bytes(good("top -a --by line")));
	CHECK(!options__wants_bytes(good("hist -a -w")));
	CHECK(good("top -a --folded --pprof x --flamegraph - -o y --weight bytes")->folded);
	CHECK_STR(good("top -a --flamegraph - --pprof x")->profiles[PROFILE_FLAMEGRAPH], "-");
	test_done("output");
}

static void test_recorded_files(void)
{
	CHECK(!good("record -a")->max_size && !good("record -a")->split.bytes);
	CHECK_EQ(good("record -a --max-size 1G")->max_size, 1ULL << 30);
	CHECK_EQ(good("record -a --max-size 128K -o x")->max_size, 128 << 10);
	CHECK_EQ(good("record -a --split 64K")->split.bytes, 64 << 10);
	CHECK(!good("record -a --split 100M")->split.ns);
	CHECK_EQ(good("record -a --split 100m")->split.ns, 6000000000000);
	CHECK_EQ(good("record -a --split 1.5s")->split.ns, 1500000000);
	CHECK_EQ(good("record -a --keep 30s --dump-on crash")->keep.ns, 30000000000);
	CHECK_EQ(good("record -a --keep 100M --dump-on exit --after 5s")->keep.bytes, 100 << 20);
	CHECK_EQ(good("record -a --keep 1M --dump-on usr2 --after 5s --dumps 3")->after_ns,
		 5000000000);
	CHECK_EQ(good("record -a --keep 1M --dump-on major --dump-on usr2")->dump_on.nr, 1);
	CHECK_EQ(good("record -a --keep 1M --dump-on exit --dumps 3")->dumps, 3);
	test_done("files of a recording");
}

/* An option that chooses a format has the name of one; profiles are formats by themselves. */
static void test_formats(void)
{
	for (size_t i = 0; i < nr_option_rows; i++) {
		const struct option_row *row = &option_rows[i];
		char line[64];

		if (row->set != option_set_format || row->argument != ARG_NONE)
			continue;
		if (!CHECK(format_find(row->name)))
			continue;
		snprintf(line, sizeof(line), "top -a --folded --%s", row->name);
		CHECK(!option_is_for(row, COMMAND_TOP) || parse(line)->ret == -1);
	}
	test_done("options that choose a format");
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* One line, then hints; nothing else, nothing on stdout, status 2. */
/* A person sees the first rows, a program all of them. */
static void test_rows(void)
{
	CHECK_EQ(good("top -a")->max_rows, 20);
	CHECK_EQ(good("top -a -r 3")->max_rows, 3);
	CHECK_EQ(good("top -j -a")->max_rows, UINT_MAX);
	CHECK_EQ(good("top -a -r 3 -j")->max_rows, 3);
	CHECK_EQ(good("hist -a")->max_rows, UINT_MAX);
	CHECK_EQ(good("hist -j -a -r 3")->max_rows, 3);
	test_done("rows");
}

static void test_errors(void)
{
	static const struct {
		const char *line, *error, *hint;
	} cases[] = {
		{ "", "cannot trace: no target given", "faulttrace -p 4242" },
		{ "-p 1 -a", "cannot trace both -p and -a: choose one target", NULL },
		{ "-t 1 -p 1", "cannot trace both -t and -p: choose one target", NULL },
		{ "-c x -- ls", "cannot trace both -c and -- CMD: choose one target", NULL },
		{ "-c x -c y", "cannot trace two cgroups: choose one target", NULL },
		{ "-p 0", "cannot use '0': --pid takes", NULL },
		{ "-p -1", "cannot use '-1': --pid takes", NULL },
		{ "-p -x", "cannot use '-x': --pid takes", NULL },
		{ "-p a,,b", "cannot use 'a,,b': --pid takes", NULL },
		{ "-t ls", "cannot use 'ls': --tid takes", NULL },
		{ "-p ''", "cannot use '': --pid takes", NULL },
		{ "-p 1,,2", "cannot use '1,,2': --pid takes", NULL },
		{ "-p 99999999999", "cannot use '99999999999': --pid takes", NULL },
		{ "-p", "cannot use --pid alone: it takes process ids or names", NULL },
		{ "record -a --max-size 1K", "cannot use '1K': --max-size takes", NULL },
		{ "record -a --split 10ms", "cannot use '10ms': --split takes", NULL },
		{ "record -a --split x", "cannot use 'x': --split takes", NULL },
		{ "record -a --split 1G --max-size 1G",
		  "cannot use both --max-size and --split: choose one", NULL },
		{ "record -a --max-size 1G -o -", "cannot write several files to stdout",
		  "-o FILE" },
		{ "record -a --keep 1M", "cannot use --keep without --dump-on", "--dump-on" },
		{ "record -a --dump-on exit", "cannot use --dump-on without --keep", "--keep" },
		{ "record -a --keep 1M --dump-on x", "cannot use 'x': --dump-on takes", NULL },
		{ "record -a --keep 1M --dump-on exit --split 1G",
		  "cannot use --keep with --max-size or --split", NULL },
		{ "-a --split 1G", "cannot use --split with trace", NULL },
		{ "-a -k cows", "cannot use 'cows': --kind takes", "anon, zero, cow, reuse, file" },
		{ "-a -k cow:", "cannot use 'cow:': --kind takes", NULL },
		{ "-a -k cow:swap", "cannot use 'cow:swap': --kind takes", NULL },
		{ "-a --file a --file b", "cannot use --file twice", NULL },
		{ "-a -n a -n b", "cannot use --comm twice", NULL },
		{ "top -a .x", "cannot use '.x': INTERVAL", NULL },
		{ "top -a 18446744073 5", "cannot use '18446744073': INTERVAL", NULL },
		{ "-a -d 18446744073", "cannot use '18446744073': --duration takes", NULL },
		{ "-a -k ''", "cannot use '': --kind takes", "spurious, error" },
		{ "-a -k cow,", "cannot use 'cow,': --kind takes", "other, anon" },
		{ "-a --origin kern", "cannot use 'kern': --origin takes", "user, kernel, gup" },
		{ "-a --access q", "cannot use 'q': --access takes", NULL },
		{ "-a --access ''", "cannot use '': --access takes", NULL },
		{ "-a --major --minor", "cannot use both --major and --minor", NULL },
		{ "-a --min-latency 5parsecs", "cannot use '5parsecs': --min-latency takes", NULL },
		{ "-a --min-latency -5", "cannot use '-5': --min-latency takes", NULL },
		{ "-a --addr 2-1", "cannot use '2-1': --addr takes START-END", NULL },
		{ "-a --addr 1", "cannot use '1': --addr takes START-END", NULL },
		{ "-a -n sixteen-letters!", "cannot use 'sixteen-letters!': --comm takes", NULL },
		{ "-a -n ''", "cannot use '': --comm takes", NULL },
		{ "-a -u no-such-user", "cannot use 'no-such-user': --uid takes", NULL },
		{ "-a -u 4294967295", "cannot use '4294967295': --uid takes", NULL },
		{ "-a --sample 0", "cannot use '0': --sample takes", NULL },
		{ "-a -d 0", "cannot use '0': --duration takes", NULL },
		{ "-a -d -1", "cannot use '-1': --duration takes", NULL },
		{ "-a --max-events 0", "cannot use '0': --max-events takes", NULL },
		{ "-a --ring-size 0", "cannot use '0': --ring-size takes", NULL },
		{ "-a --ring-size 3", "cannot use '3': --ring-size takes", NULL },
		{ "-a --ring-size 12K", "cannot use '12K': --ring-size takes", NULL },
		{ "-a --ring-size 2K", "cannot use '2K': --ring-size takes", NULL },
		{ "-a --ring-size 1T", "cannot use '1T': --ring-size takes", NULL },
		{ "-a --plan best", "cannot use 'best': --plan takes", "auto, fentry" },
		{ "-a --color red", "cannot use 'red': --color takes", "auto, always" },
		{ "-a -Tutc", "cannot use 'utc': --timestamp takes", "rel, mono, wall" },
		{ "-a --sink none", "cannot use 'none': --sink takes", NULL },
		{ "-a -o ''", "cannot use '': --output takes", NULL },
		{ "-a --frobnicate", "cannot use --frobnicate: no such option", "--help" },
		{ "-a -Z", "cannot use -Z: no such option", "--help" },
		{ "-a --json=3", "cannot use --json=3: --json takes no value", NULL },
		{ "ls", "cannot use 'ls': neither a command", "faulttrace -- ls" },
		{ "-j ls", "cannot use 'ls': neither a command", "faulttrace -- ls" },
		{ "-p 1 2", "cannot use '2': neither a command", NULL },
		{ "-j features", "cannot use 'features' here: a command comes first", NULL },
		{ "--", "cannot run a command: there is none after --", NULL },
		{ "features -p 1", "cannot use --pid with features", NULL },
		{ "features -j", "cannot use --json with features", NULL },
		{ "features -- ls", "cannot use -- CMD with features", NULL },
		{ "map -p 1 -s", "cannot use --stack with map", "it is for trace, hist, top" },
		{ "top -a --stack=dwarf", "cannot use --stack=dwarf with top", "--folded" },
		{ "hist -a --stack=dwarf", "cannot use --stack=dwarf with hist", "--folded" },
		{ "hist -a -s --by kind", "cannot use --stack with these rows", "--by stack" },
		{ "map", "cannot map: no process given", "map -p 4242" },
		{ "serve", "cannot serve: no target given", "serve -a" },
		{ "serve -a --listen localhost:80", "cannot use 'localhost:80': --listen takes",
		  NULL },
		{ "serve -a --max-series 0", "cannot use '0': --max-series takes", NULL },
		{ "serve -a --min-age soon", "cannot use 'soon': --min-age takes", NULL },
		{ "serve -a --host-root /none", "cannot use --host-root /none: No such file",
		  NULL },
		{ "serve -a --listen 9843", "cannot use '9843': --listen takes", NULL },
		{ "serve -a --listen ::1:80", "cannot use '::1:80': --listen takes", NULL },
		{ "serve -a --listen 127.0.0.1:65536", "cannot use '127.0.0.1:65536'", NULL },
		{ "serve -a --listen unix:", "cannot use 'unix:': --listen takes", NULL },
		{ "serve -a --listen []:1", "cannot use '[]:1': --listen takes", NULL },
		{ "serve -a -o x", "cannot use --output with serve", NULL },
		{ "serve -a --by pid", "cannot use --by with serve", NULL },
		{ "serve -a --file x", "cannot use --file with serve", NULL },
		{ "serve -a 1", "cannot use '1'", NULL },
		{ "-a --listen 127.0.0.1:1", "cannot use --listen with trace", "it is for serve" },
		{ "map -p 1,2 -d 1", "cannot trace the memory of 2 processes at once",
		  "map -p 4242" },
		{ "map -p 1 --cold", "cannot use --cold without a command", NULL },
		{ "map --cold", "cannot use --cold without a command", NULL },
		{ "map -f -p 1", "cannot follow forks of a process that runs already",
		  "map -f -- CMD" },
		{ "map -p 1 -- ls", "cannot trace both -p and -- CMD", NULL },
		{ "map -d 3 --evict a", "cannot use --duration with --evict", NULL },
		{ "map -a", "cannot use --all with map", NULL },
		{ "map -p 1 --major", "cannot use --major with map", NULL },
		{ "map -p 1 --strip 257", "cannot use '257': --strip takes", NULL },
		{ "map -p 1 --strip -1", "cannot use '-1': --strip takes", NULL },
		{ "map 17", "cannot use '17': neither a command", "map -p PID" },
		{ "map --evict", "cannot evict: no file given", NULL },
		{ "map -p 1 --evict a", "cannot use both -p and --evict", NULL },
		{ "--evict a", "cannot use --evict with trace", NULL },
		{ "features -- ls", "cannot use -- CMD with features", NULL },
		{ "-p 1 --strip 3", "cannot use --strip with trace", NULL },
		{ "-p 1 --ascii", "cannot use --ascii with trace", NULL },
		{ "top -a --residency", "cannot use --residency with top", "--by file" },
		{ "record --maps -a", "cannot use --maps with this target", "-p names" },
		{ "record --maps -t 1", "cannot use --maps with this target", NULL },
		{ "record --maps --keep 1M --dump-on crash -p 1",
		  "cannot use both --maps and --keep", NULL },
		{ "top -a --by kind,symbol --residency", "cannot use --residency with top", NULL },
		{ "top -a --folded --residency", "cannot use --residency with a profile",
		  "--by file" },
		{ "top -a --folded --by pid", "cannot use --by with a profile", "stack and kind" },
		{ "top -a --folded 1", "cannot use INTERVAL with a profile", "the whole run" },
		{ "top -a --folded -j", "cannot use --json with a profile", "--pprof" },
		{ "top -a --folded --sink null", "cannot use --sink with a profile", "--pprof" },
		{ "top -a --pprof x --sort max", "cannot use --sort with a profile", "--weight" },
		{ "top -a --pprof x -r 3", "cannot use --rows with a profile", "filters" },
		{ "top -a --folded --cause", "cannot use --cause with a profile", "--by cause" },
		{ "top -a --folded --file x", "cannot use --file with a profile", "trace" },
		{ "top -a --stack=dwarf --folded --file x", "cannot use --file with a profile",
		  NULL },
		{ "top -a --weight bytes", "cannot use --weight without a profile", "--folded" },
		{ "hist -a --weight bytes", "cannot use --weight with hist", "it is for top" },
		{ "top -a --flamegraph x --pprof x", "cannot write two profiles to x", "own" },
		{ "top -a --folded --flamegraph x -o x", "cannot write two profiles to x", NULL },
		{ "top -a --folded --flamegraph -", "cannot write two profiles to stdout", NULL },
		{ "top -a --folded -o - --pprof -", "cannot write two profiles to stdout", NULL },
		{ "top -a --flamegraph x -o x", "cannot use --output with this profile",
		  "--flamegraph" },
		{ "hist -a --by file --residency", "cannot use --residency with hist", NULL },
		{ "features more", "cannot use 'more': neither a command", "options only" },
		{ "-a -k cow:foo", "cannot use 'cow:foo': --kind takes", "cow:anon, cow:file" },
		{ "-a -k cow:ksm,foo", "cannot use 'cow:ksm,foo': --kind takes", "other, anon" },
		{ "top --flamegraph -- ls",
		  "cannot use --flamegraph without FILE.svg: it took '--'", NULL },
		{ "top --pprof -- ls", "cannot use --pprof without FILE: it took '--'", NULL },
		{ "-o -- ls", "cannot use --output without FILE: it took '--'", NULL },
		{ "-n -a", "cannot use --comm without GLOB: it took '-a'", NULL },
		{ "-d -- ls", "cannot use --duration alone: it takes", NULL },
		{ "-s dwarf -a", "cannot use 'dwarf': neither", "--stack=dwarf, with =" },
		{ "-T wall -a", "cannot use 'wall': neither", "--timestamp=wall, with =" },
		{ "-a -s=fat", "cannot use '=fat': --stack takes", "fp, dwarf" },
		{ "version", "cannot use 'version': neither", "--version is an option" },
		{ "help me", "cannot help with 'me': no command", "trace, hist, top" },
		{ "help top more", "cannot help with 'more': no command", NULL },
		{ "top ls", "cannot use 'ls': neither", "'faulttrace top -- ls'" },
		{ "trcae", "cannot use 'trcae': neither", "did you mean trace?" },
		{ "hsit -p 1", "cannot use 'hsit': neither", "did you mean hist?" },
		{ "mao -- ls", "cannot use 'mao': neither", "did you mean map?" },
		{ "-v feature", "cannot use 'feature': neither", "did you mean features?" },
		{ "top tap", "cannot use 'tap': neither", "'faulttrace top -- tap'" },
		{ "cat", "cannot use 'cat': neither", "'faulttrace -- cat'" },
		{ "top -a --by kind,kind", "cannot use 'kind,kind': kind is named twice", NULL },
		{ "hist -a --by vma,kind,vma", "cannot use 'vma,kind,vma': --by takes", NULL },
		{ "-p 17 18", "cannot use '18': neither", "-p 17,18" },
		{ "-a ls", "cannot use 'ls': neither", "one target is possible: -a" },
		{ "top -Z", "cannot use -Z: no such option", "faulttrace top --help" },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		const struct result *r = parse(cases[i].line);
		const char *rest = strchr(r->err, '\n');
		bool ok = CHECK(r->ret == -1 && r->status == 2 && !*r->out && !r->opts.target.ids &&
				!r->opts.target.names);

		ok &= CHECK(strncmp(r->err, "faulttrace: cannot ", 19) == 0);
		ok &= CHECK(strncmp(r->err + 12, cases[i].error, strlen(cases[i].error)) == 0);
		ok &= CHECK(rest && (!rest[1] || strncmp(rest, "\nfaulttrace: hint: ", 19) == 0));
		ok &= CHECK(!cases[i].hint || (rest && strstr(rest, cases[i].hint)));
		ok &= CHECK(count_lines(r->err) <= (i ? 2 : 4));
		if (!ok)
			printf("#   faulttrace %s\n#   %s%s", cases[i].line, r->err,
			       *r->err ? "" : "\n");
	}
	CHECK_EQ(count_lines(parse("")->err), 4); /* three examples */
	test_done("errors");
}

static size_t longest_line(const char *s)
{
	size_t longest = 0;

	for (; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t n = strcspn(s, "\n");

		longest = n > longest ? n : longest;
	}
	return longest;
}

static const char *printed(const char *line)
{
	const struct result *r = parse(line);

	CHECK(r->ret == -1 && r->status == 0 && !*r->err);
	return r->out;
}

static void test_prints(void)
{
	static const char *const parts[] = {
		"Usage: ",  "TARGET", "FILTER",	     "OUTPUT",
		"EXAMPLES", "-- CMD", "--no-follow", "  -p, --pid PID"
	};
	const char *help = printed("--help");

	CHECK(longest_line(help) <= 80);
	CHECK(longest_line(help) > 60);
	for (size_t i = 0; i < NR(parts); i++)
		CHECK(strstr(help, parts[i]));
	for (size_t i = 0; i < FT_KIND_COUNT; i++)
		CHECK(strstr(help, kind_names[i]));
	CHECK(!strstr(help, "--sink"));
	CHECK(strstr(printed("-p 1 -h"), "Usage: "));
	CHECK(strstr(printed("features -h"), "Usage: "));
	CHECK(strstr(printed("help"), "Usage: faulttrace [trace]"));
	CHECK(strstr(printed("help top"), "Usage: faulttrace top"));
	CHECK(strstr(printed("top help"), "Usage: faulttrace top"));
	CHECK(strstr(printed("map --help"), "--strip N"));
	CHECK(!strstr(printed("map --help"), "--major"));
	CHECK(strncmp(printed("-V"), "faulttrace ", 11) == 0);
	CHECK(printed("--json-schema")[0] == '{');
	test_done("help, version, schema");
}

/* What --help of each command says fits a terminal, and begins with its name. */
static void test_help_of_commands(void)
{
	for (unsigned int i = 0; i < COMMAND_COUNT; i++) {
		const struct command *command = all_commands[i];
		char line[32], usage[64];

		snprintf(line, sizeof(line), "%s --help", command->name);
		snprintf(usage, sizeof(usage),
			 i == COMMAND_TRACE ? "Usage: faulttrace [%s] " : "Usage: faulttrace %s ",
			 command->name);
		CHECK_EQ(command->id, i);
		CHECK(strncmp(printed(line), usage, strlen(usage)) == 0);
		if (!CHECK(longest_line(printed(line)) <= 80))
			printf("#   %s\n", line);
		CHECK(strstr(printed("--help"), command->what));
	}
	test_done("help of each command");
}

int main(void)
{
	test_defaults();
	test_targets();
	test_commands();
	test_map();
	test_serve();
	test_filters();
	test_output();
	test_recorded_files();
	test_formats();
	test_rows();
	test_errors();
	test_prints();
	test_help_of_commands();
	return test_status();
}
