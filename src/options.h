/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * argv as a constant struct. Everything here was checked for form; whether the
 * process, the cgroup or the file exists is for those who use it.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "trace/profile.h"
#include "trace/sink.h"

enum command {
	COMMAND_TRACE,
	COMMAND_HIST,
	COMMAND_TOP,
	COMMAND_MAP,
	COMMAND_FEATURES,
	COMMAND_COUNT,
};

extern const char *const command_names[COMMAND_COUNT];

enum target_kind {
	TARGET_NONE,
	TARGET_PID,
	TARGET_TID,
	TARGET_CGROUP,
	TARGET_ALL,
	TARGET_COMMAND,
};

enum stack_mode { STACK_NONE, STACK_FP, STACK_DWARF };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	enum command command;

	enum target_kind target;
	int *ids; /* pids or tids, no duplicates */
	size_t nr_ids;
	char **names; /* names of processes or units that -p was given instead of pids */
	size_t nr_names;
	size_t nr_found; /* how many of the ids, the last ones, were found by these names */
	const char *cgroup;
	char **argv; /* CMD, NULL-terminated */
	bool follow;
	bool as_root;

	const char *comm; /* glob: * and ?; NULL: any */
	bool has_uid;
	unsigned int uid;
	unsigned int
		kinds; /* bit per enum ft_kind, and, from FT_WANTED_COW on, ft_cow_from; 0: any */
	unsigned int accesses; /* bit per enum ft_access; 0: any */
	unsigned int origins;  /* bit per enum ft_origin; 0: any */
	bool only_major;
	bool only_minor;
	unsigned long long min_latency_ns;
	unsigned long long addr_start; /* half-open; 0,0: anywhere */
	unsigned long long addr_end;
	const char *file;    /* glob over mapping names; NULL: any */
	unsigned int sample; /* 1: all */

	enum ft_key_type by[FT_KEYS];	/* of a table; FT_KEY_NONE: no (more) keys */
	struct ft_hist_scale scale;	/* of a histogram */
	enum sort sort;			/* of the rows */
	unsigned int max_rows;		/* shown */
	unsigned long long interval_ns; /* 0: one, the whole run */
	unsigned long long intervals;	/* 0: no end */

	bool cause;	       /* where the latency went */
	enum stack_mode stack; /* of each fault */
	bool folded;	       /* profiles, of what was summed up by stack and kind */
	const char *pprof;
	const char *flamegraph;
	enum profile_weight weight;

	const struct sink_ops *sink;
	const char *output; /* path; NULL: stdout */
	enum timestamp timestamp;
	unsigned long long duration_ns; /* 0: none */
	unsigned long long max_events;	/* 0: none */
	bool wide;
	bool quiet;
	bool strict;
	enum color color;
	int verbose;
	const char *plan;	       /* "auto", "fentry", "kprobe", "perf" */
	unsigned long long ring_bytes; /* a power of two of pages */

	int strip; /* of a map: columns, 0: none, -1: not asked for */
	bool ascii;
	bool evict;	/* instead of a map */
	char **files;	/* to evict, NULL-terminated */
	bool cold;	/* evict what the command is made of first */
	bool residency; /* of the file of each fault */
};

/*
 * Returns 0, or -1 when there is nothing to run: *status is then the exit
 * status, after --help (0), --version (0) or one line about a usage error (2).
 */
int options__parse(struct options *opts, int argc, char **argv, int *status);
void options__free(struct options *opts);

static inline bool options__key_is(const struct options *opts, enum ft_key_type key)
{
	return opts->by[0] == key || opts->by[1] == key;
}

/* Does the kernel make a row for each instruction? */
static inline bool options__key_is_code(const struct options *opts)
{
	return options__key_is(opts, FT_KEY_SYMBOL) || options__key_is(opts, FT_KEY_LINE);
}

static inline bool options__is_profile(const struct options *opts)
{
	return opts->folded || opts->pprof || opts->flamegraph;
}

static inline bool options__is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* Is anything written to standard output? Not by a profile that goes to files only. */
static inline bool options__writes_stdout(const struct options *opts)
{
	if (options__is_stdout(opts->pprof) || options__is_stdout(opts->flamegraph))
		return true;
	return (!opts->output || options__is_stdout(opts->output)) &&
	       (opts->folded || !options__is_profile(opts));
}

/* Is the output parsed by programs, which a foreign line would break? */
static inline bool options__is_for_machines(const struct options *opts)
{
	return options__is_profile(opts) || opts->sink->is_for_machines;
}

/* The size of a folio takes a read of the page tables in each fault: only where bytes are shown. */
static inline bool options__wants_bytes(const struct options *opts)
{
	return options__is_profile(opts) || opts->sort == SORT_BYTES ||
	       (opts->command == COMMAND_TOP &&
		(opts->wide || options__key_is(opts, FT_KEY_ORDER)));
}

/* Whole stacks cannot be told apart in the kernel: every fault is sent. */
static inline bool options__sums_up(const struct options *opts)
{
	return (opts->command == COMMAND_HIST || opts->command == COMMAND_TOP) &&
	       opts->stack != STACK_DWARF;
}

static inline bool options__wants_stacks(const struct options *opts)
{
	return opts->stack || options__key_is(opts, FT_KEY_STACK);
}

/* Of the instruction and the address of each fault. */
static inline bool options__wants_symbols(const struct options *opts)
{
	return opts->command == COMMAND_TRACE && opts->wide;
}

/* What was mapped where and when. */
static inline bool options__wants_code_map(const struct options *opts)
{
	return options__wants_stacks(opts) || options__wants_symbols(opts);
}

#endif /* OPTIONS_H */
