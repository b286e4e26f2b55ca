/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an output format is: a file in out/ that ends with a struct sink_ops.
 * A NULL operation means "not interested". Operations append to the buffer;
 * who owns the buffer writes it, many records at a time.
 */
#ifndef TRACE_SINK_H
#define TRACE_SINK_H

#include <stdbool.h>

#include "../base/buf.h"
#include "fault.h"

enum timestamp {		 /* -T */
		 TIMESTAMP_REL,	 /* seconds since the start: text's default */
		 TIMESTAMP_MONO, /* CLOCK_MONOTONIC */
		 TIMESTAMP_WALL, /* time of day */
};

/* What is known when a run starts, and how it wants to be shown. */
struct run_start {
	const char *version;
	const char *command; /* "trace" */
	const char *plan;
	const char *kernel; /* release */
	const char *arch;
	const char *target;	 /* "pid", "tid", "cgroup", "all", "command" */
	const char *target_text; /* cgroup path, or the command line; or NULL */
	const int *target_ids;	 /* pids or tids; for "command" its pid */
	size_t nr_target_ids;
	unsigned int page_size;
	unsigned long long time_ns; /* CLOCK_MONOTONIC */
	unsigned long long wall_ns; /* the same moment, CLOCK_REALTIME */
	bool sees_gup;		    /* each, not only their number */
	enum timestamp timestamp;
	bool wide;
	bool color;
	bool quiet;	      /* no heading */
	unsigned int columns; /* of the terminal; 0: not one, do not cut */
};

struct run_end {
	unsigned long long faults; /* resolved ones delivered, weighted */
	unsigned long long major;
	unsigned long long minor;
	unsigned long long errors;     /* kind error */
	unsigned long long latency_ns; /* sum over the resolved ones */
	unsigned long long lost_ring;
	unsigned long long lost_storage;
	unsigned long long lost_unpaired;
	unsigned long long lost_late;
	long long unseen_gup; /* -1: unknown */
	unsigned long long elapsed_ns;
	long long bpf_run_ns; /* -1: not measured */
	long long bpf_runs;
};

struct sink_ops {
	const char *name;
	const char *help;
	void (*start)(struct buf *out, const struct run_start *run);
	void (*fault)(struct buf *out, const struct run_start *run, const struct fault *fault);
	void (*end)(struct buf *out, const struct run_start *run, const struct run_end *end);
};

#endif /* TRACE_SINK_H */
