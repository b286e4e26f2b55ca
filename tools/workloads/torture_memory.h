/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of the torture in which the kernel takes pages away, moves or merges them. Where there
 * is nothing to swap on and no cgroup to be limited by, those that need it are skipped.
 */
#ifndef FT_WORKLOAD_TORTURE_MEMORY_H
#define FT_WORKLOAD_TORTURE_MEMORY_H

#include "torture_chaos.h"

#ifndef MADV_COLD
#define MADV_COLD 20
#endif

#define PAGEOUT_TRIES 5
#define MOVE_MF	      (1 << 1)

/* A file to write a pid to: cgroup.procs of a cgroup that has less memory than LIMITED_PAGES. */
static const char *limited_procs;

#define LIMITED_PAGES 3072

/* --- swap --- */

/* How many are swapped out by now: not all of them need be. */
static size_t page_out_some(char *p, size_t n)
{
	size_t swapped = 0;

	for (int i = 0; i < PAGEOUT_TRIES && swapped < n; i++) {
		if (madvise(p, n * page_size, MADV_PAGEOUT))
			return 0;
		swapped = swapped_pages(p, n);
	}
	return swapped;
}

static void swap_in(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX), swapped;
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	touch_write(p, n, page_size);
	swapped = page_out_some(p, n);
	touch_read(p, n, page_size);
	if (swapped)
		say_both(t, p, n * page_size, (struct account) { .kind = "anon", .count = n },
			 (struct account) { .kind = "swap", .count = swapped, .access = "read" });
	else
		say_skipped(t, "nothing is swapped out");
	munmap(p, n * page_size);
}

/* --- a cgroup's limits --- */

static bool join_limited(void)
{
	char pid[16];
	int fd = open(limited_procs, O_WRONLY | O_CLOEXEC), n = sprintf(pid, "%d", getpid());
	bool joined = fd >= 0 && write(fd, pid, n) == n;

	close(fd);
	return joined;
}

/* Of a file, since what is anonymous can only be taken away where there is swap. */
static void use_limited(struct torturer *t, char *p, size_t n)
{
	(void)t;
	if (!join_limited())
		_exit(EXIT_FAILURE);
	for (int round = 0; round < 2; round++) {
		touch_write(p, n, page_size);
		touch_read(p, n, page_size);
	}
}

static void exceed_limit(struct torturer *t)
{
	size_t len = LIMITED_PAGES * page_size;
	char *p;

	if (!limited_procs) {
		say_skipped(t, "no cgroup");
		return;
	}
	/* What an earlier step has left there would not be charged to the cgroup. */
	if (ftruncate(t->large_file, 0) || ftruncate(t->large_file, (off_t)len))
		fail("ftruncate: %s", strerror(errno));
	p = slot_map(t->slot, len, PROT_READ | PROT_WRITE, MAP_SHARED, t->large_file);
	wait_for(start_child(use_limited, t, p, LIMITED_PAGES));
	say_never(
		t, p, len,
		"\"anon\",\"cow\",\"zero\",\"swap\",\"numa\",\"uffd\",\"error\",\"hugetlb\",\"device\"");
	munmap(p, len);
}

/* --- pages that are cold, split, moved and merged, while they are written --- */

static void *cool(void *p)
{
	for (int i = 0; i < ROUNDS; i++) {
		madvise(p, HUGE_BYTES, MADV_COLD);
		madvise((char *)p + HUGE_BYTES / 2, HUGE_BYTES / 2, MADV_PAGEOUT);
	}
	return NULL;
}

static void cool_while_written(struct torturer *t)
{
	race(t, cool, write_often, draw(t, 2) == 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE,
	     NEVER_ANON ",\"zero\",\"cow:zero\"");
}

/* One page of its mapping is another mapping for a moment, which splits a huge page. */
static void *split(void *p)
{
	for (size_t i = 0; i < ROUNDS * 10; i++) {
		char *page = (char *)p + i * 7 % 512 * page_size;

		mprotect(page, page_size, PROT_READ | PROT_WRITE | PROT_EXEC);
		mprotect(page, page_size, PROT_READ | PROT_WRITE);
	}
	return NULL;
}

static void split_while_written(struct torturer *t)
{
	race(t, split, write_often, MADV_HUGEPAGE, NEVER_ANON ",\"swap\",\"zero\",\"cow:zero\"");
}

/* To a node, and to another one if there is one; else each page stays where it is. */
static void *move_pages_about(void *p)
{
	void *pages[PAGES_MAX];
	int nodes[PAGES_MAX], status[PAGES_MAX];

	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < PAGES_MAX; i++) {
			pages[i] = (char *)p + i * page_size;
			nodes[i] = round % 2;
		}
		syscall(SYS_move_pages, 0, PAGES_MAX, pages, nodes, status, MOVE_MF);
	}
	return NULL;
}

static void move_while_written(struct torturer *t)
{
	race(t, move_pages_about, write_often, MADV_NOHUGEPAGE,
	     NEVER_ANON ",\"swap\",\"zero\",\"cow:zero\"");
}

/* Each page is made read-only to see if it is written. */
static void *clear_soft_dirty(void *p)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	(void)p;
	for (int i = 0; fd >= 0 && i < ROUNDS; i++) {
		if (write(fd, "4", 1) != 1)
			break;
	}
	close(fd);
	return NULL;
}

static void race_for_soft_dirty(struct torturer *t, char *p, size_t n)
{
	(void)t;
	touch_write(p, n, page_size);
	with_thread(clear_soft_dirty, p, write_often);
}

/* In a process of its own: it disturbs all accounts. */
static void soft_dirty_while_written(struct torturer *t)
{
	char *p = slot_pages(t, HUGE_BYTES / page_size, PROT_READ | PROT_WRITE);

	wait_for(start_child(race_for_soft_dirty, t, p, HUGE_BYTES / page_size));
	say_never(t, p, HUGE_BYTES, NEVER_ANON ",\"swap\",\"zero\",\"cow:zero\"");
	munmap(p, HUGE_BYTES);
}

static void merge_pages(struct torturer *t)
{
	char *p = slot_pages(t, PAGES_MAX, PROT_READ | PROT_WRITE);

	if (knob_number("/sys/kernel/mm/ksm/run") != 1 ||
	    madvise(p, PAGES_MAX * page_size, MADV_MERGEABLE)) {
		say_skipped(t, "KSM does not run");
		return;
	}
	for (size_t i = 0; i < ROUNDS; i++) {
		memset(p, 'k', PAGES_MAX * page_size);
		sleep_ms(2);
	}
	say_never(
		t, p, PAGES_MAX * page_size,
		"\"file\",\"shmem\",\"mkwrite\",\"device\",\"hugetlb\",\"uffd\",\"swap\",\"cow:file\"");
	munmap(p, PAGES_MAX * page_size);
}

#endif /* FT_WORKLOAD_TORTURE_MEMORY_H */
