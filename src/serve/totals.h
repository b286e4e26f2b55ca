/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a server tells: sums over all faults since tracing began, which never go back. The kernel
 * half sums up by kind; its rows are added here each time they are read.
 */
#ifndef SERVE_TOTALS_H
#define SERVE_TOTALS_H

#include "../../bpf/contract/key.h"
#include "../faults/mapping_names.h"
#include "../source/source.h"

/*
 * The bounds of the buckets of latencies: 256 ns, and each four times the one before, up to 1.07 s.
 * Such a bucket is a number of the kernel half's. A latency that equals a bound belongs to the next
 * bucket, as there, although Prometheus has "less or equal": it is a matter of one nanosecond.
 */
#define TOTALS_BOUNDS	12
#define TOTALS_BOUND(i) (1ULL << (8 + 2 * (i)))

/* How long the slowest fault of a kind is told, before another one takes its place. */
#define TOTALS_WORST_NS 60000000000ULL

/* The slowest fault that was read lately. */
struct worst_fault {
	bool is_there;
	bool is_named;
	struct ft_fault rec;
	unsigned long long read_ns;
	char file[256]; /* the end of the name of its mapping */
};

struct kind_totals {
	unsigned long long faults;
	unsigned long long major;
	unsigned long long timed; /* those of faults whose latency is known */
	unsigned long long sum_ns;
	unsigned long long buckets[TOTALS_BOUNDS + 1]; /* the last one: above all bounds */
	struct worst_fault worst;
};

struct totals {
	unsigned int weight;	    /* of each fault that was counted: --sample */
	unsigned long long read_ns; /* when rows are read: set by the caller */
	struct kind_totals kinds[FT_KIND_COUNT];
	unsigned long long cause_ns[FT_CAUSE_COUNT];
	struct ft_counters counters;
	bool knows_gup;
	unsigned long long unseen_gup;
	bool knows_bpf;
	unsigned long long bpf_run_ns;
	unsigned long long bpf_runs;
};

/* Adds a row whose key is a kind: a row_fn. ctx: struct totals. */
int totals__add_row(void *ctx, const struct ft_key *key, const struct ft_row *parts,
		    size_t nr_parts);
/* Takes numbers that are over the whole run. One that is below what it was before is not taken. */
void totals__update(struct totals *totals, const struct source_totals *now);
/* Names the mappings of the slowest faults that are new. */
void totals__name_worst(struct totals *totals, struct mapping_names *names);
/* The index of the bucket of a latency. */
size_t totals__bucket(unsigned long long latency_ns);

#endif /* SERVE_TOTALS_H */
