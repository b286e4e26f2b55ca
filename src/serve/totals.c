/* SPDX-License-Identifier: GPL-2.0-only */
#include "totals.h"

#include <stdio.h>
#include <string.h>

size_t totals__bucket(unsigned long long latency_ns)
{
	size_t bucket = 0;

	while (bucket < TOTALS_BOUNDS && latency_ns >= TOTALS_BOUND(bucket))
		bucket++;
	return bucket;
}

/* The slowest fault that is too old gives way to any that is new. */
static void take_worst(struct kind_totals *kind, const struct ft_row *part, unsigned long long now)
{
	struct worst_fault *worst = &kind->worst;

	if (worst->is_there && worst->rec.latency_ns > part->max_ns &&
	    now - worst->read_ns < TOTALS_WORST_NS)
		return;
	*worst = (struct worst_fault) { .is_there = true, .rec = part->worst, .read_ns = now };
}

/* Adds what one CPU counted. */
static void add_part(struct totals *totals, struct kind_totals *kind, const struct ft_row *part)
{
	for (size_t slot = 0; slot < FT_HIST_SLOTS; slot++) {
		unsigned long long count = (unsigned long long)part->buckets[slot] * totals->weight;

		kind->faults += count;
		if (slot == FT_HIST_UNKNOWN || !count)
			continue;
		kind->timed += count;
		kind->buckets[totals__bucket(ft_hist_low((unsigned int)slot))] += count;
	}
	kind->major += part->major * totals->weight;
	kind->sum_ns += part->sum_ns * totals->weight;
	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++)
		totals->cause_ns[cause] += part->cause_ns[cause] * totals->weight;
	if (part->timed)
		take_worst(kind, part, totals->read_ns);
}

int totals__add_row(void *ctx, const struct ft_key *key, const struct ft_row *parts,
		    size_t nr_parts)
{
	struct totals *totals = ctx;
	unsigned long long kind = key ? key->part[0].word[0] : FT_KIND_OTHER;

	if (kind >= FT_KIND_COUNT)
		kind = FT_KIND_OTHER;
	for (size_t cpu = 0; cpu < nr_parts; cpu++)
		if (parts[cpu].used)
			add_part(totals, &totals->kinds[kind], &parts[cpu]);
	return 0;
}

static void raise_to(unsigned long long *total, unsigned long long now)
{
	if (now > *total)
		*total = now;
}

void totals__update(struct totals *totals, const struct source_totals *now)
{
	__u64 *to = (__u64 *)&totals->counters;
	const __u64 *from = (const __u64 *)&now->counters;

	for (size_t i = 0; i < sizeof(totals->counters) / sizeof(*to); i++)
		if (from[i] > to[i])
			to[i] = from[i];
	if (now->unseen_gup >= 0) {
		totals->knows_gup = true;
		raise_to(&totals->unseen_gup, (unsigned long long)now->unseen_gup);
	}
	/* Without statistics (kernel.bpf_stats_enabled, -v) the kernel says 0. */
	if (now->bpf_runs > 0) {
		totals->knows_bpf = true;
		raise_to(&totals->bpf_runs, (unsigned long long)now->bpf_runs);
		raise_to(&totals->bpf_run_ns, (unsigned long long)now->bpf_run_ns);
	}
}

void totals__name_worst(struct totals *totals, struct mapping_names *names)
{
	for (size_t i = 0; i < FT_KIND_COUNT; i++) {
		struct worst_fault *worst = &totals->kinds[i].worst;
		const char *name;
		size_t len;

		if (!worst->is_there || worst->is_named)
			continue;
		name = mapping_names__of(names, (int)worst->rec.pid, &worst->rec.vma);
		len = strlen(name);
		if (len >= sizeof(worst->file))
			name += len - (sizeof(worst->file) - 1);
		snprintf(worst->file, sizeof(worst->file), "%s", name);
		worst->is_named = true;
	}
}
