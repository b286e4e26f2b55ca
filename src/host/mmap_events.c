/* SPDX-License-Identifier: GPL-2.0-only */
#include "mmap_events.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../base/buf.h"
#include "clock.h"
#include "perf_event.h"
#include "task.h"

/* Each thread needs one on each CPU; more than this cost more than to watch the whole system. */
#define EVENTS_MAX 4096

/* The longest record: a mapping with its path. */
#define RECORD_MAX (256 + PATH_MAX)

struct ring {
	struct perf_event_mmap_page *page; /* NULL: none on this CPU */
	int fd;				   /* the event that it belongs to */
	uint64_t head;
	uint64_t tail;
	uint64_t last_ns; /* of the last record that was read */
};

struct mmap_events {
	struct mmap_events_options opts;
	struct buf fds; /* int; those of the rings, too */
	struct ring *rings;
	int nr_cpus;
	bool is_of_all;
	uint64_t nr_lost;
	struct mapping mapping;	  /* of the event that is handed on */
	uint64_t record[1 << 13]; /* copy of a record that wraps around the end of its ring */
};

/* ---- Opening -------------------------------------------------------------------------------- */

static int open_event(int tid, int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.inherit = tid >= 0,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		.exclude_kernel = 1,
		/* Nobody waits for these events: never wake up anyone. */
		.watermark = 1,
		.wakeup_watermark = UINT32_MAX,
	};

	return perf_event__open(&attr, tid, cpu);
}

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int map_ring(struct mmap_events *events, struct ring *ring, int fd)
{
	void *page = mmap(NULL, page_bytes() + events->opts.ring_bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return -errno;
	ring->page = page;
	ring->fd = fd;
	return 0;
}

/* All events on a CPU write to the first event's ring. */
static int open_on_cpu(struct mmap_events *events, int tid, int cpu)
{
	struct ring *ring = &events->rings[cpu];
	int fd = open_event(tid, cpu);

	if (fd < 0)
		return fd == -ENODEV || fd == -ENXIO ? 0 : fd; /* offline */
	buf__add(&events->fds, (const char *)&fd, sizeof(fd));
	if (!ring->page)
		return map_ring(events, ring, fd);
	return ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring->fd) ? -errno : 0;
}

static int open_on_all_cpus(void *ctx, int tid)
{
	struct mmap_events *events = ctx;
	int err = 0;

	if (tid >= 0 && events->fds.len / sizeof(int) + (size_t)events->nr_cpus > EVENTS_MAX)
		return -E2BIG;
	for (int cpu = 0; !err && cpu < events->nr_cpus; cpu++)
		err = open_on_cpu(events, tid, cpu);
	/* A thread that is gone is no failure. */
	return tid >= 0 && err == -ESRCH ? 0 : err;
}

static int open_processes(struct mmap_events *events)
{
	int err = 0;

	for (size_t i = 0; !err && i < events->opts.nr_ids; i++) {
		err = task_each_thread(task_process(events->opts.ids[i]), open_on_all_cpus, events);
		if (err == -ESRCH)
			err = 0;
	}
	return err ? err : events->fds.len ? 0 : -ESRCH;
}

static int open_system(struct mmap_events *events)
{
	events->is_of_all = true;
	return open_on_all_cpus(events, -1);
}

static void close_all(struct mmap_events *events)
{
	const int *fds = (const void *)events->fds.data;

	for (int cpu = 0; cpu < events->nr_cpus; cpu++)
		if (events->rings[cpu].page)
			munmap(events->rings[cpu].page, page_bytes() + events->opts.ring_bytes);
	memset(events->rings, 0, (size_t)events->nr_cpus * sizeof(*events->rings));
	for (size_t i = 0; i < events->fds.len / sizeof(*fds); i++)
		close(fds[i]);
	events->fds.len = 0;
}

void mmap_events__free(struct mmap_events *events)
{
	if (!events)
		return;
	close_all(events);
	buf__free(&events->fds);
	free(events->rings);
	free(events);
}

