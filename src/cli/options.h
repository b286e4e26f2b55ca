/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parsed command line. Its values are well-formed; whether the process, the
 * cgroup or the file exists, the modules check that use them.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../base/parse.h"
#include "../faults/aggregate.h"
#include "../faults/dump_condition.h"
#include "../faults/profile.h"
#include "../faults/format.h"
#include "../faults/stream.h"
#include "../source/live/tracer.h"
#include "command.h"

enum stack_mode { STACK_NONE, STACK_FP, STACK_DWARF };

/* Profiles that are files of their own. That of --folded is written where other output is. */
enum profile_file { PROFILE_PPROF, PROFILE_FLAMEGRAPH, PROFILE_FILES };

/* Written by record, and read by report, if no other is named. */
#define CAPTURE_FILE_DEFAULT "faulttrace.ft"

#define LISTEN_DEFAULT	   "127.0.0.1:9843"
#define MAX_SERIES_DEFAULT 2000
#define MIN_AGE_NS_DEFAULT 30000000000ULL

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* A file is followed by another one when it has so many bytes, or so long a time; 0: not for this. */
struct file_split {
	unsigned long long bytes, ns;
};

struct options {
	const struct command *command;

	struct target target;
	struct filter filter;

	struct row_spec rows;		/* of hist and top */
	enum sort sort;			/* of the rows */
	unsigned int max_rows;		/* shown */
	const char *side_capture;	/* a file, for tests: see side_capture.h */
	const char *tee;		/* a file, for tests: see record.c */
	unsigned long long interval_ns; /* 0: one interval, the whole run */
	unsigned long long intervals;	/* COUNT; 0: no limit */

	bool cause;			     /* where the latency went */
	enum stack_mode stack;		     /* of each fault */
	bool folded;			     /* a profile by stack and kind, and those below */
	const char *profiles[PROFILE_FILES]; /* paths; NULL: not wanted */
	enum profile_weight weight;

	const struct format_ops *format;
	const char *output; /* path; NULL: stdout */
	struct file_split split;
	unsigned long long max_size; /* of the files of a recording; 0: no limit */
	struct file_split keep;	     /* in memory, until a condition holds; 0: all is written */
	struct dump_conditions dump_on;
	unsigned long long after_ns; /* of a condition: goes on so long */
	unsigned int dumps;	     /* 0: no limit */
	enum timestamp timestamp;
	unsigned long long duration_ns; /* 0: none */
	unsigned long long max_events;	/* 0: none */
	bool wide;
	bool quiet;
	bool strict;
	enum color color;
	int verbose;
	const char *plan;	       /* "auto", or the name of a plan (src/source/live/plan.c) */
	unsigned long long ring_bytes; /* a power of two of pages */

	const char *listen;	       /* serve: where, as socket_address.h has it */
	unsigned int max_series;       /* serve: of cgroups */
	unsigned long long min_age_ns; /* serve: of a cgroup that has series */
	const char *host_root;	       /* the folder that has the files of container runtimes */

	const char *capture;	    /* report: the file, or "-" */
	const struct command *view; /* report: of which command; NULL: the summary, or --info */
	bool info;
	unsigned long long from_ns, to_ns; /* report: since the begin; to_ns 0: to the end */

	int strip; /* columns of a map's strip; 0: none, -1: not given */
	bool ascii;
	bool evict;	/* evict files, instead of showing a map */
	char **files;	/* to evict, NULL-terminated */
	bool cold;	/* first evict the command's program and libraries */
	bool residency; /* show how much of a fault's file is cached */
	bool maps;	/* record memory maps */
};

/*
 * Returns 0, or -1 if there is nothing to run: *status is then the exit status, after printing
 * --help or the like (0; 1 if that failed), or a usage error (2). commands: indexed by command_id.
 */
int options__parse(struct options *opts, const struct command *const *commands, int argc,
		   char **argv, int *status);
void options__free(struct options *opts);

/* The command whose output is shown. */
static inline const struct command *options__shown(const struct options *opts)
{
	return opts->view ? opts->view : opts->command;
}

static inline bool options__has_profile_file(const struct options *opts)
{
	for (size_t i = 0; i < PROFILE_FILES; i++)
		if (opts->profiles[i])
			return true;
	return false;
}

static inline bool options__is_profile(const struct options *opts)
{
	return opts->folded || options__has_profile_file(opts);
}

static inline bool options__is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* Is anything written to standard output? Not by serve, nor by a profile that goes to files only. */
static inline bool options__writes_stdout(const struct options *opts)
{
	for (size_t i = 0; i < PROFILE_FILES; i++)
		if (options__is_stdout(opts->profiles[i]))
			return true;
	return opts->command->id != COMMAND_SERVE &&
	       (!opts->output || options__is_stdout(opts->output)) &&
	       (opts->folded || !options__is_profile(opts));
}

/* Is the output parsed by programs, which a foreign line would break? */
static inline bool options__is_for_machines(const struct options *opts)
{
	return options__is_profile(opts) || opts->format->is_for_machines;
}

/* Are folio sizes shown? Only then the page tables are read for them, in each fault. */
static inline bool options__wants_bytes(const struct options *opts)
{
	return options__is_profile(opts) || opts->sort == SORT_BYTES ||
	       (options__shown(opts)->id == COMMAND_TOP &&
		(opts->wide || row_spec__has(&opts->rows, FT_KEY_ORDER)));
}

/* Does the kernel sum up? It cannot tell stack copies (dwarf) apart: then it sends each fault. */
static inline bool options__sums_up(const struct options *opts)
{
	return (opts->command->id == COMMAND_HIST || opts->command->id == COMMAND_TOP ||
		opts->command->id == COMMAND_SERVE) &&
	       opts->stack != STACK_DWARF;
}

static inline bool options__wants_stacks(const struct options *opts)
{
	return opts->stack || row_spec__has(&opts->rows, FT_KEY_STACK);
}

/* Are the instruction and the address of each fault shown by symbol? */
static inline bool options__wants_symbols(const struct options *opts)
{
	return opts->wide &&
	       (opts->command->id == COMMAND_TRACE || opts->command->id == COMMAND_RECORD);
}

/* Are symbols looked up, which takes a history of what was mapped where? */
static inline bool options__wants_code_history(const struct options *opts)
{
	return options__wants_stacks(opts) || options__wants_symbols(opts) ||
	       (opts->side_capture && row_spec__has_code(&opts->rows));
}

/* What these options ask of the tracer, of the stream of lines, and of tables. */
struct tracer_options options__of_tracer(const struct options *opts);
struct stream_options options__of_stream(const struct options *opts);
struct aggregate_options options__of_table(const struct options *opts);

#endif /* CLI_OPTIONS_H */
