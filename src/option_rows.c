/* SPDX-License-Identifier: GPL-2.0-only */
#include "option_rows.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "host/users.h"
#include "map/map.h"
#include "out/sinks.h"

#define RING_BYTES_MAX (1ULL << 30)

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

static const char *const sort_names[] = {
	[SORT_COUNT] = "faults", [SORT_MAJOR] = "major", [SORT_TOTAL] = "total",
	[SORT_MEAN] = "mean",	 [SORT_P99] = "p99",	 [SORT_MAX] = "max",
	[SORT_BYTES] = "bytes",
};

static const char *const weight_names[] = {
	[PROFILE_COUNT] = "count",
	[PROFILE_LATENCY] = "latency",
	[PROFILE_BYTES] = "bytes",
};

static const struct words weights = { weight_names, NR(weight_names) };
static const char *const stack_mode_names[] = {
	[STACK_NONE] = "",
	[STACK_FP] = "fp",
	[STACK_DWARF] = "dwarf",
};

static const struct words stack_modes = { stack_mode_names, NR(stack_mode_names) };
static const struct words sorts = { sort_names, NR(sort_names) };
static const struct words keys = { key_names, FT_KEY_COUNT };
static const struct words colors = { color_names, NR(color_names) };
static const struct words timestamps = { timestamp_names, NR(timestamp_names) };
static const struct words plans = { plan_names, NR(plan_names) };
static const struct words kinds = { kind_names, FT_KIND_COUNT };
static const struct words origins = { origin_names, FT_ORIGIN_COUNT };

int find_word(const struct words *words, const char *s, size_t n)
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

/* For enums, whose values the words are in the order of. */
static int set_word(struct parser *p, const struct option_row *row, const char *arg)
{
	int word = find_word(row->words, arg, strlen(arg));

	if (word < 0)
		return word;
	*(unsigned int *)field_of(p, row) = (unsigned int)word;
	return 0;
}

static int set_print(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)arg;
	p->print = row->print;
	return 0;
}

/* "anon,cow" to bits, found one by one; the option again adds to them. */
static int add_bits(unsigned int *bits, const struct words *words, const char *arg,
		    int (*find)(const struct words *words, const char *s, size_t n))
{
	for (;;) {
		size_t n = strcspn(arg, ",");
		int word = find(words, arg, n);

		if (word < 0)
			return word;
		*bits |= 1U << word;
		if (!arg[n])
			return 0;
		arg += n + 1;
	}
}

static int set_origins(struct parser *p, const struct option_row *row, const char *arg)
{
	return add_bits(&p->opts->origins, row->words, arg, find_word);
}

/* "cow", or "cow:file", as it is printed. */
static int find_kind(const struct words *words, const char *s, size_t n)
{
	static const struct words sources = { cow_from_names + 1, FT_COW_COUNT - 1 };
	size_t before = strlen("cow:");
	int source;

	if (n < before || memcmp(s, "cow:", before) != 0)
		return find_word(words, s, n);
	source = find_word(&sources, s + before, n - before);
	return source < 0 ? source : FT_WANTED_COW + source + 1;
}

static const char *const cow_names[] = { "cow:anon", "cow:file", "cow:zero", "cow:ksm" };
static const struct words cows = { cow_names, NR(cow_names) };

/* For a wrong source of cow, as in "cow:swap", the hint lists the sources and not all kinds. */
static const struct words *kinds_like(const char *arg)
{
	for (size_t n; *arg; arg += n + (arg[n] == ',')) {
		n = strcspn(arg, ",");
		if (strncmp(arg, "cow:", strlen("cow:")) == 0 && find_kind(&kinds, arg, n) < 0)
			return &cows;
	}
	return &kinds;
}

