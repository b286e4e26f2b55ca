/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was mapped where and when: sequences of events that were made up, compared
 * with what a simple model says, and this process itself.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../src/host/clock.h"
#include "../../src/symbols/mapping_history.h"
#include "../../src/symbols/process_histories.h"
#include "test.h"

/* No process has such an id: /proc knows nothing of these. */
#define NOBODY	 1000000000
#define SECOND	 1000000000ULL
#define NO_LIMIT HISTORIES_MAX, HISTORIES_BYTES_MAX

static struct process_histories *histories;

static void begin(size_t max_processes, size_t max_bytes)
{
	CHECK(!process_histories__new(max_processes, max_bytes, &histories));
}

static void end(const char *name)
{
	process_histories__free(histories);
	test_done(name);
}

static struct mapping mapping_of(uint64_t start, uint64_t stop, const char *name)
{
	struct mapping mapping = {
		.vma = { .start = start, .end = stop, .facts = FT_VMA_READ | FT_VMA_EXEC }
	};

	snprintf(mapping.name, sizeof(mapping.name), "%s", name);
	if (*name == '/') {
		mapping.vma.inode = (unsigned char)name[1];
		mapping.vma.offset = 0x1000;
	}
	return mapping;
}

static void map(uint64_t time_ns, int pid, uint64_t start, uint64_t stop, const char *name)
{
	struct mapping mapping = mapping_of(start, stop, name);
	struct mmap_event event = {
		.type = MMAP_EVENT_MAPPED, .time_ns = time_ns, .pid = pid, .mapping = &mapping
	};

	process_histories__see(histories, &event);
}

static void happen(uint64_t time_ns, enum mmap_event_type type, int pid, int parent)
{
	struct mmap_event event = {
		.type = type, .time_ns = time_ns, .pid = pid, .parent = parent
	};

	process_histories__see(histories, &event);
}

static void lose(uint64_t since_ns, uint64_t until_ns)
{
	struct mmap_event event = { .type = MMAP_EVENT_LOST,
				    .time_ns = until_ns,
				    .lost_since_ns = since_ns };

	process_histories__see(histories, &event);
}

/* The name of what was there, "-" for nothing. */
static const char *at(uint64_t time_ns, int pid, uint64_t address)
{
	struct named_vma found;

	if (!process_histories__find(histories, pid, address, time_ns, &found))
		return "-";
	CHECK(found.vma.start <= address && address < found.vma.end);
	return found.name;
}

/* ---- One address space ----------------------------------------------------------------------- */

static void test_overlaps(void)
{
	begin(NO_LIMIT);
	map(10, NOBODY, 0x1000, 0x5000, "/a");
	map(20, NOBODY, 0x2000, 0x3000, "/b");
	CHECK_STR(at(9, NOBODY, 0x1000), "-");
	CHECK_STR(at(10, NOBODY, 0x1000), "/a");
	CHECK_STR(at(19, NOBODY, 0x2fff), "/a");
	CHECK_STR(at(20, NOBODY, 0x2fff), "/b");
	CHECK_STR(at(20, NOBODY, 0x3000), "/a");
	CHECK_STR(at(99, NOBODY, 0x1fff), "/a");
	CHECK_STR(at(99, NOBODY, 0x5000), "-");
	CHECK_STR(at(99, NOBODY, 0xfff), "-");
	end("mappings over others");
}

/* The name of the nearest code at or below it. */
static const char *below(uint64_t time_ns, uint64_t address)
{
	struct named_vma found;

	return process_histories__find_below(histories, NOBODY, address, time_ns, &found)
		       ? found.name
		       : "-";
}

static void test_below(void)
{
	begin(NO_LIMIT);
	map(10, NOBODY, 0x1000, 0x2000, "/a");
	map(10, NOBODY, 0x5000, 0x6000, "/b");
	map(20, NOBODY, 0x4000, 0x7000, "/c");
	CHECK_STR(below(9, 0x9000), "-");
	CHECK_STR(below(10, 0xfff), "-");
	CHECK_STR(below(10, 0x1000), "/a");
	CHECK_STR(below(10, 0x4fff), "/a");
	CHECK_STR(below(19, 0x9000), "/b");
	CHECK_STR(below(20, 0x9000), "/c");
	CHECK_STR(below(20, 0x5800), "/c");
	CHECK_STR(below(20, 0x3fff), "/a");
	happen(30, MMAP_EVENT_EXEC, NOBODY, 0);
	CHECK_STR(below(30, 0x9000), "-");
	end("the nearest code below");
}

