/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "out/sinks.h"

#ifndef FT_VERSION
#define FT_VERSION "unknown"
#endif

#define NR(array)	   (sizeof(array) / sizeof((array)[0]))
#define EXIT_USAGE	   2
#define LONG_BASE	   256 /* getopt's value of a long option: this plus its row */
#define HELP_COLUMN	   30
#define RING_BYTES_DEFAULT (4ULL << 20)
#define RING_BYTES_MAX	   (1ULL << 30)

enum group { GROUP_HIDDEN, GROUP_TARGET, GROUP_FILTER, GROUP_OUTPUT };

enum argument { ARG_NONE, ARG_REQUIRED, ARG_OPTIONAL };

struct words {
	const char *const *names;
	size_t nr;
};

struct parser {
	struct options *opts;
	const char *target_name; /* "-p": what chose the target */
	bool follow_given;
	void (*print)(struct buf *out); /* instead of running: --help and its like */
};

struct option_row {
	enum group group;
	char letter;	  /* 0: none */
	const char *name; /* NULL: not an option, a row of --help only */
	enum argument argument;
	const char *arg_name;
	const char *help;
	/* 0, -EINVAL or -ERANGE for the general error, -ECANCELED after an own one. */
	int (*set)(struct parser *p, const struct option_row *row, const char *arg);
	size_t field;		   /* in struct options, for the general setters */
	const char *takes;	   /* "--x takes ...", when set() refuses */
	const struct words *words; /* the values there are, if they are words */
	bool features;		   /* means something to that command, too */
};

static const char *const command_names[] = {
	[COMMAND_TRACE] = "trace",
	[COMMAND_FEATURES] = "features",
};

static const char *const color_names[] = {
	[COLOR_AUTO] = "auto",
	[COLOR_ALWAYS] = "always",
	[COLOR_NEVER] = "never",
};

static const char *const timestamp_names[] = {
	[TIMESTAMP_REL] = "rel",
	[TIMESTAMP_MONO] = "mono",
	[TIMESTAMP_WALL] = "wall",
};

static const char *const plan_names[] = { "auto", "fentry", "kprobe", "perf" };

static const struct words colors = { color_names, NR(color_names) };
static const struct words timestamps = { timestamp_names, NR(timestamp_names) };
static const struct words plans = { plan_names, NR(plan_names) };
static const struct words kinds = { kind_names, FT_KIND_COUNT };
static const struct words origins = { origin_names, FT_ORIGIN_COUNT };

/* The index of the word that fills the n bytes at s, or -EINVAL. */
static int find_word(const struct words *words, const char *s, size_t n)
{
	for (size_t i = 0; i < words->nr; i++) {
		if (strlen(words->names[i]) == n && memcmp(words->names[i], s, n) == 0)
			return (int)i;
	}
	return -EINVAL;
}

static void *field_of(struct parser *p, const struct option_row *row)
{
	return (char *)p->opts + row->field;
}

static int set_flag(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)arg;
	*(bool *)field_of(p, row) = true;
	return 0;
}

static int set_string(struct parser *p, const struct option_row *row, const char *arg)
{
	if (!*arg)
		return -EINVAL;
	*(const char **)field_of(p, row) = arg;
	return 0;
}

/* "anon,cow" to bits; the option again adds to them. */
static int set_word_bits(struct parser *p, const struct option_row *row, const char *arg)
{
	unsigned int *bits = field_of(p, row);

	for (;;) {
		size_t n = strcspn(arg, ",");
		int word = find_word(row->words, arg, n);

		if (word < 0)
			return word;
		*bits |= 1U << word;
		if (!arg[n])
			return 0;
		arg += n + 1;
	}
}

static int set_count(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t n;
	int err = parse_u64(arg, &n);

	if (err)
		return err;
	if (!n)
		return -EINVAL;
	*(unsigned long long *)field_of(p, row) = n;
	return 0;
}

static int choose_target(struct parser *p, enum target_kind kind, const char *name)
{
	struct options *opts = p->opts;

	if (opts->target == kind && kind == TARGET_CGROUP) {
		log_error("cannot trace two cgroups: choose one target");
		return -ECANCELED;
	}
	if (opts->target != TARGET_NONE && opts->target != kind) {
		log_error("cannot trace both %s and %s: choose one target", p->target_name, name);
		return -ECANCELED;
	}
	opts->target = kind;
	p->target_name = name;
	return 0;
}

