/* SPDX-License-Identifier: GPL-2.0-only */
#include "code_history.h"

#include <errno.h>
#include <stdlib.h>

#include "../host/clock.h"
#include "../host/processes.h"

#define RING_BYTES (64U << 10) /* of each CPU */

struct code_history {
	struct process_histories *histories;
	struct mmap_events *events;
	uint64_t drained_ns;
	struct named_vma found;
};

static void see(void *ctx, const struct mmap_event *event)
{
	struct code_history *map = ctx;

	process_histories__see(map->histories, event);
}

/* The events are opened at most this often, as long as new processes are found. */
#define FAMILY_ROUNDS 4

static int find_family(const struct mmap_events_options *events, struct pids *family)
{
	int err = 0;

	for (size_t i = 0; i < events->nr_ids && err >= 0; i++)
		err = pids__add(family, events->ids[i]);
	if (err >= 0)
		err = processes_add_descendants(family);
	return err < 0 ? err : 0;
}

/*
 * Opens the mmap events of the processes and their living descendants. A process that was forked just
 * before its parent's events were opened would be missed: so descendants are searched again, and
 * if there are new ones, all events are reopened.
 */
static int open_family(struct code_history *map, struct mmap_events_options *events,
		       struct pids *family)
{
	size_t nr_watched = 0;
	int err = find_family(events, family);

	for (int round = 0; round < FAMILY_ROUNDS && !err && family->nr > nr_watched; round++) {
		mmap_events__free(map->events);
		map->events = NULL;
		events->ids = family->ids;
		events->nr_ids = nr_watched = family->nr;
		err = mmap_events__open(events, &map->events);
		if (!err)
			err = find_family(events, family);
	}
	events->ids = family->ids;
	events->nr_ids = family->nr;
	return err;
}

int code_history__new(const int *ids, size_t nr_ids, bool with_descendants,
		      struct code_history **ret)
{
	struct code_history *map = calloc(1, sizeof(*map));
	struct mmap_events_options events = {
		.ids = nr_ids ? ids : NULL,
		.nr_ids = nr_ids,
		.ring_bytes = RING_BYTES,
		.see = see,
		.ctx = map,
	};
	struct pids family = { 0 };
	int err = map ? process_histories__new(HISTORIES_MAX, HISTORIES_BYTES_MAX, &map->histories)
		      : -ENOMEM;

	if (!err)
		err = with_descendants ? open_family(map, &events, &family)
				       : mmap_events__open(&events, &map->events);
	if (err) {
		code_history__free(map);
		map = NULL;
	} else {
		/* Reads existing mappings, after the events are open, so that none is missed. */
		process_histories__read(map->histories, events.ids, events.nr_ids);
	}
	pids__free(&family);
	*ret = map;
	return err;
}

void code_history__free(struct code_history *map)
{
	if (!map)
		return;
	mmap_events__free(map->events);
	process_histories__free(map->histories);
	free(map);
}

void code_history__drain(struct code_history *map)
{
	map->drained_ns = clock_ns(CLOCK_MONOTONIC);
	mmap_events__drain(map->events);
}

static void drain_until(struct code_history *map, uint64_t time_ns)
{
	if (time_ns >= map->drained_ns)
		code_history__drain(map);
}

bool code_history__mapping(struct code_history *map, int pid, uint64_t address, uint64_t time_ns,
			   struct named_vma *ret)
{
	drain_until(map, time_ns);
	return process_histories__find(map->histories, pid, address, time_ns, ret);
}

void code_history__find(struct code_history *map, struct symbol_request *request, uint64_t time_ns)
{
	if (code_history__mapping(map, request->pid, request->address, time_ns, &map->found))
		request->mapping = map->found;
}

bool code_history__find_below(struct code_history *map, struct symbol_request *request,
			      uint64_t time_ns)
{
	drain_until(map, time_ns);
	if (!process_histories__find_below(map->histories, request->pid, request->memory, time_ns,
					   &map->found))
		return false;
	request->mapping = map->found;
	return true;
}
