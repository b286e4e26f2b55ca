/* SPDX-License-Identifier: GPL-2.0-only */
/* Fills a table from single faults. */
#include "../../bpf/contract/takes.h"
#include "aggregate_table.h"
#include "fault_key.h"

bool aggregate__counts(const struct aggregate *table, const struct fault *fault)
{
	return ft_is_in_table(fault->rec, fault->verdict.kind, table->opts.kinds);
}

/* The row that the kernel half would add the fault to. */
static struct counted *entry_of_fault(struct aggregate *table, const struct fault *fault)
{
	struct counted *entry;
	struct ft_key key;

	fault_key__make(&table->opts.rows, fault, &key);
	entry = aggregate__find(table, &key);
	if (!entry->id)
		aggregate__describe(table, entry, fault);
	return entry;
}

static void add_causes(struct counted *entry, const struct fault *fault)
{
	unsigned long long weight = fault->rec->weight;

	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++)
		if (fault->causes->ns[cause] != FT_UNKNOWN64)
			entry->cause_ns[cause] += fault->causes->ns[cause] * weight;
}

static void add_reads(struct counted *entry, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	if (rec->read_pages == FT_UNKNOWN32)
		entry->unknown_reads += rec->weight;
	else
		entry->read_pages += (unsigned long long)rec->read_pages * rec->weight;
	if (!fault->has_cached)
		return;
	entry->has_cached = true;
	entry->cached = fault->cached;
}

void aggregate__add_fault(struct aggregate *table, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;
	struct counted *entry = entry_of_fault(table, fault);
	unsigned long long weight = rec->weight;
	bool timed = rec->latency_ns != FT_UNKNOWN64;

	entry->buckets[ft_hist_slot(&table->opts.rows.scale, rec->latency_ns)] += weight;
	entry->count += weight;
	entry->sum_ns += timed ? rec->latency_ns * weight : 0;
	entry->major += (rec->major == 1) * weight;
	entry->bytes += ft_fault_bytes(rec, table->info.page_shift) * weight;
	add_reads(entry, fault);
	if (fault->causes && timed)
		add_causes(entry, fault);
	if (aggregate__add_extremes(entry, rec, timed, rec->latency_ns, rec->latency_ns))
		entry->worst_name = shared_texts__keep(&table->texts, fault->name);
}

void aggregate__add_throttled(struct aggregate *table, const struct fault *fault)
{
	struct counted *entry = entry_of_fault(table, fault);

	entry->throttled_ns += fault->throttled->ns * fault->rec->weight;
}
