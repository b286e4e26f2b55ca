/* SPDX-License-Identifier: GPL-2.0-only */
#include "process_histories.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/parse.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "mapping_history.h"

#define NEVER	 UINT64_MAX
#define NR_SLOTS 4096
/* Lookups come late, by a second or so; what has ended or was replaced is kept for longer. */
#define KEEP_NS	 10000000000ULL
#define SWEEP_NS 1000000000ULL
/* Lookups of addresses without a mapping must not make us read /proc all the time. */
#define AGAIN_NS 1000000000ULL
#define ONE_IN	 32
/*
 * Reading the mappings of a process is given up after READ_NS. What is not read of the others
 * after BEGIN_NS, when tracing begins, is read when it is asked for.
 */
#define READ_NS	 300000000ULL
#define BEGIN_NS 2000000000ULL

/* An address space of a process: from a fork, an exec or a reading of /proc on. */
struct space {
	struct space *older;
	uint64_t begin_ns;
	bool was_read; /* from /proc: its mappings may be older than begin_ns */
	/*
	 * Events between these are missing: what was mapped before the second may be gone after
	 * the first.
	 */
	uint64_t doubt_since_ns;
	uint64_t doubt_until_ns;
	struct mapping_history *regions;
};

/* All that is known of a process. */
struct history {
	int pid;
	struct space *newest;
	struct history *next_in_slot;
	struct history *prev, *next; /* list by last use */
	uint64_t used_ns;
	uint64_t ended_ns;
	uint64_t read_ns; /* when /proc was read; cost_ns: how long it took */
	uint64_t cost_ns;
};

struct process_histories {
	size_t max_processes;
	size_t max_bytes;
	size_t nr;
	size_t bytes;
	struct history by_use; /* head of the list: next was used last, prev is evicted first */
	struct history *slots[NR_SLOTS];
	uint64_t swept_ns;
	uint64_t lost_until_ns;
};

/* ---- Processes by id, and by use ------------------------------------------------------------ */

static struct history **slot_of(struct process_histories *histories, int pid)
{
	return &histories->slots[(unsigned int)pid % NR_SLOTS];
}

static void unlink_use(struct history *h)
{
	h->prev->next = h->next;
	h->next->prev = h->prev;
}

static void link_latest(struct process_histories *histories, struct history *h)
{
	h->prev = &histories->by_use;
	h->next = histories->by_use.next;
	h->prev->next = h;
	h->next->prev = h;
}

static struct history *find_history(struct process_histories *histories, int pid, uint64_t time_ns)
{
	struct history *h = *slot_of(histories, pid);

	while (h && h->pid != pid)
		h = h->next_in_slot;
	if (!h)
		return NULL;
	unlink_use(h);
	link_latest(histories, h);
	if (time_ns > h->used_ns)
		h->used_ns = time_ns;
	return h;
}

static struct history *get_history(struct process_histories *histories, int pid, uint64_t time_ns)
{
	struct history *h = find_history(histories, pid, time_ns);
	struct history **slot = slot_of(histories, pid);

	if (h)
		return h;
	h = malloc(sizeof(*h));
	if (!h)
		return NULL;
	*h = (struct history) {
		.pid = pid, .next_in_slot = *slot, .used_ns = time_ns, .ended_ns = NEVER
	};
	*slot = h;
	link_latest(histories, h);
	histories->nr++;
	histories->bytes += sizeof(*h);
	return h;
}

static void free_older(struct process_histories *histories, struct space **first)
{
	while (*first) {
		struct space *space = *first;

		*first = space->older;
		mapping_history__free(space->regions);
		free(space);
		histories->bytes -= sizeof(*space);
	}
}

static void forget(struct process_histories *histories, struct history *h)
{
	struct history **link = slot_of(histories, h->pid);

	while (*link != h)
		link = &(*link)->next_in_slot;
	*link = h->next_in_slot;
	unlink_use(h);
	free_older(histories, &h->newest);
	free(h);
	histories->nr--;
	histories->bytes -= sizeof(*h);
}

