/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums up what the programs counted on each CPU, and finds out what is missing. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <time.h>

#include "../../base/cleanup.h"
#include "../../base/log.h"
#include "tracer_parts.h"

/* How long to wait until exited threads are freed: an RCU grace period takes some ms. */
#define FREED_STEP_NS 1000000LL
#define FREED_STEPS   1000

/*
 * Counts, after the last poll, the faults that were sent and did not arrive. Some wait in batches
 * of offline CPUs, which other CPUs cannot read before v5.19: they count as those that the ring had
 * no room for. The reason of any others is unknown.
 */
static void count_undelivered(struct tracer *t)
{
	volatile bool *waits = t->skel->data_batch->batch_waits;
	size_t size = (bpf_map__value_size(t->skel->maps.batches) + 7) & ~7UL;
	char *each __cleanup_free = calloc(t->nr_possible_cpus, size);
	struct ft_counters *counters = &t->totals.counters;
	unsigned long long sent = 0, waiting = 0, arrived;
	unsigned int zero = 0;

	if (!each || bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.batches), &zero, each))
		return;
	for (size_t cpu = 0; cpu < t->nr_possible_cpus; cpu++) {
		const struct ft_batch_head *head = (const void *)(each + cpu * size);

		sent += head->batched + head->direct;
		if (cpu < t->nr_batch_cpus && waits[cpu])
			waiting += head->nr;
	}
	counters->lost_ring += waiting * t->opts.filter->sample;
	arrived = t->received + counters->lost_ring / t->opts.filter->sample;
	if (sent > arrived)
		counters->lost_unexplained += (sent - arrived) * t->opts.filter->sample;
}

static void sum_counters(struct tracer *t)
{
	size_t nr = t->nr_possible_cpus;
	struct ft_counters *each __cleanup_free = calloc(nr, sizeof(*each));
	unsigned int zero = 0;

	if (!each || bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.counters), &zero, each))
		return;
	t->totals.counters = (struct ft_counters) { 0 };
	for (size_t cpu = 0; cpu < nr; cpu++) {
		const unsigned long long *from = (const unsigned long long *)&each[cpu];
		unsigned long long *to = (unsigned long long *)&t->totals.counters;

		for (size_t i = 0; i < sizeof(*each) / sizeof(*to); i++)
			to[i] += from[i];
	}
}

const struct ft_counters *tracer__audit(struct tracer *t)
{
	t->skel->bss->unaccounted = 0;
	tracer__iterate(t->skel->progs.audit);
	sum_counters(t);
	if (t->opts.target->kind != TARGET_CGROUP)
		t->totals.counters.lost_unexplained += t->skel->bss->unaccounted;
	return &t->totals.counters;
}

/* Waits until all exited threads are closed: reaped ones are when the kernel frees them. */
static void wait_for_freed(struct tracer *t)
{
	const struct ft_counters *counters = &t->totals.counters;
	struct timespec step = { .tv_nsec = FREED_STEP_NS };
	unsigned long long missing;

	for (int i = 0; i < FREED_STEPS; i++) {
		sum_counters(t);
		if (counters->exits_closed >= counters->exits)
			return;
		nanosleep(&step, NULL);
	}
	missing = counters->exits - counters->exits_closed;
	log_note("%llu exited thread%s not seen to be freed: the last faults are not accounted for",
		 missing, missing == 1 ? " was" : "s were");
}

static void sum_bpf_stats(struct tracer *t)
{
	struct bpf_program *program;

	t->totals.bpf_run_ns = 0;
	t->totals.bpf_runs = 0;
	bpf_object__for_each_program(program, t->skel->obj) {
		struct bpf_prog_info info = { 0 };
		unsigned int len = sizeof(info);

		if (bpf_program__fd(program) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len))
			continue;
		t->totals.bpf_run_ns += (long long)info.run_time_ns;
		t->totals.bpf_runs += (long long)info.run_cnt;
	}
}

/* Runs that the kernel skipped, as a preempted thread was in the program on the same CPU. */
static void count_missed_reads(struct tracer *t)
{
	int fd = bpf_program__fd(t->skel->progs.reads_added);
	struct bpf_prog_info info = { 0 };
	unsigned int len = sizeof(info);

	if (t->opts.residency && !bpf_obj_get_info_by_fd(fd, &info, &len))
		t->totals.missed_reads = info.recursion_misses;
}

/*
 * Is the number of unseen get_user_pages faults known? Not with a filter by name or uid, which
 * leaves out other faults of a thread, nor for a cgroup, which threads leave and enter; nor if an
 * exited thread was not seen to be freed: its last faults are not in the number.
 */
static bool knows_gup(const struct tracer *t)
{
	const struct ft_counters *counters = &t->totals.counters;

	if (t->opts.filter->comm || t->opts.filter->has_uid ||
	    t->opts.target->kind == TARGET_CGROUP)
		return false;
	return plan_sees_gup(t->plan) || counters->exits_closed >= counters->exits;
}

struct source_totals tracer__totals_so_far(struct tracer *t)
{
	struct source_totals so_far;

	tracer__audit(t);
	sum_bpf_stats(t);
	so_far = t->totals;
	so_far.unseen_gup = knows_gup(t) ? (long long)so_far.counters.gup : -1;
	return so_far;
}

void tracer__total_programs(struct tracer *t)
{
	wait_for_freed(t);
	t->totals.bpf_run_ns = t->totals.bpf_runs = -1;
	if (t->stats_fd >= 0)
		sum_bpf_stats(t);
	count_missed_reads(t);
}

void tracer__total_faults(struct tracer *t)
{
	sum_counters(t);
	count_undelivered(t);
	t->totals.counters.in_progress -= t->totals.counters.in_progress_ended;
	t->totals.unseen_gup = knows_gup(t) ? (long long)t->totals.counters.gup : -1;
}