int mmap_events__open(const struct mmap_events_options *opts, struct mmap_events **ret)
{
	struct mmap_events *events = calloc(1, sizeof(*events));
	int err = 0;

	if (!events)
		return -ENOMEM;
	events->opts = *opts;
	events->nr_cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	events->rings = calloc((size_t)events->nr_cpus, sizeof(*events->rings));
	if (!events->rings)
		err = -ENOMEM;
	else
		err = opts->ids ? open_processes(events) : open_system(events);
	if (opts->ids && (err == -E2BIG || err == -EMFILE)) {
		close_all(events);
		err = open_system(events);
	}
	events->opts.ids = NULL;
	if (err) {
		mmap_events__free(events);
		events = NULL;
	}
	*ret = events;
	return err;
}

/* ---- Records -------------------------------------------------------------------------------- */

struct mmap2_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t start, len, offset;
	uint32_t major, minor;
	uint64_t inode, inode_generation;
	uint32_t prot, flags;
	char name[];
};

struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	char comm[];
};

struct task_record {
	struct perf_event_header header;
	uint32_t pid, parent;
	uint32_t tid, parent_tid;
	uint64_t time;
};

struct lost_record {
	struct perf_event_header header;
	uint64_t id, nr;
};

/* Fills in the mapping as /proc/PID/maps shows it. */
static bool read_mapped(struct mmap_events *events, const void *record, struct mmap_event *ret)
{
	const struct mmap2_record *r = record;
	struct mapping *m = &events->mapping;
	bool is_file = r->major || r->minor || r->inode;

	m->vma.start = r->start;
	m->vma.end = r->start + r->len;
	m->vma.offset = is_file ? r->offset : 0;
	m->vma.inode = r->inode;
	m->vma.dev = mapping_dev(r->major, r->minor);
	m->vma.facts = mapping_facts(r->prot & PROT_READ, r->prot & PROT_WRITE, r->prot & PROT_EXEC,
				     r->flags & MAP_SHARED);
	snprintf(m->name, sizeof(m->name), "%s", strcmp(r->name, "//anon") ? r->name : "");
	ret->type = MMAP_EVENT_MAPPED;
	ret->pid = (int)r->pid;
	ret->mapping = m;
	return true;
}

static bool read_comm(struct mmap_events *events, const void *record, struct mmap_event *ret)
{
	const struct comm_record *r = record;

	(void)events;
	ret->type = MMAP_EVENT_EXEC;
	ret->pid = (int)r->pid;
	return r->header.misc & PERF_RECORD_MISC_COMM_EXEC;
}

static bool read_fork(struct mmap_events *events, const void *record, struct mmap_event *ret)
{
	const struct task_record *r = record;

	(void)events;
	ret->type = MMAP_EVENT_FORK;
	ret->pid = (int)r->pid;
	ret->parent = (int)r->parent;
	return r->pid != r->parent; /* not a thread */
}

static bool read_exit(struct mmap_events *events, const void *record, struct mmap_event *ret)
{
	const struct task_record *r = record;

	(void)events;
	ret->type = MMAP_EVENT_EXIT;
	ret->pid = (int)r->pid;
	return r->pid == r->tid;
}

/* Only counts: give_back() has already handed on MMAP_EVENT_LOST when the ring was full. */
static bool read_lost(struct mmap_events *events, const void *record, struct mmap_event *ret)
{
	const struct lost_record *r = record;

	(void)ret;
	events->nr_lost += r->nr;
	return false;
}

/* They return false if there is nothing to hand on. */
static bool (*const readers[])(struct mmap_events *events, const void *record,
			       struct mmap_event *ret) = {
	[PERF_RECORD_MMAP2] = read_mapped, [PERF_RECORD_COMM] = read_comm,
	[PERF_RECORD_FORK] = read_fork,	   [PERF_RECORD_EXIT] = read_exit,
	[PERF_RECORD_LOST] = read_lost,
};

#define NR_READERS (sizeof(readers) / sizeof(*readers))

/* ---- Rings ---------------------------------------------------------------------------------- */

