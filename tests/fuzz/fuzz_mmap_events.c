/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any events of a perf ring, well-formed as the kernel's are, with any contents; what they say
 * goes into a history of mappings, which is asked.
 */
#include "../../src/host/mmap_events.c"
#include "../../src/symbols/process_histories.h"

#include "fuzz.h"

#define RING_BYTES  (16u << 10)
#define PIDS	    5
/* No process has these: what is not known from events is not found in /proc. */
#define FIRST_PID   0x7ffffff0
#define STARTS	    8
#define RECORDS_MAX 200

struct watch {
	struct process_histories *histories;
	uint64_t last_ns;
	size_t nr_seen;
};

static int some_pid(struct input *input)
{
	return FIRST_PID + input__u8(input) % PIDS;
}

static uint64_t some_address(struct input *input)
{
	return 0x10000u + (uint64_t)(input__u8(input) % STARTS) * 0x4000u;
}

static void see(void *ctx, const struct mmap_event *event)
{
	struct watch *watch = ctx;

	EXPECT(event->type < MMAP_EVENT_COUNT);
	if (event->type != MMAP_EVENT_LOST) {
		EXPECT(event->pid > 0 && event->time_ns >= watch->last_ns);
		watch->last_ns = event->time_ns;
		watch->nr_seen++;
	}
	if (event->type == MMAP_EVENT_MAPPED)
		EXPECT(memchr(event->mapping->name, '\0', sizeof(event->mapping->name)));
	process_histories__see(watch->histories, event);
}

/* Writes into the ring as the kernel does: a record may wrap around its end. */
static void put(struct ring *ring, const void *bytes, size_t size)
{
	char *data = (char *)ring->page + page_bytes();

	for (size_t i = 0; i < size; i++)
		data[(ring->page->data_head + i) % RING_BYTES] = ((const char *)bytes)[i];
	ring->page->data_head += size;
}

/* Fills in what is behind the header, without the time; returns its size. */
static size_t fill(struct input *input, uint32_t type, void *record)
{
	struct mmap2_record *mapped = record;
	struct comm_record *comm = record;
	struct task_record *task = record;

	if (type == PERF_RECORD_MMAP2) {
		mapped->pid = (uint32_t)some_pid(input);
		mapped->start = some_address(input);
		mapped->len = input__number(input);
		mapped->offset = input__number(input);
		mapped->inode = input__u8(input) & 3;
		mapped->prot = input__u8(input) & 7;
		input__text(input, mapped->name, 200);
		return sizeof(*mapped) + (strlen(mapped->name) + 8) / 8 * 8;
	}
	if (type == PERF_RECORD_COMM) {
		comm->pid = (uint32_t)some_pid(input);
		input__text(input, comm->comm, 16);
		return sizeof(*comm) + 16;
	}
	if (type == PERF_RECORD_FORK || type == PERF_RECORD_EXIT) {
		task->pid = (uint32_t)some_pid(input);
		task->parent = (uint32_t)some_pid(input);
		task->tid = input__u8(input) & 1 ? task->pid : 1;
		return sizeof(*task);
	}
	return sizeof(struct lost_record);
}

static bool put_record(struct ring *ring, struct input *input, uint64_t *time_ns)
{
	static const uint8_t types[] = { PERF_RECORD_MMAP2, PERF_RECORD_COMM, PERF_RECORD_FORK,
					 PERF_RECORD_EXIT,  PERF_RECORD_LOST, 30 };
	uint64_t words[64] = { 0 };
	struct perf_event_header *header = (void *)words;
	uint8_t first = input__u8(input);
	size_t size;

	header->type = types[first % NR(types)];
	header->misc = first & 64 ? PERF_RECORD_MISC_COMM_EXEC : 0;
	size = fill(input, header->type, words);
	*time_ns += input__u8(input);
	memcpy((char *)words + size, time_ns, sizeof(*time_ns));
	header->size = (uint16_t)(size + sizeof(*time_ns));
	if (ring->page->data_head - ring->tail + header->size > RING_BYTES)
		return false;
	put(ring, words, header->size);
	return true;
}

static void ask(struct watch *watch, struct input *input)
{
	int pid = some_pid(input);
	uint64_t address = some_address(input) + input__u8(input), time_ns = input__u8(input) * 8u;
	struct named_vma found;

	if (process_histories__find(watch->histories, pid, address, time_ns, &found))
		EXPECT(found.vma.start <= address && address < found.vma.end && found.name);
	if (process_histories__find_below(watch->histories, pid, address, time_ns, &found))
		EXPECT(found.vma.start <= address && found.name);
}

/* Half of what is read before, and half after the records begin again at the ring's begin. */
static void run(struct mmap_events *events, struct watch *watch, struct input *input)
{
	struct ring *ring = &events->rings[input__u8(input) % events->nr_cpus];
	uint64_t time_ns = 1;

	for (int i = 0; i < RECORDS_MAX && input__left(input); i++) {
		if (!put_record(ring, input, &time_ns) || input__u8(input) % 8 == 0)
			mmap_events__drain(events);
	}
	mmap_events__drain(events);
	for (int cpu = 0; cpu < events->nr_cpus; cpu++)
		EXPECT(events->rings[cpu].tail == events->rings[cpu].head);
	for (int i = 0; i < 8; i++)
		ask(watch, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ring rings[2];
	struct input input = { data, data + size };
	struct watch watch = { 0 };
	struct mmap_events events = {
		.opts = { .ring_bytes = RING_BYTES, .see = see, .ctx = &watch },
		.rings = rings,
		.nr_cpus = NR(rings),
	};

	EXPECT(!process_histories__new(64, 1 << 20, &watch.histories));
	for (size_t i = 0; i < NR(rings); i++) {
		rings[i] = (struct ring) { .page = aligned_alloc(8, page_bytes() + RING_BYTES) };
		EXPECT(rings[i].page);
		memset(rings[i].page, 0, sizeof(*rings[i].page));
	}
	run(&events, &watch, &input);
	for (size_t i = 0; i < NR(rings); i++)
		free(rings[i].page);
	process_histories__free(watch.histories);
	return 0;
}
