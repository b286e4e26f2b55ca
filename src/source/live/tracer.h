/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The source whose records come live from this kernel: loads and attaches the BPF
 * programs that the plan and the options need, and hands on their records.
 */
#ifndef SOURCE_LIVE_TRACER_H
#define SOURCE_LIVE_TRACER_H

#include "../filter.h"
#include "../row_spec.h"
#include "../source.h"
#include "../target.h"
#include "plan.h"

struct tracer;

/* What a run wants to know of each fault. */
struct tracer_options {
	const struct target *target;
	const struct filter *filter;
	const struct row_spec *rows;   /* the kernel sums faults up in these; NULL: it does not */
	bool sends;		       /* the kernel sends faults one by one */
	bool kinds;		       /* the kinds of faults, also if they are only summed up */
	bool bytes;		       /* the sizes of the faults' folios, summed up */
	bool cause;		       /* where the latency went */
	bool residency;		       /* how many pages the fault read into the page cache */
	bool uids;		       /* the user whose thread took the fault */
	bool stacks;		       /* user stacks */
	bool copies_stacks;	       /* copies stack memory, to unwind here: not summed up */
	bool stacks_have_comm;	       /* the thread's name is part of a stack's row key */
	unsigned long long ring_bytes; /* a power of two of pages */
	int verbose;
};

/*
 * Loads the programs. 0, or -errno after saying why. command_pid: the child that waits to exec the
 * command, or 0. *opts is copied.
 */
int tracer__open(const struct tracer_options *opts, struct features *features,
		 const struct plan *plan, int command_pid, struct tracer **ret);
void tracer__free(struct tracer *t);

/* The tracer as a source, valid until tracer__free(). source__start() attaches the programs. */
struct source *tracer__source(struct tracer *t);

/* For poll(2): readable when many records wait; after tracer__wake_me(at_once), when one does. */
int tracer__fd(const struct tracer *t);
void tracer__wake_me(struct tracer *t, bool at_once);

/*
 * Sums up the counters while tracing goes on. lost_unexplained includes the faults that the kernel
 * counted for a thread since the last one that was seen.
 */
const struct ft_counters *tracer__audit(struct tracer *t);
/* What source__finish() would tell now, while tracing goes on; bpf_runs is 0 if nobody counts them. */
struct source_totals tracer__totals_so_far(struct tracer *t);

#endif /* SOURCE_LIVE_TRACER_H */