/* "-p 1 -p 2" means "-p 1,2": the lists are joined as text, and parsed again. */
static int add_ids(struct options *opts, const char *arg)
{
	struct buf list = { 0 };
	int *ids;
	size_t nr;
	int err;

	for (size_t i = 0; i < opts->nr_ids; i++)
		buf__addf(&list, "%d,", opts->ids[i]);
	buf__add(&list, arg, strlen(arg) + 1);
	err = parse_ids(list.data, &ids, &nr);
	buf__free(&list);
	if (err)
		return err;
	free(opts->ids);
	opts->ids = ids;
	opts->nr_ids = nr;
	return 0;
}

static int set_pids(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_PID, "-p");

	(void)row;
	return err ? err : add_ids(p->opts, arg);
}

static int set_tids(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_TID, "-t");

	(void)row;
	return err ? err : add_ids(p->opts, arg);
}

static int set_cgroup(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_CGROUP, "-c");

	return err ? err : set_string(p, row, arg);
}

static int set_all(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	return choose_target(p, TARGET_ALL, "-a");
}

static int set_follow(struct parser *p, const struct option_row *row, const char *arg)
{
	p->follow_given = true;
	return set_flag(p, row, arg);
}

static int set_no_follow(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->follow_given = true;
	p->opts->follow = false;
	return 0;
}

static int set_comm(struct parser *p, const struct option_row *row, const char *arg)
{
	if (strlen(arg) >= FT_COMM_LEN)
		return -ERANGE;
	return set_string(p, row, arg);
}

static int set_uid(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t uid;
	int err = parse_u64(arg, &uid);

	(void)row;
	if (err == -EINVAL) {
		const struct passwd *user = getpwnam(arg);

		if (!user)
			return -EINVAL;
		uid = user->pw_uid;
	} else if (err || uid >= UINT_MAX) { /* (uid_t)-1 is nobody's */
		return -ERANGE;
	}
	p->opts->uid = (unsigned int)uid;
	p->opts->has_uid = true;
	return 0;
}

static int set_access(struct parser *p, const struct option_row *row, const char *arg)
{
	static const char letters[FT_ACCESS_COUNT + 1] = {
		[FT_ACCESS_READ] = 'r',
		[FT_ACCESS_WRITE] = 'w',
		[FT_ACCESS_EXEC] = 'x',
	};
	unsigned int bits = 0;

	(void)row;
	for (; *arg; arg++) {
		const char *letter = strchr(letters, *arg);

		if (letter)
			bits |= 1U << (letter - letters);
		else if (*arg != ',')
			return -EINVAL;
	}
	p->opts->accesses |= bits;
	return bits ? 0 : -EINVAL;
}

static int set_min_latency(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t ns;
	int err = parse_duration(arg, 1000, &ns);

	(void)row;
	if (!err)
		p->opts->min_latency_ns = ns;
	return err;
}

static int set_duration(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t ns;
	int err = parse_duration(arg, 1000000000, &ns);

	(void)row;
	if (err)
		return err;
	p->opts->duration_ns = ns;
	return ns ? 0 : -EINVAL;
}

static int set_addr(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t start, end;
	int err = parse_range(arg, &start, &end);

	(void)row;
	if (err)
		return err;
	p->opts->addr_start = start;
	p->opts->addr_end = end;
	return 0;
}

static int set_sample(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t n;
	int err = parse_u64(arg, &n);

	(void)row;
	if (err)
		return err;
	if (!n || n > UINT_MAX)
		return n ? -ERANGE : -EINVAL;
	p->opts->sample = (unsigned int)n;
	return 0;
}

static int set_sink(struct parser *p, const struct option_row *row, const char *arg)
{
	const struct sink_ops *sink = sink_find(row->argument == ARG_NONE ? row->name : arg);

	if (!sink)
		return -EINVAL;
	p->opts->sink = sink;
	return 0;
}

static int set_timestamp(struct parser *p, const struct option_row *row, const char *arg)
{
	/* A bare -T asks for the time of day, as dmesg's and bcc's does. */
	const char *name = arg && *arg == '=' ? arg + 1 : arg; /* -T=wall, as help writes it */
	int word = name ? find_word(row->words, name, strlen(name)) : TIMESTAMP_WALL;

	if (word < 0)
		return word;
	p->opts->timestamp = (enum timestamp)word;
	return 0;
}