static void make_room(struct process_histories *histories)
{
	while (histories->nr > 1 && (histories->nr > histories->max_processes ||
				     histories->bytes > histories->max_bytes))
		forget(histories, histories->by_use.prev);
}

/* Evicts processes and address spaces that ended too long ago to be looked up. */
static void sweep(struct process_histories *histories, uint64_t now_ns)
{
	struct history *next;

	if (now_ns < histories->swept_ns + SWEEP_NS)
		return;
	histories->swept_ns = now_ns;
	for (struct history *h = histories->by_use.next; h != &histories->by_use; h = next) {
		next = h->next;
		/* A process may outlive its first thread: lookups then update used_ns. */
		if (h->ended_ns != NEVER && h->used_ns + KEEP_NS < now_ns) {
			forget(histories, h);
			continue;
		}
		for (struct space *s = h->newest; s; s = s->older)
			if (s->begin_ns + KEEP_NS < now_ns)
				free_older(histories, &s->older);
	}
}

int process_histories__new(size_t max_processes, size_t max_bytes, struct process_histories **ret)
{
	struct process_histories *histories = calloc(1, sizeof(*histories));

	*ret = histories;
	if (!histories)
		return -ENOMEM;
	histories->max_processes = max_processes;
	histories->max_bytes = max_bytes;
	histories->by_use.next = histories->by_use.prev = &histories->by_use;
	return 0;
}

void process_histories__free(struct process_histories *histories)
{
	if (!histories)
		return;
	while (histories->nr)
		forget(histories, histories->by_use.next);
	free(histories);
}

/* ---- Address spaces ------------------------------------------------------------------------- */

static void doubt(struct space *space, uint64_t since_ns, uint64_t until_ns)
{
	if (since_ns < space->doubt_since_ns)
		space->doubt_since_ns = since_ns;
	if (until_ns > space->doubt_until_ns)
		space->doubt_until_ns = until_ns;
}

/* The space at this time, and in *newer the next one or NULL. NULL: all known ones are newer. */
static struct space *space_at(const struct history *h, uint64_t time_ns, struct space **newer)
{
	struct space *space = h->newest;

	*newer = NULL;
	while (space && space->begin_ns > time_ns) {
		*newer = space;
		space = space->older;
	}
	return space;
}

/* Takes ownership of regions, also on failure. */
static struct space *add_space(struct process_histories *histories, struct history *h,
			       uint64_t begin_ns, struct mapping_history *regions)
{
	struct space *newer, *older = space_at(h, begin_ns, &newer);
	struct space *space = regions ? malloc(sizeof(*space)) : NULL;

	if (!space) {
		mapping_history__free(regions);
		return NULL;
	}
	*space = (struct space) {
		.older = older, .begin_ns = begin_ns, .doubt_since_ns = NEVER, .regions = regions
	};
	if (begin_ns < histories->lost_until_ns)
		doubt(space, begin_ns, histories->lost_until_ns);
	*(newer ? &newer->older : &h->newest) = space;
	histories->bytes += sizeof(*space);
	return space;
}

/* If the mapping cannot be stored, the space is in doubt from since_ns on, for good. */
static void add_mapping(struct space *space, const struct mapping *mapping, uint64_t since_ns)
{
	uint64_t forget_ns = since_ns > KEEP_NS ? since_ns - KEEP_NS : 0;

	if (mapping->vma.facts & FT_VMA_EXEC && space->doubt_until_ns != NEVER &&
	    mapping_history__add(&space->regions, mapping, since_ns, forget_ns))
		doubt(space, since_ns, NEVER);
}

/* ---- What /proc shows ----------------------------------------------------------------------- */

/* Dates mappings 0, as /proc does not say when they began. NULL: not all were read, or none. */
static struct mapping_history *read_all(struct maps_reader *maps, size_t *bytes)
{
	struct mapping_history *regions = mapping_history__new(bytes);
	struct mapping_usage usage;
	struct mapping mapping;
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	int err = regions ? 1 : -ENOMEM;