static void test_facts(void)
{
	struct mapping mapping = {
		.vma = { .start = 0x7000,
			 .end = 0x9000,
			 .offset = 0x3000,
			 .inode = 77,
			 .dev = 0x800002,
			 .facts = FT_VMA_EXEC },
		.name = "/lib/x",
	};
	struct mmap_event event = {
		.type = MMAP_EVENT_MAPPED, .time_ns = 1, .pid = NOBODY, .mapping = &mapping
	};
	struct named_vma found;

	begin(NO_LIMIT);
	process_histories__see(histories, &event);
	mapping.vma.start = 0xa000;
	mapping.vma.end = 0xb000;
	mapping.vma.facts = 0;
	process_histories__see(histories, &event);
	CHECK(process_histories__find(histories, NOBODY, 0x8123, 5, &found));
	CHECK_EQ(found.vma.start, 0x7000);
	CHECK_EQ(found.vma.end, 0x9000);
	CHECK_EQ(found.vma.offset, 0x3000);
	CHECK_EQ(found.vma.inode, 77);
	CHECK_EQ(found.vma.dev, 0x800002);
	CHECK_STR(found.name, "/lib/x");
	CHECK_STR(at(5, NOBODY, 0xa000), "-");
	end("what is known of a mapping");
}

/* Code made at run time: protected to and fro, and replaced by other code. */
static void test_repeated(void)
{
	struct mapping whole = mapping_of(0x10000, 0x20000, ""),
		       part = mapping_of(0x14000, 0x15000, ""),
		       other = mapping_of(0x10000, 0x20000, "/x");
	size_t bytes = 0;
	struct mapping_history *regions = mapping_history__new(&bytes);

	for (uint64_t i = 0; i < 1000; i++) {
		CHECK(!mapping_history__add(&regions, &whole, 2 * i, 0));
		CHECK(!mapping_history__add(&regions, &part, 2 * i + 1, 0));
	}
	CHECK_EQ(regions->nr, 1);
	for (uint64_t i = 0; i < 100000; i++)
		CHECK(!mapping_history__add(&regions, i % 2 ? &whole : &other, 10000 + i,
					    10000 + i - 100));
	CHECK(regions->nr < 1000);
	CHECK_STR(mapping_history__find(regions, 0x11000, 109999)->file->name, "");
	CHECK_STR(mapping_history__find(regions, 0x11000, 109998)->file->name, "/x");
	CHECK_STR(mapping_history__find(regions, 0x11000, 109950)->file->name, "/x");
	mapping_history__free(regions);
	CHECK_EQ(bytes, 0);
	test_done("the same again and again");
}

/* More than are kept, and nobody to ask: not known any more, but not wrong. */
static void test_too_many(void)
{
	begin(NO_LIMIT);
	for (uint64_t i = 0; i < REGIONS_MAX + 10; i++)
		map(i + 1, NOBODY, i << 13, (i << 13) + 0x1000, "/a");
	CHECK_STR(at(REGIONS_MAX - 10, NOBODY, 0), "/a");
	CHECK_STR(at(REGIONS_MAX + 10, NOBODY, 0), "-");
	happen(REGIONS_MAX + 20, MMAP_EVENT_EXEC, NOBODY, 0);
	map(REGIONS_MAX + 21, NOBODY, 0, 0x1000, "/b");
	CHECK_STR(at(REGIONS_MAX + 22, NOBODY, 0), "/b");
	end("too many mappings");
}

/* ---- Processes ------------------------------------------------------------------------------- */

