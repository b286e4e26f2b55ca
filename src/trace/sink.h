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
#include "row.h"

enum timestamp {		 /* -T */
		 TIMESTAMP_REL,	 /* seconds since the start: text's default */
		 TIMESTAMP_MONO, /* CLOCK_MONOTONIC */
		 TIMESTAMP_WALL, /* time of day */
};

/* What is known when a run starts, and how it wants to be shown. */
struct run_start {
	const char *version;
	const char *command; /* "trace", "hist", "top", "map" */
	const char *plan;    /* NULL: nothing is traced */
	const char *kernel;  /* release */
	const char *arch;
	const char *target;	 /* "pid", "tid", "cgroup", "all", "command", "files" */
	const char *target_text; /* cgroup path, or the command line; or NULL */
	const int *target_ids;	 /* pids or tids; for "command" its pid */
	size_t nr_target_ids;
	unsigned int page_size;
	unsigned long long time_ns; /* CLOCK_MONOTONIC */
	unsigned long long wall_ns; /* the same moment, CLOCK_REALTIME */
	bool sees_gup;		    /* each, not only their number */
	enum timestamp timestamp;
	bool cause;	/* of each fault, or of each row */
	bool residency; /* of each row's file */
	bool bytes;	/* rows have a column for the sizes of their folios */
	bool wide;
	bool color;
	bool quiet;	      /* no heading */
	bool no_totals;	      /* of a map: with -q */
	bool ascii;	      /* the strip of a map */
	unsigned int strip;   /* its width; 0: none */
	unsigned int columns; /* of the terminal; 0: not one, do not cut */
	unsigned int lines;   /* of the terminal; 0: not known */
	bool redraw;	      /* `top` on a terminal: each interval in the place of the last */
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
	unsigned long long lost_unexplained; /* counted by the kernel, explained by no fault seen */
	unsigned long long
		in_progress;	       /* faults that had not ended when tracing ended; no losses */
	long long unseen_gup;	       /* -1: unknown */
	long long throttled_ns;	       /* by memory.high; -1: not asked for, or unknown */
	unsigned long long elapsed_ns; /* from the begin of tracing to the end of what was traced */
	long long bpf_run_ns;	       /* -1: not measured */
	long long bpf_runs;
};

struct memory_map;
struct map_row;
struct eviction;

/* How a format shows the memory of a process. */
struct map_ops {
	/* Before anything is looked at. */
	void (*begin)(struct buf *out, const struct run_start *run);
	void (*start)(struct buf *out, const struct run_start *run, const struct memory_map *map);
	void (*row)(struct buf *out, const struct run_start *run, const struct memory_map *map,
		    const struct map_row *row);
	/* The totals of one process, printed after its rows. */
	void (*totals)(struct buf *out, const struct run_start *run, const struct memory_map *map);
	/* The sum of several processes, printed after all of them; maps have totals only. */
	void (*sum)(struct buf *out, const struct run_start *run, const struct memory_map *maps,
		    size_t nr, const struct memory_map *sum);
	/* Printed last; NULL: nothing is. map: the only process, or the sum of several. */
	void (*end)(struct buf *out, const struct run_start *run, const struct memory_map *map,
		    const struct run_end *end);
	/* map --evict, before the first file that was evicted; NULL: nothing to begin with */
	void (*evict_start)(struct buf *out, const struct run_start *run);
	void (*evicted)(struct buf *out, const struct run_start *run, const struct eviction *file);
};

struct sink_ops {
	const char *name;
	const char *help;
	bool is_for_machines; /* parsed by programs: no row is left out unless --rows says so */
	void (*start)(struct buf *out, const struct run_start *run);
	void (*fault)(struct buf *out, const struct run_start *run, const struct fault *fault);
	/* fault->throttled tells how the thread was held up after it. */
	void (*throttled)(struct buf *out, const struct run_start *run, const struct fault *fault);
	/* `hist`: the first row is of all faults, the others are of their keys. */
	void (*hist)(struct buf *out, const struct run_start *run, const struct interval *interval);
	void (*top)(struct buf *out, const struct run_start *run, const struct interval *interval);
	void (*end)(struct buf *out, const struct run_start *run, const struct run_end *end);
	const struct map_ops *map;
	const struct map_ops *account; /* of a map that was traced */
};

#endif /* TRACE_SINK_H */
