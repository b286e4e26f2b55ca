/* SPDX-License-Identifier: GPL-2.0-only */
#include "code_map.h"

#include <errno.h>
#include <stdlib.h>

#include "../host/clock.h"
#include "targets.h"

#define RING_BYTES (64U << 10) /* of each CPU */

struct code_map {
	struct spaces *spaces;
	struct mmap_events *events;
	uint64_t drained_ns;
	struct process_mapping found;
};

static void see(void *ctx, const struct mmap_event *event)
{
	struct code_map *map = ctx;

	spaces__see(map->spaces, event);
}

/* How often the events are reopened because new processes were found. */
#define FAMILY_ROUNDS 4

/*
 * Opens the mmap events of the target and its living descendants. A process that was forked just
 * before its parent's events were opened would be missed: so descendants are searched again, and
 * if there are new ones, all events are reopened.
 */
static int open_family(struct code_map *map, const struct options *opts,
		       struct mmap_events_options *events, struct pids *family)
{
	size_t nr_watched = 0;
	int err = targets__family(opts, family);

	for (int round = 0; round < FAMILY_ROUNDS && !err && family->nr > nr_watched; round++) {
		mmap_events__free(map->events);
		map->events = NULL;
		events->ids = family->ids;
		events->nr_ids = nr_watched = family->nr;
		err = mmap_events__open(events, &map->events);
		if (!err)
			err = targets__family(opts, family);
	}
	events->ids = family->ids;
	events->nr_ids = family->nr;
	return err;
}

int code_map__new(const struct options *opts, int command_pid, struct code_map **ret)
{
	struct code_map *map = calloc(1, sizeof(*map));
	struct mmap_events_options events = {
		.ids = command_pid ? &command_pid : opts->ids,
		.nr_ids = command_pid ? 1 : opts->nr_ids,
		.ring_bytes = RING_BYTES,
		.see = see,
		.ctx = map,
	};
	struct pids family = { 0 };
	int err = map ? spaces__new(SPACES_PROCESSES, SPACES_BYTES, &map->spaces) : -ENOMEM;

	if (!events.nr_ids)
		events.ids = NULL;
	if (!err)
		err = targets__follow_living(opts) ? open_family(map, opts, &events, &family)
						   : mmap_events__open(&events, &map->events);
	if (err) {
		code_map__free(map);
		map = NULL;
	} else {
		/* When the events are open: what is there already. */
		spaces__read(map->spaces, events.ids, events.nr_ids);
	}
	pids__free(&family);
	*ret = map;
	return err;
}

void code_map__free(struct code_map *map)
{
	if (!map)
		return;
	mmap_events__free(map->events);
	spaces__free(map->spaces);
	free(map);
}

void code_map__drain(struct code_map *map)
{
	map->drained_ns = clock_ns(CLOCK_MONOTONIC);
	mmap_events__drain(map->events);
}

static void drain_until(struct code_map *map, uint64_t time_ns)
{
	if (time_ns >= map->drained_ns)
		code_map__drain(map);
}

bool code_map__mapping(struct code_map *map, int pid, uint64_t address, uint64_t time_ns,
		       struct process_mapping *ret)
{
	drain_until(map, time_ns);
	return spaces__find(map->spaces, pid, address, time_ns, ret);
}

static void complete(struct symbol_request *request, const struct process_mapping *found)
{
	request->start = found->start;
	request->end = found->end;
	request->offset = found->offset;
	request->inode = found->inode;
	request->dev = found->dev;
	request->mapping = found->name;
}

void code_map__find(struct code_map *map, struct symbol_request *request, uint64_t time_ns)
{
	if (code_map__mapping(map, request->pid, request->address, time_ns, &map->found))
		complete(request, &map->found);
}

bool code_map__find_below(struct code_map *map, struct symbol_request *request, uint64_t time_ns)
{
	drain_until(map, time_ns);
	if (!spaces__find_below(map->spaces, request->pid, request->memory, time_ns, &map->found))
		return false;
	complete(request, &map->found);
	return true;
}
