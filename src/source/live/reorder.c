/* SPDX-License-Identifier: GPL-2.0-only */
#include "reorder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../records/record.h"

struct entry {
	uint64_t end_ns;
	uint32_t at; /* index in faults */
};

struct reorder {
	reorder_fn record;
	void *ctx;
	size_t max;
	size_t nr;
	size_t size; /* of a fault's record, with all its parts: at most */
	bool sorted; /* the entries came in order, as those of a single CPU do */
	char *faults;
	char *spare; /* replaces faults in keep_from() */
	struct entry *entries;
};

int reorder__new(size_t max, size_t size, reorder_fn record, void *ctx, struct reorder **ret)
{
	struct reorder *reorder = calloc(1, sizeof(*reorder));

	*ret = reorder;
	if (!reorder)
		return -ENOMEM;
	*reorder = (struct reorder) {
		.record = record, .ctx = ctx, .max = max, .size = size, .sorted = true
	};
	/* malloc() and not calloc(): the kernel provides pages only for what is used. */
	reorder->faults = malloc(max * size);
	reorder->spare = malloc(max * size);
	reorder->entries = malloc(max * sizeof(*reorder->entries));
	if (reorder->faults && reorder->spare && reorder->entries)
		return 0;
	reorder__free(reorder);
	*ret = NULL;
	return -ENOMEM;
}

void reorder__free(struct reorder *reorder)
{
	if (!reorder)
		return;
	free(reorder->faults);
	free(reorder->spare);
	free(reorder->entries);
	free(reorder);
}

/* When the fault ended, or its throttling; if its end was not seen, when it began. */
static uint64_t end_of(const struct ft_fault *fault)
{
	struct fault_record record;

	if (record__decode_fault(&fault->h, &record) && record.throttled)
		return record.throttled->began_ns + record.throttled->ns;
	return fault->h.time_ns + (fault->latency_ns == FT_UNKNOWN64 ? 0 : fault->latency_ns);
}

void reorder__add(struct reorder *reorder, const struct ft_fault *fault)
{
	struct entry entry = { end_of(fault), (uint32_t)reorder->nr };

	if (reorder->nr == reorder->max) {
		reorder__hand_on(reorder, UINT64_MAX);
		entry.at = 0;
	}
	if (reorder->nr && entry.end_ns < reorder->entries[reorder->nr - 1].end_ns)
		reorder->sorted = false;
	memcpy(reorder->faults + reorder->nr * reorder->size, fault, fault->h.size);
	reorder->entries[reorder->nr++] = entry;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->end_ns != y->end_ns)
		return x->end_ns < y->end_ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static const struct ft_fault *fault_at(const struct reorder *reorder, const char *faults, size_t i)
{
	return (const struct ft_fault *)(faults + reorder->entries[i].at * reorder->size);
}

/* Keeps only the entries from first on: moves them to the spare buffer. */
static void keep_from(struct reorder *reorder, size_t first)
{
	char *old = reorder->faults;
	size_t nr = reorder->nr;

	reorder->faults = reorder->spare;
	reorder->spare = old;
	reorder->nr = 0;
	reorder->sorted = true;
	for (size_t i = first; i < nr; i++)
		reorder__add(reorder, fault_at(reorder, old, i));
}

void reorder__hand_on(struct reorder *reorder, uint64_t until_ns)
{
	size_t i;

	if (!reorder->sorted)
		qsort(reorder->entries, reorder->nr, sizeof(*reorder->entries), compare);
	for (i = 0; i < reorder->nr && reorder->entries[i].end_ns <= until_ns; i++)
		reorder->record(reorder->ctx, &fault_at(reorder, reorder->faults, i)->h);
	keep_from(reorder, i);
}
