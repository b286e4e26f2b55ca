/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracer, for its own files alone: tracer_load.c configures and loads the programs,
 * tracer_attach.c attaches them, tracer.c hands on what they send, tracer_totals.c sums up what
 * they counted. Only these see the skeleton.
 */
#ifndef SOURCE_LIVE_TRACER_PARTS_H
#define SOURCE_LIVE_TRACER_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "page_layout.h"
#include "reorder.h"
#include "ring_reader.h"
#include "row_reader.h"
#include "tracer.h"

/* Needs the types of the contract, which the headers above include. */
#include "faulttrace.skel.h"

/* At most so many living descendants of the target are followed. */
#define FOLLOWED_MAX 16384

struct tracer {
	struct source source;
	struct tracer_options opts;
	const struct plan *plan;
	int command_pid;
	struct faulttrace_bpf *skel;
	struct ring_reader *ring;
	struct row_reader *rows; /* takes summed-up rows; NULL: none are made */
	struct reorder *reorder;
	const struct record_consumer *consumer; /* of the poll in progress */
	struct bpf_link **links;
	size_t nr_links, links_size;
	int stats_fd;
	int cpu_watch; /* for CPUs that come online and need perf events; -1: not needed */
	size_t nr_possible_cpus;
	size_t nr_batch_cpus; /* the first CPUs, which have batches */
	bool sees_throttling;
	size_t fault_size;	     /* of the largest fault record */
	unsigned long long received; /* fault records */
	struct source_totals totals;
};

/* Loads the programs and fills their maps. 0, or -errno after saying why. */
int tracer__load(struct tracer *t, struct features *features);
/* False: the tracer runs the program itself, or attaches it to each perf event. */
bool tracer__is_to_be_attached(const struct tracer *t, const struct bpf_program *program);

/* Attaches the programs, and begins to trace existing threads. 0, or -errno after saying why. */
int tracer__attach(struct tracer *t);
/* Opens perf events on CPUs that came online. The kernel drops them if a CPU goes offline. */
void tracer__attach_to_new_cpus(struct tracer *t);
void tracer__detach(struct tracer *t);
/* Runs an iterator program over all tasks. 0 or -errno. */
int tracer__iterate(struct bpf_program *program);

/* Before detaching: waits until exited threads are freed, sums up the programs' run time. */
void tracer__total_programs(struct tracer *t);
/* Completes the totals. Called when the last record has been handed on. */
void tracer__total_faults(struct tracer *t);

#endif /* SOURCE_LIVE_TRACER_PARTS_H */
