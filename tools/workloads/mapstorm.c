/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread maps, splits and unmaps at full speed while another writes to 2003
 * fresh pages: the faults meet a mapping tree and a lock that never rest.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES	    2003
#define STORM_PAGES 32
#define WARM_ROUNDS 100

static atomic_ulong rounds;
static atomic_bool stop;

static void storm_round(void)
{
	size_t len = STORM_PAGES * page_size;
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	mprotect(p + len / 4, len / 2, PROT_READ);
	munmap(p, len);
}

static void *storm(void *unused)
{
	while (!atomic_load(&stop)) {
		storm_round();
		atomic_fetch_add(&rounds, 1);
	}
	return unused;
}

int main(void)
{
	pthread_t id;
	char *p;

	workload_begin("mapstorm");
	p = map_pages(PAGES);
	if (pthread_create(&id, NULL, storm, NULL))
		fail("cannot start a thread");
	while (atomic_load(&rounds) < WARM_ROUNDS)
		sleep_ms(1);
	measured_write(p, PAGES, page_size);
	atomic_store(&stop, true);
	pthread_join(id, NULL);
	expect((struct expectation) { .kind = "anon", .count = PAGES });
	return report("first writes while another thread maps and unmaps");
}