static void test_fork(void)
{
	const int a = NOBODY, b = NOBODY + 1, c = NOBODY + 2;

	begin(NO_LIMIT);
	map(10, a, 0x1000, 0x2000, "/a");
	happen(20, MMAP_EVENT_FORK, b, a);
	map(30, a, 0x1000, 0x2000, "/b");
	map(40, b, 0x5000, 0x6000, "/c");
	happen(50, MMAP_EVENT_FORK, c, b);
	map(60, b, 0x1000, 0x2000, "/d");
	happen(70, MMAP_EVENT_EXIT, a, 0);
	happen(71, MMAP_EVENT_EXIT, b, 0);
	CHECK_STR(at(19, b, 0x1000), "-");
	CHECK_STR(at(20, b, 0x1000), "/a");
	CHECK_STR(at(59, b, 0x1000), "/a");
	CHECK_STR(at(60, b, 0x1000), "/d");
	CHECK_STR(at(99, a, 0x1000), "/b");
	CHECK_STR(at(99, a, 0x5000), "-");
	CHECK_STR(at(99, c, 0x1000), "/a");
	CHECK_STR(at(99, c, 0x5000), "/c");
	/* The id again: another process. */
	happen(80, MMAP_EVENT_FORK, a, c);
	CHECK_STR(at(79, a, 0x1000), "/b");
	CHECK_STR(at(80, a, 0x1000), "/a");
	end("fork");
}

static void test_exec(void)
{
	const int a = NOBODY, b = NOBODY + 1;

	begin(NO_LIMIT);
	map(10, a, 0x1000, 0x2000, "/a");
	happen(20, MMAP_EVENT_EXEC, a, 0);
	map(30, a, 0x1000, 0x2000, "/b");
	happen(40, MMAP_EVENT_FORK, b, a);
	happen(50, MMAP_EVENT_EXEC, b, 0);
	map(51, b, 0x3000, 0x4000, "/c");
	CHECK_STR(at(19, a, 0x1000), "/a");
	CHECK_STR(at(20, a, 0x1000), "-");
	CHECK_STR(at(30, a, 0x1000), "/b");
	CHECK_STR(at(49, b, 0x1000), "/b");
	CHECK_STR(at(51, b, 0x1000), "-");
	CHECK_STR(at(51, b, 0x3000), "/c");
	/* Not known before. */
	happen(60, MMAP_EVENT_EXEC, NOBODY + 9, 0);
	map(61, NOBODY + 9, 0x1000, 0x2000, "/d");
	CHECK_STR(at(59, NOBODY + 9, 0x1000), "-");
	CHECK_STR(at(61, NOBODY + 9, 0x1000), "/d");
	end("exec");
}

static void test_exit(void)
{
	begin(NO_LIMIT);
	map(10, NOBODY, 0x1000, 0x2000, "/a");
	happen(20, MMAP_EVENT_FORK, NOBODY + 1, NOBODY);
	happen(30, MMAP_EVENT_EXIT, NOBODY, 0);
	happen(5 * SECOND, MMAP_EVENT_EXEC, NOBODY + 1, 0);
	CHECK_STR(at(29, NOBODY, 0x1000), "/a");
	CHECK_STR(at(5 * SECOND, NOBODY, 0x1000), "/a");
	/* Long after: it goes, what lives stays, and what it was before its exec goes. */
	map(20 * SECOND, NOBODY + 1, 0x3000, 0x4000, "/b");
	CHECK_STR(at(29, NOBODY, 0x1000), "-");
	CHECK_STR(at(25, NOBODY + 1, 0x1000), "-");
	map(90 * SECOND, NOBODY + 1, 0x5000, 0x6000, "/c");
	CHECK_STR(at(95 * SECOND, NOBODY + 1, 0x3000), "/b");
	end("exit");
}

#define NR_PIDS	 8
#define NR_PAGES 64
#define NR_TIMES 3000

