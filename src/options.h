/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * argv as a constant struct. Everything here was checked for form; whether the
 * process, the cgroup or the file exists is for those who use it.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/parse.h"
#include "trace/sink.h"

enum command { COMMAND_TRACE, COMMAND_FEATURES };

enum target_kind {
	TARGET_NONE,
	TARGET_PID,
	TARGET_TID,
	TARGET_CGROUP,
	TARGET_ALL,
	TARGET_COMMAND,
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	enum command command;

	enum target_kind target;
	int *ids; /* pids or tids, no duplicates */
	size_t nr_ids;
	const char *cgroup;
	char **argv; /* CMD, NULL-terminated */
	bool follow;
	bool as_root;

	const char *comm; /* glob: * and ?; NULL: any */
	bool has_uid;
	unsigned int uid;
	unsigned int kinds;    /* bit per enum ft_kind; 0: any */
	unsigned int accesses; /* bit per enum ft_access; 0: any */
	unsigned int origins;  /* bit per enum ft_origin; 0: any */
	bool only_major;
	bool only_minor;
	unsigned long long min_latency_ns;
	unsigned long long addr_start; /* half-open; 0,0: anywhere */
	unsigned long long addr_end;
	const char *file;    /* glob over mapping names; NULL: any */
	unsigned int sample; /* 1: all */

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
};

/*
 * Returns 0, or -1 when there is nothing to run: *status is then the exit
 * status, after --help (0), --version (0) or one line about a usage error (2).
 */
int options__parse(struct options *opts, int argc, char **argv, int *status);
void options__free(struct options *opts);

#endif /* OPTIONS_H */