static int set_color(struct parser *p, const struct option_row *row, const char *arg)
{
	int word = find_word(row->words, arg, strlen(arg));

	if (word < 0)
		return word;
	p->opts->color = (enum color)word;
	return 0;
}

static int set_plan(struct parser *p, const struct option_row *row, const char *arg)
{
	int word = find_word(row->words, arg, strlen(arg));

	if (word < 0)
		return word;
	p->opts->plan = plan_names[word];
	return 0;
}

static int set_ring_size(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t bytes;
	int err = parse_size(arg, &bytes);

	(void)row;
	if (err)
		return err;
	if (bytes < (uint64_t)sysconf(_SC_PAGESIZE) || bytes > RING_BYTES_MAX)
		return -ERANGE;
	if (bytes & (bytes - 1))
		return -EINVAL;
	p->opts->ring_bytes = bytes;
	return 0;
}

static int add_verbose(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->opts->verbose++;
	return 0;
}

static int print_help(struct parser *p, const struct option_row *row, const char *arg);
static int print_version(struct parser *p, const struct option_row *row, const char *arg);
static int print_schema(struct parser *p, const struct option_row *row, const char *arg);

#define FIELD(name) .field = offsetof(struct options, name)

/* The master copy: getopt's tables, --help and the errors are made of it. */
static const struct option_row rows[] = {
	{ GROUP_TARGET, 'p', "pid", ARG_REQUIRED, "PID[,PID..]",
	  "processes, with all their threads", .set = set_pids,
	  .takes = "process ids, such as 4242 or 17,18" },
	{ GROUP_TARGET, 't', "tid", ARG_REQUIRED, "TID[,TID..]", "single threads", .set = set_tids,
	  .takes = "thread ids, such as 4242 or 17,18" },
	{ GROUP_TARGET, 'c', "cgroup", ARG_REQUIRED, "PATH",
	  "a cgroup and its descendants: a path from the\n"
	  "cgroup root, or of the file system",
	  .set = set_cgroup, FIELD(cgroup), .takes = "the path of a cgroup" },
	{ GROUP_TARGET, 'a', "all", ARG_NONE, NULL, "the whole system", .set = set_all },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-- CMD [ARG..]",
	  "run CMD, from its first instruction to its exit", .set = NULL },
	{ GROUP_TARGET, 'f', "follow", ARG_NONE, NULL,
	  "children forked later, too (default for CMD)", .set = set_follow, FIELD(follow) },
	{ GROUP_TARGET, 0, "no-follow", ARG_NONE, NULL, "CMD alone, without its children",
	  .set = set_no_follow },
	{ GROUP_TARGET, 0, "as-root", ARG_NONE, NULL, "run CMD as root, not as sudo's user",
	  .set = set_flag, FIELD(as_root) },

	{ GROUP_FILTER, 'n', "comm", ARG_REQUIRED, "GLOB", "thread name, at most 15 bytes; * and ?",
	  .set = set_comm, FIELD(comm),
	  .takes = "a pattern of 1 to 15 bytes, as long as a name can be" },
	{ GROUP_FILTER, 'u', "uid", ARG_REQUIRED, "UID", "user, a number or a name", .set = set_uid,
	  .takes = "a user id, or the name of a user known here" },
	{ GROUP_FILTER, 'k', "kind", ARG_REQUIRED, "KIND[,KIND..]",
	  "anon zero cow reuse file shmem swap hugetlb\n"
	  "mkwrite numa uffd migration device spurious\n"
	  "error other",
	  .set = set_word_bits, FIELD(kinds), .takes = "kinds of faults", .words = &kinds },
	{ GROUP_FILTER, 0, "major", ARG_NONE, NULL, "major faults only", .set = set_flag,
	  FIELD(only_major) },
	{ GROUP_FILTER, 0, "minor", ARG_NONE, NULL, "minor faults only", .set = set_flag,
	  FIELD(only_minor) },
	{ GROUP_FILTER, 0, "access", ARG_REQUIRED, "r|w|x", "reads, writes, fetches; rw: both",
	  .set = set_access, .takes = "the letters r, w and x" },
	{ GROUP_FILTER, 0, "origin", ARG_REQUIRED, "ORIGIN[,ORIGIN]", "user, kernel, gup",
	  .set = set_word_bits, FIELD(origins), .takes = "origins of faults", .words = &origins },
	{ GROUP_FILTER, 0, "min-latency", ARG_REQUIRED, "DUR",
	  "this slow or slower: 10us, 1.5ms, 2s; a bare\n"
	  "number is in microseconds",
	  .set = set_min_latency, .takes = "a duration, such as 10us, 1.5ms or 2s" },
	{ GROUP_FILTER, 0, "addr", ARG_REQUIRED, "START-END", "addresses, in hex; END is outside",
	  .set = set_addr, .takes = "START-END in hex, START below END" },
	{ GROUP_FILTER, 0, "file", ARG_REQUIRED, "GLOB",
	  "name of the mapping, as in /proc/PID/maps", .set = set_string, FIELD(file),
	  .takes = "a pattern" },
	{ GROUP_FILTER, 0, "sample", ARG_REQUIRED, "N", "one fault in N; totals are weighted",
	  .set = set_sample, .takes = "a number from 1 on" },

	{ GROUP_OUTPUT, 'j', "json", ARG_NONE, NULL, "NDJSON: one object a line", .set = set_sink },
	{ GROUP_OUTPUT, 0, "json-schema", ARG_NONE, NULL, "print the schema of --json, and exit",
	  .set = print_schema, .features = true },
	{ GROUP_OUTPUT, 'o', "output", ARG_REQUIRED, "FILE", "write there, not to stdout",
	  .set = set_string, FIELD(output), .takes = "the path of a file" },
	{ GROUP_OUTPUT, 'w', "wide", ARG_NONE, NULL,
	  "add TID, CPU, access, IP and mapping; cut nothing", .set = set_flag, FIELD(wide) },
	{ GROUP_OUTPUT, 'T', "timestamp", ARG_OPTIONAL, "mono|wall|rel",
	  "seconds since boot, time of day (bare -T), or\n"
	  "seconds since the start (default)",
	  .set = set_timestamp, .takes = "a kind of timestamp", .words = &timestamps },
	{ GROUP_OUTPUT, 0, "color", ARG_REQUIRED, "WHEN",
	  "auto, always, never (auto honours NO_COLOR)", .set = set_color, .takes = "a word",
	  .words = &colors },
	{ GROUP_OUTPUT, 'd', "duration", ARG_REQUIRED, "DUR",
	  "stop after 10s, 1.5m, ..; a bare number is in\n"
	  "seconds",
	  .set = set_duration, .takes = "a duration above zero, such as 10s, 500ms or 2m" },
	{ GROUP_OUTPUT, 0, "max-events", ARG_REQUIRED, "N", "stop after N faults", .set = set_count,
	  FIELD(max_events), .takes = "a number from 1 on" },
	{ GROUP_OUTPUT, 0, "strict", ARG_NONE, NULL, "exit with 3 if events were lost",
	  .set = set_flag, FIELD(strict) },
	{ GROUP_OUTPUT, 'q', "quiet", ARG_NONE, NULL, "no heading, no summary", .set = set_flag,
	  FIELD(quiet) },
	{ GROUP_OUTPUT, 'v', "verbose", ARG_NONE, NULL, "say more; -vv: libbpf's messages, too",
	  .set = add_verbose, .features = true },
	{ GROUP_OUTPUT, 0, "plan", ARG_REQUIRED, "PLAN",
	  "auto, fentry, kprobe, perf: how to see the end of\n"
	  "a fault (see faulttrace features)",
	  .set = set_plan, .takes = "the name of a plan", .words = &plans, .features = true },
	{ GROUP_OUTPUT, 0, "ring-size", ARG_REQUIRED, "BYTES[K|M]",
	  "of the buffer between kernel and faulttrace (4M)", .set = set_ring_size,
	  .takes = "a power of two, from one page to 1G" },
	{ GROUP_OUTPUT, 'V', "version", ARG_NONE, NULL, "print the version, and exit",
	  .set = print_version, .features = true },
	{ GROUP_OUTPUT, 'h', "help", ARG_NONE, NULL, "print this, and exit", .set = print_help,
	  .features = true },

	{ GROUP_HIDDEN, 0, "sink", ARG_REQUIRED, "NAME", "any format by its name", .set = set_sink,
	  .takes = "the name of a format" },
};