/* Whatever happens, in its order: the same as a page table for each moment says. */
static void test_model(void)
{
	static char model[NR_TIMES][NR_PIDS][NR_PAGES];
	static char now[NR_PIDS][NR_PAGES];

	begin(NO_LIMIT);
	srand(2);
	for (int time = 1; time < NR_TIMES; time++) {
		int pid = rand() % NR_PIDS, other = rand() % NR_PIDS;
		size_t first = (size_t)rand() % NR_PAGES, nr = 1 + (size_t)rand() % 20;
		char name[] = { '/', (char)('a' + rand() % 6), '\0' };

		nr = first + nr > NR_PAGES ? NR_PAGES - first : nr;
		if (rand() % 16 == 0) {
			happen((uint64_t)time, MMAP_EVENT_EXEC, NOBODY + pid, 0);
			memset(now[pid], 0, NR_PAGES);
		} else if (rand() % 8 == 0 && pid != other) {
			happen((uint64_t)time, MMAP_EVENT_EXIT, NOBODY + pid, 0);
			happen((uint64_t)time, MMAP_EVENT_FORK, NOBODY + pid, NOBODY + other);
			memcpy(now[pid], now[other], NR_PAGES);
		} else {
			map((uint64_t)time, NOBODY + pid, first << 12, (first + nr) << 12, name);
			memset(&now[pid][first], name[1], nr);
		}
		memcpy(model[time], now, sizeof(now));
	}
	for (int i = 0; i < 300000; i++) {
		int time = 1 + rand() % (NR_TIMES - 1), pid = rand() % NR_PIDS;
		size_t page = (size_t)rand() % NR_PAGES;
		char want[] = { '/', model[time][pid][page], '\0' };

		if (!want[1])
			want[0] = '-';
		if (strcmp(at((uint64_t)time, NOBODY + pid, page << 12), want) != 0)
			CHECK_STR("another mapping", want);
	}
	end("as a model has it");
}

/* ---- Limits ---------------------------------------------------------------------------------- */

static void test_eviction(void)
{
	begin(3, HISTORIES_BYTES_MAX);
	for (int i = 0; i < 3; i++)
		map(10, NOBODY + i, 0x1000, 0x2000, "/a");
	CHECK_STR(at(11, NOBODY, 0x1000), "/a");
	map(20, NOBODY + 3, 0x1000, 0x2000, "/b");
	CHECK_STR(at(21, NOBODY, 0x1000), "/a");
	CHECK_STR(at(21, NOBODY + 3, 0x1000), "/b");
	CHECK_STR(at(21, NOBODY + 2, 0x1000), "/a");
	CHECK_STR(at(21, NOBODY + 1, 0x1000), "-");
	end("the least recently used goes first");
}

static void map_many(int pid, uint64_t nr)
{
	char name[32];

	for (uint64_t i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "/%c/library.so.%d", 'a' + (int)(i % 26), (int)i);
		map(10 + i, pid, i << 20, (i << 20) + 0x8000, name);
	}
}

static void test_many(void)
{
	int known = 0;

	begin(NO_LIMIT);
	map_many(NOBODY, 1000);
	for (int i = 1; i < 1000; i++) {
		happen(2000, MMAP_EVENT_FORK, NOBODY + i, NOBODY);
		map(3000, NOBODY + i, 0x100, 0x200, "/own");
	}
	for (int i = 0; i < 1000; i++)
		known += !strcmp(at(5000, NOBODY + i, 900 << 20), "/q/library.so.900") &&
			 !strcmp(at(5000, NOBODY + i, 0x100), i ? "/own" : "/a/library.so.0");
	CHECK_EQ(known, 1000);
	end("a thousand processes with a thousand mappings");

	begin(HISTORIES_MAX, 1 << 20);
	for (int i = 0; i < 200; i++)
		map_many(NOBODY + i, 100);
	known = 0;
	for (int i = 0; i < 200; i++)
		known += strcmp(at(5000, NOBODY + i, 0), "-") != 0;
	/* Each takes a hundred times a struct region and a name. */
	CHECK(known > 20 && known < 1 + (1 << 20) / (100 * (int)sizeof(struct region)));
	CHECK_STR(at(5000, NOBODY + 199, 99 << 20), "/v/library.so.99");
	end("bounded in memory");
}

/* ---- Losses ---------------------------------------------------------------------------------- */