static int set_kinds(struct parser *p, const struct option_row *row, const char *arg)
{
	return add_bits(&p->opts->kinds, row->words, arg, find_kind);
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

int choose_target(struct parser *p, enum target_kind kind, const char *name)
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

/* The name of a process or a unit. A word with a leading "-" is an option: -p lacks its argument then. */
static int add_name(struct options *opts, const char *name)
{
	char **more;

	if (!*name || *name == '-')
		return -EINVAL;
	if (strlen(name) > NAME_MAX)
		return -ERANGE;
	more = realloc(opts->names, (opts->nr_names + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	opts->names = more;
	more[opts->nr_names] = strdup(name);
	if (!more[opts->nr_names])
		return -ENOMEM;
	opts->nr_names++;
	return 0;
}

/* A list such as "17,postgres,18": words that are no numbers are names. */
static int add_processes(struct options *opts, const char *arg)
{
	char *list __cleanup_free = strdup(arg), *rest = list, *word;
	int err = list ? 0 : -ENOMEM;

	while (!err && (word = strsep(&rest, ",")))
		err = *word && !word[strspn(word, "0123456789")] ? add_ids(opts, word)
								 : add_name(opts, word);
	return err;
}

static int set_pids(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_PID, "-p");

	(void)row;
	return err ? err : add_processes(p->opts, arg);
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
		uid_t of_name;

		if (users__uid_of(arg, &of_name))
			return -EINVAL;
		uid = of_name;
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

static int set_number(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t n;
	int err = parse_u64(arg, &n);

	if (err)
		return err;
	if (!n || n > UINT_MAX)
		return n ? -ERANGE : -EINVAL;
	*(unsigned int *)field_of(p, row) = (unsigned int)n;
	return 0;
}

/* "kind" or "kind,vma": one key or two. */
static int set_by(struct parser *p, const struct option_row *row, const char *arg)
{
	const char *whole = arg;

	p->by_given = true;
	for (size_t i = 0; i < FT_KEYS; i++) {
		size_t n = strcspn(arg, ",");
		int key = n ? find_word(row->words, arg, n) : -EINVAL;

		if (key < 0)
			return key;
		if (i && p->opts->by[0] == (enum ft_key_type)key) {
			log_error("cannot use '%s': %s is named twice", whole, key_names[key]);
			return -ECANCELED;
		}
		p->opts->by[i] = (enum ft_key_type)key;
		if (!arg[n]) {
			for (i++; i < FT_KEYS; i++)
				p->opts->by[i] = FT_KEY_NONE;
			return 0;
		}
		arg += n + 1;
	}
	return -ERANGE;
}

static int set_stack(struct parser *p, const struct option_row *row, const char *arg)
{
	if (arg)
		arg += *arg == '='; /* -s=dwarf, as help writes it */
	return set_word(p, row, arg && *arg ? arg : stack_mode_names[STACK_FP]);
}

/* "LO,HI,STEP", durations. */
static int set_linear(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t values[3], nr;
	char copy[128], *rest = copy, *word;

	(void)row;
	if (strlen(arg) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, arg);
	for (size_t i = 0; i < NR(values); i++) {
		word = strsep(&rest, ",");
		if (!word || parse_duration(word, 1000, &values[i]))
			return -EINVAL;
	}
	if (rest || values[0] >= values[1] || !values[2])
		return -EINVAL;
	nr = (values[1] - values[0] + values[2] - 1) / values[2];
	if (nr > FT_HIST_BUCKETS - 2)
		return -ERANGE;
	p->opts->scale = (struct ft_hist_scale) { values[0], values[2], (__u32)nr };
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

/* A bare -T asks for the time of day, as dmesg's and bcc's does. */
static int set_timestamp(struct parser *p, const struct option_row *row, const char *arg)
{
	if (!arg)
		arg = timestamp_names[TIMESTAMP_WALL];
	return set_word(p, row, arg + (*arg == '=')); /* -T=wall, as help writes it */
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

static int set_strip(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t columns;
	int err = parse_u64(arg, &columns);

	(void)row;
	if (err || columns > MAP_STRIP_MAX)
		return err ? err : -ERANGE;
	p->opts->strip = (int)columns;
	return 0;
}

static int add_verbose(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->opts->verbose++;
	return 0;
}

#define FIELD(name) .field = offsetof(struct options, name)

const struct option_row option_rows[] = {
	{ GROUP_TARGET, 'p', "pid", ARG_REQUIRED, "PID[,PID..]",
	  "processes, with all their threads; or NAME: of\n"
	  "processes (comm), or of a systemd unit",
	  .set = set_pids, .commands = TO_TRACING | TO(MAP),
	  .takes = "process ids or names, such as 17,postgres", .told_apart = TO(MAP) },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-p, --pid PID[,PID..]",
	  "a process, by its id or its name; of several the\n"
	  "totals, and with -w their mappings, too",
	  .set = NULL, .commands = TO(MAP) },
	{ GROUP_TARGET, 't', "tid", ARG_REQUIRED, "TID[,TID..]", "single threads", .set = set_tids,
	  .takes = "thread ids, such as 4242 or 17,18" },
	{ GROUP_TARGET, 'c', "cgroup", ARG_REQUIRED, "PATH",
	  "a cgroup and its descendants: a path from the\n"
	  "cgroup root, or of the file system",
	  .set = set_cgroup, FIELD(cgroup), .takes = "the path of a cgroup" },
	{ GROUP_TARGET, 'a', "all", ARG_NONE, NULL, "the whole system", .set = set_all },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-- CMD [ARG..]",
	  "run CMD, from its first instruction to its exit", .set = NULL,
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_TARGET, 'f', "follow", ARG_NONE, NULL,
	  "their children, too, living ones and those forked\n"
	  "later (default for CMD)",
	  .set = set_follow, FIELD(follow), .commands = TO_TRACING | TO(MAP),
	  .told_apart = TO(MAP) },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-f, --follow",
	  "also the processes that CMD forks, up to 63: each\n"
	  "from its fork, or from its last exec, to its exit",
	  .set = NULL, .commands = TO(MAP) },
	{ GROUP_TARGET, 0, "no-follow", ARG_NONE, NULL, "CMD alone, without its children",
	  .set = set_no_follow },
	{ GROUP_TARGET, 0, "as-root", ARG_NONE, NULL, "run CMD as root, not as sudo's user",
	  .set = set_flag, FIELD(as_root), .commands = TO_TRACING | TO(MAP) },

	{ GROUP_FILTER, 'n', "comm", ARG_REQUIRED, "GLOB", "thread name, at most 15 bytes; * and ?",
	  .set = set_comm, FIELD(comm), .once = true,
	  .takes = "a pattern of 1 to 15 bytes, as long as a name can be" },
	{ GROUP_FILTER, 'u', "uid", ARG_REQUIRED, "UID", "user, a number or a name", .set = set_uid,
	  .once = true, .takes = "a user id, or the name of a user known here" },
	{ GROUP_FILTER, 'k', "kind", ARG_REQUIRED, "KIND[,KIND..]",
	  "anon zero cow reuse file shmem swap hugetlb\n"
	  "mkwrite numa uffd migration device spurious\n"
	  "error other, cow:anon cow:file cow:zero cow:ksm\n"
	  "(device: memory that a driver or the kernel maps)",
	  .set = set_kinds, .takes = "kinds of faults, such as anon or cow:file", .words = &kinds,
	  .words_like = kinds_like },
	{ GROUP_FILTER, 0, "major", ARG_NONE, NULL, "major faults only", .set = set_flag,
	  FIELD(only_major) },
	{ GROUP_FILTER, 0, "minor", ARG_NONE, NULL, "minor faults only", .set = set_flag,
	  FIELD(only_minor) },
	{ GROUP_FILTER, 0, "access", ARG_REQUIRED, "r|w|x", "reads, writes, fetches; rw: both",
	  .set = set_access, .takes = "the letters r, w and x" },
	{ GROUP_FILTER, 0, "origin", ARG_REQUIRED, "ORIGIN[,ORIGIN]",
	  "user, kernel (system calls that use memory), gup\n"
	  "(get_user_pages: mlock, direct I/O and the like)",
	  .set = set_origins, .takes = "origins of faults", .words = &origins },
	{ GROUP_FILTER, 0, "min-latency", ARG_REQUIRED, "DUR",
	  "this slow or slower: 10us, 1.5ms, 2s; a bare\n"
	  "number is in microseconds",
	  .set = set_min_latency, .takes = "a duration, such as 10us, 1.5ms or 2s" },
	{ GROUP_FILTER, 0, "addr", ARG_REQUIRED, "START-END", "addresses, in hex; END is outside",
	  .set = set_addr, .once = true, .takes = "START-END in hex, START below END" },
	{ GROUP_FILTER, 0, "file", ARG_REQUIRED, "GLOB",
	  "name of the mapping, as in /proc/PID/maps", .set = set_string, FIELD(file), .once = true,
	  .takes = "a pattern" },
	{ GROUP_FILTER, 0, "sample", ARG_REQUIRED, "N", "one fault in N; totals are weighted",
	  .set = set_number, FIELD(sample), .takes = "a number from 1 on" },

	{ GROUP_TABLE, 0, "by", ARG_REQUIRED, "KEY[,KEY]",
	  "kind major access origin comm pid tid cgroup vma\n"
	  "file symbol line stack cpu cause order, or two",
	  .set = set_by, .takes = "one key or two", .words = &keys, .commands = TO_TABLES },
	{ GROUP_TABLE, 0, "linear", ARG_REQUIRED, "LO,HI,STEP",
	  "equal buckets, such as 0,10us,500ns", .set = set_linear,
	  .takes = "LO,HI,STEP: durations, at most 294 steps", .commands = TO(HIST) },
	{ GROUP_TABLE, 0, "sort", ARG_REQUIRED, "COLUMN", "faults major total mean p99 max bytes",
	  .set = set_word, FIELD(sort), .takes = "a column", .words = &sorts,
	  .commands = TO_TABLES },
	{ GROUP_TABLE, 'r', "rows", ARG_REQUIRED, "ROWS",
	  "show so many, at most (top: 20, with --json all);\n"
	  "with --json one more row is the sum of the rest",
	  .set = set_number, FIELD(max_rows), .takes = "a number from 1 on",
	  .commands = TO_TABLES },

	{ GROUP_PROFILE, 0, "folded", ARG_NONE, NULL,
	  "stacks a line each, for flamegraph.pl and others", .set = set_flag, FIELD(folded),
	  .commands = TO(TOP) },
	{ GROUP_PROFILE, 0, "pprof", ARG_REQUIRED, "FILE", "for go tool pprof", .set = set_string,
	  FIELD(pprof), .takes = "the path of a file", .commands = TO(TOP) },
	{ GROUP_PROFILE, 0, "flamegraph", ARG_REQUIRED, "FILE.svg", "for a browser",
	  .set = set_string, FIELD(flamegraph), .takes = "the path of a file",
	  .commands = TO(TOP) },
	{ GROUP_PROFILE, 0, "weight", ARG_REQUIRED, "WEIGHT", "count (default), latency, bytes",
	  .set = set_word, FIELD(weight), .takes = "a weight", .words = &weights,
	  .commands = TO(TOP) },

	{ GROUP_OUTPUT, 'j', "json", ARG_NONE, NULL, "NDJSON: one object a line", .set = set_sink,
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 0, "json-schema", ARG_NONE, NULL, "print the schema of --json, and exit",
	  .set = set_print, .print = option_schema, .commands = TO_ALL },
	{ GROUP_OUTPUT, 'o', "output", ARG_REQUIRED, "FILE",
	  "write there, not to stdout; - is stdout for the\n"
	  "trace alone: CMD's own goes to stderr",
	  .set = set_string, FIELD(output), .takes = "the path of a file",
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 0, "cause", ARG_NONE, NULL, "what each fault's time went into",
	  .set = set_flag, FIELD(cause) },
	{ GROUP_OUTPUT, 's', "stack", ARG_OPTIONAL, "fp|dwarf",
	  "user stack of each fault: by frame pointers, or,\n"
	  "slower, by unwind information (also for profiles)",
	  .set = set_stack, FIELD(stack), .takes = "a way to follow stacks", .words = &stack_modes,
	  .commands = TO_TRACING },
	{ GROUP_OUTPUT, 0, "residency", ARG_NONE, NULL,
	  "for faults on files: what share of the mapping's\n"
	  "range of the file (top --by file: of the file) is\n"
	  "cached, and how many pages the fault itself read",
	  .set = set_flag, FIELD(residency), .commands = TO(TRACE) | TO(TOP) },
	{ GROUP_OUTPUT, 'w', "wide", ARG_NONE, NULL,
	  "all columns there are; cut nothing. trace: also\n"
	  "function and variable by name, with --json, too",
	  .set = set_flag, FIELD(wide), .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 0, "strip", ARG_REQUIRED, "N",
	  "columns that show where in a mapping its pages\n"
	  "are (32; 16 or none on a narrow terminal; 0: none)",
	  .set = set_strip, .takes = "a number of columns up to 256", .commands = TO(MAP) },
	{ GROUP_TARGET, 0, "evict", ARG_NONE, NULL,
	  "instead: drop FILE.. from the page cache, and\n"
	  "tell what stayed; other options come first",
	  .set = set_flag, FIELD(evict), .commands = TO(MAP) },
	{ GROUP_TARGET, 0, "cold", ARG_NONE, NULL,
	  "drop CMD's program and its libraries from the\n"
	  "page cache first, and tell what stayed",
	  .set = set_flag, FIELD(cold), .commands = TO(MAP) },
	{ GROUP_OUTPUT, 0, "ascii", ARG_NONE, NULL,
	  "the strip in letters, as without UTF-8: # + c s .", .set = set_flag, FIELD(ascii),
	  .commands = TO(MAP) },
	{ GROUP_OUTPUT, 'T', "timestamp", ARG_OPTIONAL, "mono|wall|rel",
	  "seconds since boot, time of day (bare -T), or\n"
	  "seconds since the start (default)",
	  .set = set_timestamp, FIELD(timestamp), .takes = "a kind of timestamp",
	  .words = &timestamps },
	{ GROUP_OUTPUT, 0, "color", ARG_REQUIRED, "WHEN",
	  "auto, always, never (auto honours NO_COLOR)", .set = set_word, FIELD(color),
	  .takes = "a word", .words = &colors, .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 'd', "duration", ARG_REQUIRED, "DUR",
	  "stop after 10s, 1.5m, ..; a bare number is in\n"
	  "seconds. CMD goes on, and is waited for",
	  .set = set_duration, .takes = "a duration above zero, such as 10s, 500ms or 2m",
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 0, "max-events", ARG_REQUIRED, "N",
	  "stop after N faults. CMD goes on, and is waited\n"
	  "for",
	  .set = set_count, FIELD(max_events), .takes = "a number from 1 on",
	  .commands = TO(TRACE) },
	{ GROUP_OUTPUT, 0, "strict", ARG_NONE, NULL, "exit with 3 if events were lost",
	  .set = set_flag, FIELD(strict), .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 'q', "quiet", ARG_NONE, NULL, "no headings, no summary", .set = set_flag,
	  FIELD(quiet), .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 'v', "verbose", ARG_NONE, NULL, "say more; -vv: libbpf's messages, too",
	  .set = add_verbose, .commands = TO_ALL },
	{ GROUP_OUTPUT, 0, "plan", ARG_REQUIRED, "PLAN",
	  "auto, fentry, kprobe, perf: how to see the end of\n"
	  "a fault (see faulttrace features)",
	  .set = set_plan, .takes = "the name of a plan", .words = &plans,
	  .commands = TO_TRACING | TO(MAP) | TO(FEATURES) },
	{ GROUP_OUTPUT, 0, "ring-size", ARG_REQUIRED, "BYTES[K|M]",
	  "of the buffer between kernel and faulttrace (4M)", .set = set_ring_size,
	  .takes = "a power of two, from one page to 1G", .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 'V', "version", ARG_NONE, NULL, "print the version, and exit",
	  .set = set_print, .print = option_version, .commands = TO_ALL },
	{ GROUP_OUTPUT, 'h', "help", ARG_NONE, NULL, "print this, and exit", .set = set_print,
	  .print = option_help, .commands = TO_ALL },

	{ GROUP_HIDDEN, 0, "sink", ARG_REQUIRED, "NAME", "any format by its name", .set = set_sink,
	  .takes = "the name of a format" },
};

const size_t nr_option_rows = NR(option_rows);

_Static_assert(NR(option_rows) <= OPTION_ROWS_MAX, "or there are more bits to be given");