/* Records are multiples of 8 bytes: no 8-byte word wraps around the end. */
static const void *word_at(const struct mmap_events *events, const struct ring *ring, uint64_t at)
{
	return (const char *)ring->page + page_bytes() + (at & (events->opts.ring_bytes - 1));
}

static const struct perf_event_header *next_header(const struct mmap_events *events,
						   const struct ring *ring)
{
	return word_at(events, ring, ring->tail);
}

/* Each record ends with the time at which it was written. */
static uint64_t next_time(const struct mmap_events *events, const struct ring *ring)
{
	uint64_t size = next_header(events, ring)->size;

	return *(const uint64_t *)word_at(events, ring, ring->tail + size - sizeof(uint64_t));
}

static const void *next_record(struct mmap_events *events, const struct ring *ring)
{
	size_t size = next_header(events, ring)->size;
	const char *record = word_at(events, ring, ring->tail);
	size_t until_end = events->opts.ring_bytes - (ring->tail & (events->opts.ring_bytes - 1));

	if (size <= until_end)
		return record;
	memcpy(events->record, record, until_end);
	memcpy((char *)events->record + until_end, word_at(events, ring, 0), size - until_end);
	return events->record;
}

/* The ring whose next record is the oldest; NULL: all records are newer than until_ns. */
static struct ring *oldest_ring(struct mmap_events *events, uint64_t until_ns)
{
	struct ring *oldest = NULL;

	for (int cpu = 0; cpu < events->nr_cpus; cpu++) {
		struct ring *ring = &events->rings[cpu];
		uint64_t time_ns;

		if (ring->tail == ring->head)
			continue;
		time_ns = next_time(events, ring);
		if (time_ns <= until_ns) {
			oldest = ring;
			until_ns = time_ns;
		}
	}
	return oldest;
}

static void hand_on_next(struct mmap_events *events, struct ring *ring)
{
	const struct perf_event_header *record = next_record(events, ring);
	struct mmap_event event = { .time_ns = next_time(events, ring) };
	uint32_t type = record->type;

	/* Without a pid: the process is of another pid namespace, or gone. */
	if (type < NR_READERS && readers[type] && readers[type](events, record, &event) &&
	    event.pid > 0)
		events->opts.see(events->opts.ctx, &event);
	ring->last_ns = event.time_ns;
	ring->tail += record->size;
}

/*
 * Frees the records that were read. If the ring had no room for the longest record, the kernel
 * may have lost one after the last that was read; as it reports that only with its next record,
 * MMAP_EVENT_LOST is handed on now.
 */
static void give_back(struct mmap_events *events, struct ring *ring)
{
	struct mmap_event lost = { .type = MMAP_EVENT_LOST, .lost_since_ns = ring->last_ns };
	uint64_t tail = ring->page->data_tail, head;

	__atomic_store_n(&ring->page->data_tail, ring->tail, __ATOMIC_SEQ_CST);
	head = __atomic_load_n(&ring->page->data_head, __ATOMIC_SEQ_CST);
	if (head - tail + RECORD_MAX <= events->opts.ring_bytes)
		return;
	lost.time_ns = clock_ns(CLOCK_MONOTONIC);
	events->opts.see(events->opts.ctx, &lost);
}

void mmap_events__drain(struct mmap_events *events)
{
	/*
	 * The time is taken before the heads are read: a record that was written because of
	 * another one, on another CPU, is never handed on without that one.
	 */
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	struct ring *ring;

	for (int cpu = 0; cpu < events->nr_cpus; cpu++) {
		ring = &events->rings[cpu];
		if (ring->page)
			ring->head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
	}
	while ((ring = oldest_ring(events, now_ns)))
		hand_on_next(events, ring);
	for (int cpu = 0; cpu < events->nr_cpus; cpu++)
		if (events->rings[cpu].page)
			give_back(events, &events->rings[cpu]);
}

uint64_t mmap_events__lost(const struct mmap_events *events)
{
	return events->nr_lost;
}

bool mmap_events__are_of_all(const struct mmap_events *events)
{
	return events->is_of_all;
}