static void test_lost(void)
{
	const int a = NOBODY, b = NOBODY + 1, c = NOBODY + 2, d = NOBODY + 3;

	begin(NO_LIMIT);
	map(10, a, 0x1000, 0x2000, "/a");
	happen(20, MMAP_EVENT_EXEC, d, 0);
	lose(15, 30);
	/* Late, from another CPU: it may not be all. */
	happen(29, MMAP_EVENT_EXEC, c, 0);
	map(29, c, 0x1000, 0x2000, "/c");
	map(40, a, 0x3000, 0x4000, "/b");
	map(40, d, 0x3000, 0x4000, "/d");
	happen(41, MMAP_EVENT_FORK, b, a);
	CHECK_STR(at(15, a, 0x1000), "/a");
	CHECK_STR(at(16, a, 0x1000), "-");
	CHECK_STR(at(50, a, 0x1000), "-");
	CHECK_STR(at(50, a, 0x3000), "/b");
	CHECK_STR(at(50, d, 0x3000), "/d");
	CHECK_STR(at(50, b, 0x1000), "-");
	CHECK_STR(at(50, b, 0x3000), "/b");
	CHECK_STR(at(50, c, 0x1000), "-");
	happen(60, MMAP_EVENT_EXEC, a, 0);
	map(61, a, 0x1000, 0x2000, "/e");
	CHECK_STR(at(62, a, 0x1000), "/e");
	CHECK_STR(at(50, a, 0x1000), "-");
	end("what was lost is not made up");
}

static uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static void *map_own(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Reading again is not done all the time: until it was done, or for long enough. */
static const char *at_last(uint64_t time_ns, uintptr_t address, const char *want)
{
	const char *name = "?";

	for (int i = 0; i < 100; i++) {
		name = at(time_ns, getpid(), address);
		if (!strcmp(name, want))
			break;
		usleep(50000);
	}
	return name;
}

static void test_ourselves(void)
{
	uintptr_t own = (uintptr_t)test_ourselves;
	struct named_vma found;
	struct mapping mapping;
	int pid = getpid();

	begin(NO_LIMIT);
	process_histories__read(histories, &pid, 1);
	CHECK(!maps__query(pid, own, &mapping));
	CHECK(process_histories__find(histories, pid, own, now_ns(), &found));
	CHECK_EQ(found.vma.start, mapping.vma.start);
	CHECK_EQ(found.vma.end, mapping.vma.end);
	CHECK_EQ(found.vma.offset, mapping.vma.offset);
	CHECK_EQ(found.vma.inode, mapping.vma.inode);
	CHECK_EQ(found.vma.dev, mapping.vma.dev);
	CHECK_STR(found.name, mapping.name);
	/* Also before it was read; but not before there was such a process. */
	CHECK(process_histories__find(histories, pid, own, now_ns() - 1000, &found));
	process_histories__free(histories);
	begin(NO_LIMIT);
	CHECK_STR(at(1, pid, own), "-");
	end("a process that was there before");
}

static void test_read_again(void)
{
	uintptr_t own = (uintptr_t)test_read_again, made;
	uint64_t lost_ns, asked_ns;
	const char *name;
	int pid = getpid();

	begin(NO_LIMIT);
	process_histories__read(histories, &pid, 1);
	name = strdup(at(now_ns(), pid, own));
	lost_ns = now_ns();
	/* No event tells of these: they are lost. */
	made = (uintptr_t)map_own(4096);
	asked_ns = now_ns();
	CHECK_STR(at(asked_ns, pid, made), "-");
	/* Claimed by an event before, which is wrong now. */
	map(lost_ns - 1, pid, made, made + 4096, "/gone");
	lose(lost_ns, asked_ns);
	CHECK_STR(at(lost_ns, pid, made), "/gone");
	CHECK_STR(at_last(asked_ns, own, name), name);
	/* In between it was this or that. */
	CHECK_STR(at(asked_ns, pid, made), "-");
	CHECK_STR(at(now_ns(), pid, made), "");
	munmap((void *)made, 4096);
	free((char *)name);
	end("read again after a loss");
}

/* A mapping that was moved: no event, but it is seen when it is asked for. */
static void test_moved(void)
{
	int pid = getpid();
	void *from, *to;
	void *reserved = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	begin(NO_LIMIT);
	process_histories__read(histories, &pid, 1);
	from = map_own(2 * 4096);
	to = mremap(from, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, reserved);
	CHECK(to != MAP_FAILED);
	CHECK_STR(at_last(now_ns(), (uintptr_t)to, ""), "");
	munmap(to, 4096);
	munmap((char *)from + 4096, 4096);
	end("a mapping that was moved");
}

int main(void)
{
	test_overlaps();
	test_below();
	test_facts();
	test_repeated();
	test_too_many();
	test_fork();
	test_exec();
	test_exit();
	test_model();
	test_eviction();
	test_many();
	test_lost();
	test_ourselves();
	test_read_again();
	test_moved();
	return test_status();
}