static void add_row(struct buf *out, const struct option_row *row)
{
	size_t start = out->len;

	if (row->letter)
		buf__addf(out, "  -%c, --%s", row->letter, row->name);
	else if (row->name)
		buf__addf(out, "      --%s", row->name);
	else
		buf__adds(out, "  ");
	if (row->argument == ARG_OPTIONAL)
		buf__addf(out, "[=%s]", row->arg_name);
	else if (row->arg_name)
		buf__addf(out, row->name ? " %s" : "%s", row->arg_name);

	for (const char *line = row->help; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (buf__columns(out, start) >= HELP_COLUMN || line != row->help) {
			buf__addc(out, '\n');
			start = out->len;
		}
		buf__pad_to(out, start, HELP_COLUMN);
		buf__add(out, line, strcspn(line, "\n"));
	}
	buf__addc(out, '\n');
}

static void add_group(struct buf *out, enum group group, const char *title)
{
	buf__addf(out, "\n%s\n", title);
	for (size_t i = 0; i < NR(rows); i++) {
		if (rows[i].group == group)
			add_row(out, &rows[i]);
	}
}

static void add_help(struct buf *out)
{
	buf__adds(out,
		  "Usage: faulttrace [trace] TARGET [FILTER..] [OUTPUT..]\n"
		  "       faulttrace features [-v] [--plan PLAN]\n"
		  "\n"
		  "Show each page fault as it completes: its kind, where, and how long it took.\n"
		  "features: what this kernel offers, which plan is used, and why.\n");
	add_group(out, GROUP_TARGET, "TARGET: exactly one of -p, -t, -c, -a and CMD");
	add_group(out, GROUP_FILTER, "FILTER: all must hold");
	add_group(out, GROUP_OUTPUT, "OUTPUT");
	buf__adds(out,
		  "\n"
		  "EXAMPLES\n"
		  "  faulttrace -- ls -l /usr             each fault of a command\n"
		  "  faulttrace -p 4242 --major           what a process waits for the disk for\n"
		  "  faulttrace -a -k swap,file -d 10     the whole system, for ten seconds\n"
		  "  faulttrace -p 4242 --min-latency 1ms --json -o slow.ndjson\n");
}

