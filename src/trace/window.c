/* SPDX-License-Identifier: GPL-2.0-only */
#include "window.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t end_ns;
	uint32_t at;
};

struct window {
	record_fn record;
	void *ctx;
	size_t max;
	size_t nr;
	size_t size; /* of a fault, with what follows it: at most */
	bool sorted; /* they came in order, as those of a single CPU do */
	char *faults;
	char *spare;
	struct entry *entries;
};

int window__new(size_t max, size_t size, record_fn record, void *ctx, struct window **ret)
{
	struct window *window = calloc(1, sizeof(*window));

	*ret = window;
	if (!window)
		return -ENOMEM;
	*window = (struct window) {
		.record = record, .ctx = ctx, .max = max, .size = size, .sorted = true
	};
	/* Untouched until they are needed. */
	window->faults = malloc(max * size);
	window->spare = malloc(max * size);
	window->entries = malloc(max * sizeof(*window->entries));
	if (window->faults && window->spare && window->entries)
		return 0;
	window__free(window);
	*ret = NULL;
	return -ENOMEM;
}

void window__free(struct window *window)
{
	if (!window)
		return;
	free(window->faults);
	free(window->spare);
	free(window->entries);
	free(window);
}

/* Of a fault whose end was not seen the begin is all that is known. */
static uint64_t end_of(const struct ft_fault *fault)
{
	const struct ft_throttled *throttled;

	if (fault->h.type == FT_RECORD_THROTTLED) {
		throttled = (const void *)((const struct ft_causes *)(fault + 1) + 1);
		return throttled->began_ns + throttled->ns;
	}
	return fault->h.time_ns + (fault->latency_ns == FT_UNKNOWN64 ? 0 : fault->latency_ns);
}

void window__add(struct window *window, const struct ft_fault *fault)
{
	struct entry entry = { end_of(fault), (uint32_t)window->nr };

	if (window->nr == window->max) {
		window__hand_on(window, UINT64_MAX);
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

static const struct ft_fault *fault_at(const struct window *window, const char *faults, size_t i)
{
	return (const struct ft_fault *)(faults + window->entries[i].at * window->size);
}

/* What is left becomes a window of its own. */
static void keep_from(struct window *window, size_t first)
{
	char *old = window->faults;
	size_t nr = window->nr;

	window->faults = window->spare;
	window->spare = old;
	window->nr = 0;
	window->sorted = true;
	for (size_t i = first; i < nr; i++)
		window__add(window, fault_at(window, old, i));
}

void window__hand_on(struct window *window, uint64_t until_ns)
{
	size_t i;

	if (!window->sorted)
		qsort(window->entries, window->nr, sizeof(*window->entries), compare);
	for (i = 0; i < window->nr && window->entries[i].end_ns <= until_ns; i++)
		window->record(window->ctx, &fault_at(window, window->faults, i)->h);
	keep_from(window, i);
}
