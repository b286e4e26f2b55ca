/* SPDX-License-Identifier: GPL-2.0-only */
#include "option_rows.h"

#include "option_setters.h"
#include "option_words.h"

#define FIELD(name) .field = offsetof(struct options, name)

/* Set a field by a general setter. Does not compile if the field has another type. */
#define SET(setter, name, type)                                    \
	.set = (setter), .field = offsetof(struct options, name) + \
				  0 * _Generic(((struct options *)0)->name, type : 1)
#define FLAG(name)     SET(option_set_flag, name, bool)
#define STRING(name)   SET(option_set_string, name, const char *)
#define WORD(name)     SET(option_set_word, name, unsigned int)
#define NUMBER(name)   SET(option_set_number, name, unsigned int)
#define DURATION(name) SET(option_set_duration, name, unsigned long long)
#define COUNT(name)    SET(option_set_count, name, unsigned long long)

const struct option_row option_rows[] = {
	{ GROUP_TARGET, 'p', "pid", ARG_REQUIRED, "PID[,PID..]",
	  "processes with all their threads; NAME for a PID:\n"
	  "all processes of this name, or of this unit",
	  .set = option_set_pids, .commands = TO_TRACING | TO(MAP),
	  .takes = "process ids or names, such as 17,postgres", .told_apart = TO(MAP) },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-p, --pid PID[,PID..]",
	  "a process, by its id or its name; for several\n"
	  "processes the totals, with -w also the mappings",
	  .set = NULL, .commands = TO(MAP) },
	{ GROUP_TARGET, 't', "tid", ARG_REQUIRED, "TID[,TID..]", "single threads",
	  .set = option_set_tids, .takes = "thread ids, such as 4242 or 17,18" },
	{ GROUP_TARGET, 'c', "cgroup", ARG_REQUIRED, "PATH",
	  "a cgroup and its descendants: the path below the\n"
	  "root of cgroups, or the path of its directory;\n"
	  "container:NAME: by a container's name or id",
	  .set = option_set_cgroup, FIELD(target.cgroup), .takes = "the path of a cgroup" },
	{ GROUP_TARGET, 'a', "all", ARG_NONE, NULL, "the whole system", .set = option_set_all },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-- CMD [ARG..]",
	  "run CMD, from its first instruction to its exit", .set = NULL,
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_TARGET, 'f', "follow", ARG_NONE, NULL,
	  "trace their child processes, too: those that run\n"
	  "and those forked later (default for CMD)",
	  .set = option_set_follow, FIELD(target.follow),
	  .commands = TO_TRACING | TO(MAP) | TO(REPORT), .told_apart = TO(MAP) | TO(REPORT) },
	{ GROUP_TARGET, 0, NULL, ARG_NONE, "-f, --follow",
	  "also the processes that CMD forks, up to 63: each\n"
	  "from its fork, or from its last exec, to its exit",
	  .set = NULL, .commands = TO(MAP) },
	{ GROUP_TARGET, 0, "no-follow", ARG_NONE, NULL, "CMD alone, without its children",
	  .set = option_set_no_follow },
	{ GROUP_TARGET, 0, "as-root", ARG_NONE, NULL, "run CMD as root, not as sudo's user",
	  FLAG(target.as_root), .commands = TO_TRACING | TO(MAP) },

	{ GROUP_FILTER, 'n', "comm", ARG_REQUIRED, "GLOB", "thread name, at most 15 bytes; * and ?",
	  .set = option_set_comm, FIELD(filter.comm), .once = true,
	  .takes = "a pattern of 1 to 15 bytes, as long as a name can be", .commands = TO_FAULTS },
	{ GROUP_FILTER, 'u', "uid", ARG_REQUIRED, "UID", "user, a number or a name",
	  .set = option_set_uid, .once = true,
	  .takes = "a user id, or the name of a user known here", .commands = TO_FAULTS },
	{ GROUP_FILTER, 'k', "kind", ARG_REQUIRED, "KIND[,KIND..]",
	  "anon zero cow reuse file shmem swap hugetlb\n"
	  "mkwrite numa uffd migration device spurious\n"
	  "error other, cow:anon cow:file cow:zero cow:ksm\n"
	  "(device: memory that a driver or the kernel maps)",
	  .set = option_set_kinds, .takes = "kinds of faults, such as anon or cow:file",
	  .words = &kind_words, .words_like = kind_words_like, .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "major", ARG_NONE, NULL, "major faults only", FLAG(filter.only_major),
	  .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "minor", ARG_NONE, NULL, "minor faults only", FLAG(filter.only_minor),
	  .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "access", ARG_REQUIRED, "r|w|x",
	  "read, write, execute; rw: read or write", .set = option_set_access,
	  .takes = "the letters r, w and x", .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "origin", ARG_REQUIRED, "ORIGIN[,ORIGIN]",
	  "user, kernel (system calls that use memory), gup\n"
	  "(get_user_pages: mlock, direct I/O and the like)",
	  .set = option_set_origins, .takes = "origins of faults", .words = &origin_words,
	  .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "min-latency", ARG_REQUIRED, "DUR",
	  "faults that took at least 10us, 1.5ms, 2s; a\n"
	  "number without a unit is in microseconds",
	  .set = option_set_min_latency, .takes = "a duration, such as 10us, 1.5ms or 2s",
	  .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "addr", ARG_REQUIRED, "START-END", "addresses, in hex, END not included",
	  .set = option_set_addr, .once = true, .takes = "START-END in hex, START below END",
	  .commands = TO_FAULTS },
	{ GROUP_FILTER, 0, "file", ARG_REQUIRED, "GLOB",
	  "name of the mapping, as in /proc/PID/maps", STRING(filter.file), .once = true,
	  .takes = "a pattern", .commands = TO_WRITING },
	{ GROUP_FILTER, 0, "sample", ARG_REQUIRED, "N", "one fault in N; totals are weighted",
	  NUMBER(filter.sample), .takes = "a number from 1 on" },

	{ GROUP_FILTER, 0, "from", ARG_REQUIRED, "TIME",
	  "faults that began so long after the recording did,\n"
	  "or later: 10, 1.5s, 200ms, 2m",
	  DURATION(from_ns), .takes = "a time, such as 10 (seconds) or 200ms",
	  .commands = TO(REPORT) },
	{ GROUP_FILTER, 0, "to", ARG_REQUIRED, "TIME", "... and before this time", DURATION(to_ns),
	  .takes = "a time above zero, such as 10 (seconds) or 200ms", .commands = TO(REPORT) },

	{ GROUP_TABLE, 0, "by", ARG_REQUIRED, "KEY[,KEY]",
	  "kind major access origin comm pid tid cgroup vma\n"
	  "container file symbol line stack cpu cause order,\n"
	  "or two",
	  .set = option_set_by, .takes = "one key or two", .words = &key_words,
	  .commands = TO_TABLES | TO(REPORT) },
	{ GROUP_TABLE, 0, "linear", ARG_REQUIRED, "LO,HI,STEP",
	  "equal buckets, such as 0,10us,500ns", .set = option_set_linear,
	  .takes = "LO,HI,STEP: durations, at most 294 steps", .commands = TO(HIST) | TO(REPORT) },
	{ GROUP_TABLE, 0, "sort", ARG_REQUIRED, "COLUMN", "faults major total mean p99 max bytes",
	  WORD(sort), .takes = "a column", .words = &sort_words,
	  .commands = TO_TABLES | TO(REPORT) },
	{ GROUP_TABLE, 'r', "rows", ARG_REQUIRED, "ROWS",
	  "show at most so many (top: 20, with --json all);\n"
	  "with --json one more row is the sum of the rest",
	  NUMBER(max_rows), .takes = "a number from 1 on", .commands = TO_TABLES | TO(REPORT) },

	{ GROUP_PROFILE, 0, "folded", ARG_NONE, NULL,
	  "stacks a line each, for flamegraph.pl and others", FLAG(folded),
	  .commands = TO(TOP) | TO(REPORT) },
	{ GROUP_PROFILE, 0, "pprof", ARG_REQUIRED, "FILE", "for go tool pprof",
	  STRING(profiles[PROFILE_PPROF]), .takes = "the path of a file",
	  .commands = TO(TOP) | TO(REPORT) },
	{ GROUP_PROFILE, 0, "flamegraph", ARG_REQUIRED, "FILE.svg", "for a browser",
	  STRING(profiles[PROFILE_FLAMEGRAPH]), .takes = "the path of a file",
	  .commands = TO(TOP) | TO(REPORT) },
	{ GROUP_PROFILE, 0, "weight", ARG_REQUIRED, "WEIGHT", "count (default), latency, bytes",
	  WORD(weight), .takes = "a weight", .words = &weight_words,
	  .commands = TO(TOP) | TO(REPORT) },

	{ GROUP_OUTPUT, 0, "listen", ARG_REQUIRED, "ADDR:PORT",
	  "where to serve: 127.0.0.1:9843 (default), [::1]:0\n"
	  "(any free port), unix:PATH",
	  .set = option_set_listen, FIELD(listen),
	  .takes = "a numeric address and a port, as 127.0.0.1:9843, or unix:PATH",
	  .commands = TO(SERVE) },
	{ GROUP_OUTPUT, 0, "max-series", ARG_REQUIRED, "N",
	  "at most so many series of cgroups, 4 of each\n"
	  "(default: 2000); the rest is in cgroup (other)",
	  NUMBER(max_series), .takes = "a number from 1 on", .commands = TO(SERVE) },
	{ GROUP_OUTPUT, 0, "min-age", ARG_REQUIRED, "DUR",
	  "cgroups that exist for less (default: 30s) are in\n"
	  "cgroup (other)",
	  .set = option_set_age, FIELD(min_age_ns), .takes = "a time, such as 30s or 0",
	  .commands = TO(SERVE) },
	{ GROUP_OUTPUT, 0, "host-root", ARG_REQUIRED, "DIR",
	  "the folder with the files of container runtimes,\n"
	  "which name containers (default: /)",
	  .set = option_set_host_root, FIELD(host_root), .takes = "a folder" },
	{ GROUP_OUTPUT, 0, NULL, ARG_NONE, "-f, --follow",
	  "while record writes the file, wait for more of it", .set = NULL,
	  .commands = TO(REPORT) },
	{ GROUP_OUTPUT, 0, "info", ARG_NONE, NULL, "what was recorded, instead of a view",
	  FLAG(info), .commands = TO(REPORT) },
	{ GROUP_OUTPUT, 'j', "json", ARG_NONE, NULL, "NDJSON: one object a line",
	  .set = option_set_format, .commands = TO_SHOWING | TO(MAP) },
	{ GROUP_OUTPUT, 0, "json-schema", ARG_NONE, NULL, "print the schema of --json, and exit",
	  .set = option_set_print, .print = option_schema, .commands = TO_ALL },
	{ GROUP_OUTPUT, 'o', "output", ARG_REQUIRED, "FILE",
	  "write to FILE, not to stdout; with - stdout has\n"
	  "the trace alone, and CMD writes to stderr",
	  STRING(output), .takes = "the path of a file", .commands = TO_WRITING | TO(MAP),
	  .told_apart = TO(RECORD) | TO(REPORT) },
	{ GROUP_OUTPUT, 0, NULL, ARG_NONE, "-o, --output FILE",
	  "the file (faulttrace.ft; an existing one is then\n"
	  "renamed to faulttrace.ft.old); - is stdout",
	  .set = NULL, .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "max-size", ARG_REQUIRED, "BYTES",
	  "keep the newest BYTES: 2M, 1G; in two files,\n"
	  "FILE.0001, FILE.0002, .., of half of it each",
	  .set = option_set_max_size, .takes = "a size from 128K on", .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "split", ARG_REQUIRED, "BYTES|DUR",
	  "a new file, FILE.0001, FILE.0002, .., after 100M\n"
	  "or 10m",
	  .set = option_set_split, .takes = "a size from 64K on, or a time from 1s on",
	  .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "keep", ARG_REQUIRED, "DUR|BYTES",
	  "flight recorder: keep the newest 30s or 100M in\n"
	  "memory, and write them to FILE.0001, .. only",
	  .set = option_set_keep, .takes = "a time from 100ms on, or a size from 1M on",
	  .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "dump-on", ARG_REQUIRED, "COND[,COND]",
	  "... when latency>50ms, kind=swap&latency>1ms,\n"
	  "major>1000/s, faults>9000/s, crash, usr2 (a\n"
	  "signal to faulttrace), or exit",
	  .set = option_set_dump_on, .takes = "conditions, such as latency>50ms or crash",
	  .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "after", ARG_REQUIRED, "DUR", "... and so long after that, too",
	  DURATION(after_ns), .takes = "a duration above zero, such as 5s or 500ms",
	  .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "dumps", ARG_REQUIRED, "N", "stop after N files of --keep",
	  NUMBER(dumps), .takes = "a number from 1 on", .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, NULL, ARG_NONE, "-o, --output FILE", "write to FILE, not to stdout",
	  .set = NULL, .commands = TO(REPORT) },
	{ GROUP_OUTPUT, 0, "cause", ARG_NONE, NULL, "show the causes of each fault's latency",
	  FLAG(cause), .commands = TO_FAULTS },
	{ GROUP_OUTPUT, 's', "stack", ARG_OPTIONAL, "fp|dwarf",
	  "show the user stack of each fault; fp: by frame\n"
	  "pointers, dwarf: by unwind information (slower)",
	  .set = option_set_stack, FIELD(stack), .takes = "a way to follow stacks",
	  .words = &stack_mode_words, .commands = TO_WRITING },
	{ GROUP_OUTPUT, 0, "residency", ARG_NONE, NULL,
	  "for faults on files: what share of the mapping's\n"
	  "range of the file (top --by file: of the file) is\n"
	  "cached, and how many pages the fault itself read",
	  FLAG(residency), .commands = TO(TRACE) | TO(TOP) | TO(RECORD) | TO(REPORT) },
	{ GROUP_OUTPUT, 0, "maps", ARG_NONE, NULL,
	  "with -p or CMD: also record the memory map of each\n"
	  "process, when tracing begins and when it ends",
	  FLAG(maps), .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 'w', "wide", ARG_NONE, NULL,
	  "show all columns, cut no names; trace: also the\n"
	  "function and the variable (in --json, too)",
	  FLAG(wide), .commands = TO_WRITING | TO(MAP), .told_apart = TO(RECORD) },
	{ GROUP_OUTPUT, 0, NULL, ARG_NONE, "-w, --wide",
	  "also the function and the variable of each fault", .set = NULL, .commands = TO(RECORD) },
	{ GROUP_OUTPUT, 0, "strip", ARG_REQUIRED, "N",
	  "columns that show where in a mapping its pages\n"
	  "are (32; 16 or none on a narrow terminal; 0: none)",
	  .set = option_set_strip, .takes = "a number of columns up to 256",
	  .commands = TO(MAP) | TO(REPORT) },
	{ GROUP_TARGET, 0, "evict", ARG_NONE, NULL,
	  "instead: drop FILE.. from the page cache, and\n"
	  "tell what stayed; other options come first",
	  FLAG(evict), .commands = TO(MAP) },
	{ GROUP_TARGET, 0, "cold", ARG_NONE, NULL,
	  "drop CMD's program and its libraries from the\n"
	  "page cache first, and tell what stayed",
	  FLAG(cold), .commands = TO(MAP) },
	{ GROUP_OUTPUT, 0, "ascii", ARG_NONE, NULL,
	  "the strip in letters, as without UTF-8: # + c s .", FLAG(ascii),
	  .commands = TO(MAP) | TO(REPORT) },
	{ GROUP_OUTPUT, 'T', "timestamp", ARG_OPTIONAL, "mono|wall|rel",
	  "seconds since boot, time of day (bare -T), or\n"
	  "seconds since the start (default)",
	  .set = option_set_timestamp, FIELD(timestamp), .takes = "a kind of timestamp",
	  .words = &timestamp_words, .commands = TO_SHOWING },
	{ GROUP_OUTPUT, 0, "color", ARG_REQUIRED, "WHEN",
	  "auto, always, never (auto honours NO_COLOR)", WORD(color), .takes = "a word",
	  .words = &color_words, .commands = TO_SHOWING | TO(MAP) },
	{ GROUP_OUTPUT, 'd', "duration", ARG_REQUIRED, "DUR",
	  "stop after 10s, 1.5m, ..; a number without a unit\n"
	  "is in seconds. CMD runs on, and is waited for",
	  DURATION(duration_ns), .takes = "a duration above zero, such as 10s, 500ms or 2m",
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 0, "max-events", ARG_REQUIRED, "N",
	  "stop after N faults. CMD runs on, and is waited\n"
	  "for",
	  COUNT(max_events), .takes = "a number from 1 on",
	  .commands = TO(TRACE) | TO(RECORD) | TO(REPORT), .told_apart = TO(REPORT) },
	{ GROUP_OUTPUT, 0, NULL, ARG_NONE, "    --max-events N", "show the first N faults",
	  .set = NULL, .commands = TO(REPORT) },
	{ GROUP_OUTPUT, 0, "strict", ARG_NONE, NULL, "exit with 3 if events were lost",
	  FLAG(strict), .commands = TO_FAULTS | TO(MAP) },
	{ GROUP_OUTPUT, 'q', "quiet", ARG_NONE, NULL, "no headings, no summary", FLAG(quiet),
	  .commands = TO_FAULTS | TO(MAP) },
	{ GROUP_OUTPUT, 'v', "verbose", ARG_NONE, NULL, "print more messages; -vv: libbpf's, too",
	  .set = option_add_verbose, .commands = TO_ALL },
	{ GROUP_OUTPUT, 0, "plan", ARG_REQUIRED, "PLAN",
	  "auto, fentry, kprobe, memcg, perf: how to see the\n"
	  "end of a fault (see faulttrace features)",
	  .set = option_set_plan, .takes = "the name of a plan", .words = &plan_words,
	  .commands = TO_TRACING | TO(MAP) | TO(FEATURES) },
	{ GROUP_OUTPUT, 0, "ring-size", ARG_REQUIRED, "BYTES[K|M]",
	  "size of the buffer between the kernel and\n"
	  "faulttrace (4M)",
	  .set = option_set_ring_size, .takes = "a power of two, from one page to 1G",
	  .commands = TO_TRACING | TO(MAP) },
	{ GROUP_OUTPUT, 'V', "version", ARG_NONE, NULL, "print the version, and exit",
	  .set = option_set_print, .print = option_version, .commands = TO_ALL },
	{ GROUP_OUTPUT, 'h', "help", ARG_NONE, NULL, "print this, and exit",
	  .set = option_set_print, .print = option_help, .commands = TO_ALL },

	{ GROUP_HIDDEN, 0, "side-capture", ARG_REQUIRED, "FILE",
	  "for tests: also write a capture of the faults there", STRING(side_capture),
	  .takes = "a path", .commands = TO_TABLES },
	{ GROUP_HIDDEN, 0, "tee", ARG_REQUIRED, "FILE",
	  "for tests: also write what trace --json prints", STRING(tee), .takes = "a path",
	  .commands = TO(RECORD) },
	{ GROUP_HIDDEN, 0, "sink", ARG_REQUIRED, "NAME", "any format by its name",
	  .set = option_set_format, .takes = "the name of a format", .commands = TO_SHOWING },
};

const size_t nr_option_rows = NR(option_rows);

_Static_assert(NR(option_rows) <= OPTION_ROWS_MAX, "struct parser has room for all");