static void add_version(struct buf *out)
{
	buf__adds(out, "faulttrace " FT_VERSION "\n");
}

static void add_schema(struct buf *out)
{
	buf__adds(out, json_schema());
}

static int print_help(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->print = add_help;
	return 0;
}

static int print_version(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->print = add_version;
	return 0;
}

static int print_schema(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->print = add_schema;
	return 0;
}

/* Returns the exit status. */
static int print_to_stdout(void (*print)(struct buf *out))
{
	struct buf out = { 0 };
	int status = 0;

	print(&out);
	if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout)) {
		log_error("cannot write to stdout: %s", strerror(errno));
		status = EXIT_FAILURE;
	}
	buf__free(&out);
	return status;
}

static void hint_words(const struct words *words)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < words->nr; i++)
		buf__addf(&list, "%s%s", i ? ", " : "", words->names[i]);
	log_hint("there are %.*s", (int)list.len, list.data);
	buf__free(&list);
}

static int apply(struct parser *p, const struct option_row *row, const char *arg)
{
	int err;

	if (p->opts->command == COMMAND_FEATURES && !row->features) {
		log_error("cannot use --%s with features: it is for tracing", row->name);
		return -EINVAL;
	}
	err = row->set(p, row, arg);
	if (!err || err == -ECANCELED)
		return err;
	log_error("cannot use '%s': --%s takes %s", arg, row->name, row->takes);
	if (row->words)
		hint_words(row->words);
	return err;
}

/* getopt's two tables, from ours. */
struct tables {
	char letters[2 + 3 * NR(rows) + 1];
	struct option longs[NR(rows) + 1];
};

static void make_tables(struct tables *tables)
{
	char *letter = tables->letters;
	struct option *option = tables->longs;

	*letter++ = '+'; /* stop at the first word that is no option */
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (size_t i = 0; i < NR(rows); i++) {
		if (!rows[i].name)
			continue;
		*option++ = (struct option) { rows[i].name, (int)rows[i].argument, NULL,
					      LONG_BASE + (int)i };
		if (!rows[i].letter)
			continue;
		*letter++ = rows[i].letter;
		for (int n = 0; n < (int)rows[i].argument; n++)
			*letter++ = ':';
	}
	*letter = '\0';
	*option = (struct option) { 0 };
}