	while (err > 0) {
		err = maps__next(maps, &mapping, &usage);
		if (err > 0 && clock_ns(CLOCK_MONOTONIC) - start_ns > READ_NS)
			err = -ETIME;
		if (err > 0 && (mapping.vma.facts & FT_VMA_EXEC) &&
		    mapping_history__add(&regions, &mapping, 0, 0))
			err = -ENOMEM;
	}
	/* A process that is about to end has no mappings any more. */
	if (err || !regions->nr) {
		mapping_history__free(regions);
		return NULL;
	}
	return regions;
}

/* NULL also if another process got the pid after time_ns. */
static struct mapping_history *read_process(int pid, uint64_t time_ns, size_t *bytes)
{
	struct maps_reader *maps;
	struct mapping_history *regions;
	FILE *f = NULL;
	uint64_t start_ns;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	int dir __cleanup_close = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0 && !task_start_ns(dir, &start_ns) && start_ns <= time_ns)
		f = maps__open_file(dir);
	if (!f || maps__open_text(f, &maps))
		return NULL;
	regions = read_all(maps, bytes);
	maps__close(maps);
	return regions;
}

/*
 * Reads the mappings from /proc for a question about time_ns; the space that they make begins
 * when they were read. If they cannot be read, a process without a space gets an empty one, for
 * events to fill.
 */
static void read_now(struct process_histories *histories, struct history *h, uint64_t time_ns)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	struct mapping_history *regions = read_process(h->pid, time_ns, &histories->bytes);
	struct space *space;

	if (regions) {
		space = add_space(histories, h, start_ns, regions);
		if (space)
			space->was_read = true;
	} else if (!h->newest) {
		add_space(histories, h, 0, mapping_history__new(&histories->bytes));
		h->ended_ns = time_ns;
	}
	h->read_ns = clock_ns(CLOCK_MONOTONIC);
	h->cost_ns = h->read_ns - start_ns;
}

/* Once after events were lost; else reading takes at most 1/ONE_IN of the time. */
static bool is_worth_reading(const struct history *h)
{
	uint64_t age_ns = clock_ns(CLOCK_MONOTONIC) - h->read_ns;
	const struct space *now = h->newest;
	bool is_doubtful = now && now->doubt_since_ns != NEVER;

	if (is_doubtful && now->doubt_until_ns != NEVER && h->read_ns <= now->doubt_until_ns)
		return true;
	return age_ns > h->cost_ns * ONE_IN && (is_doubtful || age_ns > AGAIN_NS);
}

static struct history *get_or_read(struct process_histories *histories, int pid, uint64_t time_ns)
{
	struct history *h = get_history(histories, pid, time_ns);

	if (h && !h->newest)
		read_now(histories, h, time_ns);
	return h;
}

void process_histories__read(struct process_histories *histories, const int *ids, size_t nr_ids)
{
	DIR *dir __cleanup_closedir = ids ? NULL : opendir("/proc");
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	struct dirent *entry;
	uint64_t pid;

	for (size_t i = 0; ids && i < nr_ids; i++)
		get_or_read(histories, task_process(ids[i]), now_ns);
	while (dir && clock_ns(CLOCK_MONOTONIC) - now_ns < BEGIN_NS && (entry = readdir(dir)))
		if (!parse_u64(entry->d_name, &pid))
			get_or_read(histories, (int)pid, now_ns);
}

/* ---- Events --------------------------------------------------------------------------------- */

static void see_mapped(struct process_histories *histories, const struct mmap_event *event)
{
	struct history *h = get_or_read(histories, event->pid, event->time_ns);
	struct space *newer, *space = h ? space_at(h, event->time_ns, &newer) : NULL;

	/* No space: the event is older than the first reading of /proc, which shows what it did. */
	if (space)
		add_mapping(space, event->mapping, event->time_ns);
}

static void see_exec(struct process_histories *histories, const struct mmap_event *event)
{
	struct history *h = get_history(histories, event->pid, event->time_ns);

	if (!h)
		return;
	h->ended_ns = NEVER;
	add_space(histories, h, event->time_ns, mapping_history__new(&histories->bytes));
}

