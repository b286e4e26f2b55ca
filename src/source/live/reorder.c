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
	window_fn record;
	void *ctx;
	size_t max;
	size_t nr;
	size_t size; /* of a fault's record, with all its parts: at most */
	bool sorted; /* the entries came in order, as those of a single CPU do */
	char *faults;
	char *spare; /* replaces faults in keep_from() */
	struct entry *entries;
};

int reorder__new(size_t max, size_t size, window_fn record, void *ctx, struct reorder **ret)
{
	struct reorder *window = calloc(1, sizeof(*window));

	*ret = window;
	if (!window)
		return -ENOMEM;
	*window = (struct reorder) {
		.record = record, .ctx = ctx, .max = max, .size = size, .sorted = true
	};
	/* malloc() and not calloc(): the kernel provides pages only for what is used. */
	window->faults = malloc(max * size);
	window->spare = malloc(max * size);
	window->entries = malloc(max * sizeof(*window->entries));
	if (window->faults && window->spare && window->entries)
		return 0;
	reorder__free(window);
	*ret = NULL;
	return -ENOMEM;
}

void reorder__free(struct reorder *window)
{
	if (!window)
		return;
	free(window->faults);
	free(window->spare);
	free(window->entries);
	free(window);
}

/* When the fault ended, or its throttling; if its end was not seen, when it began. */
static uint64_t end_of(const struct ft_fault *fault)
{
	struct fault_record record;

	if (record__decode_fault(&fault->h, &record) && record.throttled)
		return record.throttled->began_ns + record.throttled->ns;
	return fault->h.time_ns + (fault->latency_ns == FT_UNKNOWN64 ? 0 : fault->latency_ns);
}

void reorder__add(struct reorder *window, const struct ft_fault *fault)
{
	struct entry entry = { end_of(fault), (uint32_t)window->nr };

	if (window->nr == window->max) {
		reorder__hand_on(window, UINT64_MAX);
		entry.at = 0;
	}
	if (window->nr && entry.end_ns < window->entries[window->nr - 1].end_ns)
		window->sorted = false;
	memcpy(window->faults + window->nr * window->size, fault, fault->h.size);
	window->entries[window->nr++] = entry;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->end_ns != y->end_ns)
		return x->end_ns < y->end_ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static const struct ft_fault *fault_at(const struct reorder *window, const char *faults, size_t i)
{
	return (const struct ft_fault *)(faults + window->entries[i].at * window->size);
}

/* Keeps only the entries from first on: moves them to a new window. */
static void keep_from(struct reorder *window, size_t first)
{
	char *old = window->faults;
	size_t nr = window->nr;

	window->faults = window->spare;
	window->spare = old;
	window->nr = 0;
	window->sorted = true;
	for (size_t i = first; i < nr; i++)
		reorder__add(window, fault_at(window, old, i));
}

void reorder__hand_on(struct reorder *window, uint64_t until_ns)
{
	size_t i;

	if (!window->sorted)
		qsort(window->entries, window->nr, sizeof(*window->entries), compare);
	for (i = 0; i < window->nr && window->entries[i].end_ns <= until_ns; i++)
		window->record(window->ctx, &fault_at(window, window->faults, i)->h);
	keep_from(window, i);
}