static const struct option_row *find_row(int c)
{
	if (c >= LONG_BASE)
		return &rows[c - LONG_BASE];
	for (size_t i = 0; c && i < NR(rows); i++) {
		if (rows[i].letter == c)
			return &rows[i];
	}
	return NULL;
}

/* What getopt did not like: c is ':' or '?', word what it looked at last. */
static void complain(int c, const char *word)
{
	const struct option_row *row = find_row(optopt);

	if (row && c == ':')
		log_error("cannot use --%s alone: it takes %s", row->name, row->takes);
	else if (row)
		log_error("cannot use %s: --%s takes no value", word, row->name);
	else if (optopt)
		log_error("cannot use -%c: no such option", optopt);
	else
		log_error("cannot use %s: no such option, or short for more than one", word);
	if (!row)
		log_hint("faulttrace --help shows them all");
}

static void complain_about_word(const char *word)
{
	const struct words commands = { command_names, NR(command_names) };

	if (find_word(&commands, word, strlen(word)) >= 0) {
		log_error("cannot use '%s' here: a command comes first", word);
		return;
	}
	log_error("cannot use '%s': neither a command of faulttrace nor an option", word);
	log_hint("to run it, write 'faulttrace -- %s'", word);
}

/* What follows the options: nothing, or "-- CMD". */
static int take_rest(struct parser *p, char **rest, bool after_dashes)
{
	if (!after_dashes) {
		if (!*rest)
			return 0;
		complain_about_word(*rest);
		return -EINVAL;
	}
	if (!*rest) {
		log_error("cannot run a command: there is none after --");
		return -EINVAL;
	}
	if (p->opts->command == COMMAND_FEATURES) {
		log_error("cannot use -- CMD with features: it is for tracing");
		return -EINVAL;
	}
	p->opts->argv = rest;
	return choose_target(p, TARGET_COMMAND, "-- CMD");
}

static int parse_words(struct parser *p, int argc, char **argv)
{
	struct tables tables;

	make_tables(&tables);
	opterr = 0;
	optind = 0; /* start anew: glibc's way */
	while (!p->print) {
		int before = optind ? optind : 1;
		int c = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
		int err;

		/* With -1, getopt has skipped a "--" or nothing. */
		if (c == -1)
			return take_rest(p, argv + optind, optind > before);
		if (c == '?' || c == ':') {
			complain(c, argv[optind - 1]);
			return -EINVAL;
		}
		err = apply(p, find_row(c), optarg);
		if (err)
			return err;
	}
	return 0;
}

static void complain_about_no_target(void)
{
	log_error("cannot trace: no target given");
	log_hint("faulttrace -- ls -l /usr      runs a command and traces it");
	log_hint("faulttrace -p 4242            traces a running process");
	log_hint("faulttrace -a --major -d 10   traces the whole system for ten seconds");
}

/* What no single option can see. */
static int check(struct parser *p)
{
	struct options *opts = p->opts;

	if (opts->command == COMMAND_FEATURES)
		return 0;
	if (opts->target == TARGET_NONE) {
		complain_about_no_target();
		return -EINVAL;
	}
	if (opts->only_major && opts->only_minor) {
		log_error("cannot use both --major and --minor: no fault is both");
		return -EINVAL;
	}
	if (!p->follow_given)
		opts->follow = opts->target == TARGET_COMMAND;
	return 0;
}

/* The command word, if there is one; the default is not written. */
static bool take_command(struct options *opts, const char *word)
{
	const struct words commands = { command_names, NR(command_names) };
	int command = word ? find_word(&commands, word, strlen(word)) : -1;

	if (command < 0)
		return false;
	opts->command = (enum command)command;
	return true;
}

int options__parse(struct options *opts, int argc, char **argv, int *status)
{
	struct parser p = { .opts = opts };
	int err;

	*opts = (struct options) {
		.sample = 1,
		.sink = all_sinks[0],
		.plan = plan_names[0],
		.ring_bytes = RING_BYTES_DEFAULT,
	};
	if (argc > 1 && take_command(opts, argv[1])) {
		argc--;
		argv++;
	}
	err = parse_words(&p, argc, argv);
	if (!err && !p.print)
		err = check(&p);
	if (!err && !p.print)
		return 0;
	*status = err ? EXIT_USAGE : print_to_stdout(p.print);
	options__free(opts);
	return -1;
}

void options__free(struct options *opts)
{
	free(opts->ids);
	opts->ids = NULL;
	opts->nr_ids = 0;
}