static void see_fork(struct process_histories *histories, const struct mmap_event *event)
{
	struct history *parent = get_or_read(histories, event->parent, event->time_ns);
	struct history *h = get_history(histories, event->pid, event->time_ns);
	struct space *newer, *from, *space;

	if (!h || !parent)
		return;
	h->ended_ns = NEVER;
	from = space_at(parent, event->time_ns, &newer);
	if (!from)
		from = newer;
	if (!from)
		return;
	space = add_space(histories, h, event->time_ns, mapping_history__share(from->regions));
	if (space && from->doubt_since_ns != NEVER)
		doubt(space, from->doubt_since_ns, from->doubt_until_ns);
}

static void see_exit(struct process_histories *histories, const struct mmap_event *event)
{
	struct history *h = find_history(histories, event->pid, event->time_ns);

	if (h)
		h->ended_ns = event->time_ns;
}

static void see_lost(struct process_histories *histories, const struct mmap_event *event)
{
	for (struct history *h = histories->by_use.next; h != &histories->by_use; h = h->next)
		for (struct space *s = h->newest; s; s = s->older) {
			if (s->begin_ns <= event->time_ns)
				doubt(s, event->lost_since_ns, event->time_ns);
			if (s->begin_ns <= event->lost_since_ns)
				break;
		}
	if (event->time_ns > histories->lost_until_ns)
		histories->lost_until_ns = event->time_ns;
}

static void (*const handlers[])(struct process_histories *histories,
				const struct mmap_event *event) = {
	[MMAP_EVENT_MAPPED] = see_mapped, [MMAP_EVENT_EXEC] = see_exec,
	[MMAP_EVENT_FORK] = see_fork,	  [MMAP_EVENT_EXIT] = see_exit,
	[MMAP_EVENT_LOST] = see_lost,
};

_Static_assert(sizeof(handlers) / sizeof(*handlers) == MMAP_EVENT_COUNT, "all of them");

void process_histories__see(struct process_histories *histories, const struct mmap_event *event)
{
	handlers[event->type](histories, event);
	sweep(histories, event->time_ns);
	make_room(histories);
}

/* ---- Lookups -------------------------------------------------------------------------------- */

/* mapping_history__find() or mapping_history__find_below() */
typedef const struct region *find_fn(const struct mapping_history *regions, uint64_t address,
				     uint64_t time_ns);

/*
 * If the space at this time has no region, the next one answers, if it was read from /proc; if
 * the region is in doubt, the next one must have the same.
 */
static const struct region *look_up(const struct history *h, uint64_t address, uint64_t time_ns,
				    find_fn *find)
{
	struct space *newer, *space = space_at(h, time_ns, &newer);
	const struct region *region, *later;

	region = space ? find(space->regions, address, time_ns) : NULL;
	if (region &&
	    (time_ns <= space->doubt_since_ns || region->since_ns >= space->doubt_until_ns))
		return region;
	later = newer && newer->was_read ? find(newer->regions, address, time_ns) : NULL;
	return !region || (later && region__same(region, later)) ? later : NULL;
}

static bool find_with(find_fn *find, struct process_histories *histories, int pid, uint64_t address,
		      uint64_t time_ns, struct named_vma *ret)
{
	const struct region *region = NULL;
	struct history *h;

	make_room(histories);
	h = get_or_read(histories, pid, time_ns);
	if (h)
		region = look_up(h, address, time_ns, find);
	if (h && !region && is_worth_reading(h)) {
		read_now(histories, h, time_ns);
		region = look_up(h, address, time_ns, find);
	}
	if (!region)
		return false;
	*ret = (struct named_vma) {
		.vma.start = region->start,
		.vma.end = region->end,
		.vma.offset = region->offset,
		.vma.inode = region->file->inode,
		.vma.dev = region->file->dev,
		.name = region->file->name,
	};
	return true;
}

bool process_histories__find(struct process_histories *histories, int pid, uint64_t address,
			     uint64_t time_ns, struct named_vma *ret)
{
	return find_with(mapping_history__find, histories, pid, address, time_ns, ret);
}

bool process_histories__find_below(struct process_histories *histories, int pid, uint64_t address,
				   uint64_t time_ns, struct named_vma *ret)
{
	return find_with(mapping_history__find_below, histories, pid, address, time_ns, ret);
}
