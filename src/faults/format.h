/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface of output formats. Each format is a file in format/ that ends with a
 * struct format_ops; an output in that format is an instance, a struct format. What
 * is shown is appended to a buffer; its owner writes it, many records at a time.
 */
#ifndef FAULTS_FORMAT_H
#define FAULTS_FORMAT_H

#include <stdbool.h>

#include "../base/buf.h"
#include "row.h"

enum timestamp {		 /* -T */
		 TIMESTAMP_REL,	 /* seconds since the start: default of text */
		 TIMESTAMP_MONO, /* CLOCK_MONOTONIC */
		 TIMESTAMP_WALL, /* time of day */
};

/* What is known when a run starts, and the options of how to show it. */
struct run_start {
	const char *version;
	const char *command; /* "trace", "hist", "top", "map" */
	const char *plan;    /* NULL: nothing is traced */
	const char *kernel;  /* release */
	const char *arch;
	const char *target;	 /* "pid", "tid", "cgroup", "all", "command", "files" */
	const char *target_text; /* cgroup path, or the command line; or NULL */
	const int *target_ids;	 /* pids or tids; of a command its pid */
	size_t nr_target_ids;
	unsigned int page_size;
	unsigned long long time_ns; /* CLOCK_MONOTONIC */
	unsigned long long wall_ns; /* the same moment, CLOCK_REALTIME */
	bool sees_gup;		    /* each fault of get_user_pages, not only their number */
	enum timestamp timestamp;
	bool cause;	/* faults or rows have the parts of their latency */
	bool residency; /* rows have how much of their file is in the page cache */
	bool bytes;	/* rows have a column for the sizes of their folios */
	bool wide;
	bool color;
	bool quiet;	      /* no heading */
	bool no_totals;	      /* a map or a table is shown without totals */
	bool ascii;	      /* the strip of a map is ASCII */
	unsigned int strip;   /* width of the strip; 0: none */
	unsigned int columns; /* of the terminal; 0: output is no terminal, lines are not cut */
	unsigned int lines;   /* of the terminal; 0: not known */
	bool redraw;	      /* `top` on a terminal: each interval replaces the last one */
};

struct run_end {
	unsigned long long faults; /* resolved faults that were received, weighted */
	unsigned long long major;
	unsigned long long minor;
	unsigned long long errors;     /* faults of kind error */
	unsigned long long latency_ns; /* sum over the resolved faults */
	unsigned long long lost_ring;
	unsigned long long lost_storage;
	unsigned long long lost_unpaired;
	unsigned long long lost_unexplained; /* counted by the kernel, but not seen */
	unsigned long long lost_file; /* seen, but not in the capture: it was slow, or full */
	unsigned long long
		in_progress;  /* faults that had not ended when tracing ended; no losses */
	long long unseen_gup; /* -1: unknown */
	unsigned long long thp_fell_back; /* resolved faults with FT_THP_FELL_BACK */
	unsigned long long thp_unknown;	  /* ... with FT_THP_UNKNOWN */
	long long
		throttled_ns; /* how long memory.high delayed threads; -1: unknown, or not asked */
	unsigned long long elapsed_ns; /* from the begin of tracing to the end of what was traced */
	long long bpf_run_ns;	       /* -1: not measured */
	long long bpf_runs;
};

/* All faults that were lost, by whatever cause. */
static inline unsigned long long run_end__lost(const struct run_end *end)
{
	return end->lost_ring + end->lost_storage + end->lost_unpaired + end->lost_unexplained +
	       end->lost_file;
}

struct memory_map;
struct map_row;
struct eviction;
struct profile;
struct profile_view;

/* An output in some format, for one run. A format with a state of its own has it behind this. */
struct format {
	const struct format_ops *ops;
	const struct map_ops *map; /* NULL: this format shows no maps */
	struct buf *out;
	const struct run_start *run;
};

/* How a format shows the memory of a process. An operation that is NULL shows nothing. */
struct map_ops {
	/* Called first, before any map is read or file evicted. */
	void (*begin)(struct format *f);
	void (*start)(struct format *f, const struct memory_map *map);
	void (*row)(struct format *f, const struct memory_map *map, const struct map_row *row);
	/* The totals of one process, printed after its rows. */
	void (*totals)(struct format *f, const struct memory_map *map);
	/* The sum of several processes, printed after all of them; maps have totals only. */
	void (*sum)(struct format *f, const struct memory_map *maps, size_t nr,
		    const struct memory_map *sum);
	/* Printed last. map: of the only process, or the sum of several. */
	void (*end)(struct format *f, const struct memory_map *map, const struct run_end *end);
	/* map --evict: the heading, before the first file that was evicted. */
	void (*evict_start)(struct format *f);
	void (*evicted)(struct format *f, const struct eviction *file);
};

/* A format. An operation that is NULL shows nothing. */
struct format_ops {
	const char *name;
	size_t size; /* of an instance, which begins with a struct format; 0: it is no larger */
	bool is_for_machines; /* parsed by programs: no row is left out unless --rows says so */
	void (*start)(struct format *f);
	void (*fault)(struct format *f, const struct fault *fault);
	/* memory.high throttled the thread after the fault: see fault->throttled. */
	void (*throttled)(struct format *f, const struct fault *fault);
	/* `hist`: the first row is the sum of all faults; the others are of one key each. */
	void (*hist)(struct format *f, const struct interval *interval);
	void (*top)(struct format *f, const struct interval *interval);
	void (*end)(struct format *f, const struct run_end *end);
	/* A whole file of a profile, for other tools or for a browser. 0 or -errno. */
	int (*profile)(struct format *f, const struct profile *profile,
		       const struct profile_view *view);
	const struct map_ops *map;
	const struct map_ops *account; /* maps of a run that traces */
	/* Frees what an instance has besides itself. */
	void (*free)(struct format *f);
};

/*
 * An output that appends to *out. *run describes the run and is read at each call: it may become
 * complete later, but says already whether anything is traced. NULL if memory is lacking.
 */
struct format *format__new(const struct format_ops *ops, struct buf *out,
			   const struct run_start *run);
void format__free(struct format *f);

/* Calls an operation of a format, or of its maps, unless it is NULL. */
#define format__show(f, op, ...) ((f)->ops->op ? (f)->ops->op(f, ##__VA_ARGS__) : (void)0)
#define format__show_map(f, op, ...) \
	((f)->map && (f)->map->op ? (f)->map->op(f, ##__VA_ARGS__) : (void)0)

#endif /* FAULTS_FORMAT_H */
