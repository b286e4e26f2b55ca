/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Eight threads at once, each writing to a part of its own of 101 to 137
 * fresh pages, a prime number each: 928 faults.
 */
#include <pthread.h>

#include "workload.h"

static const size_t parts[] = { 101, 103, 107, 109, 113, 127, 131, 137 };

#define THREADS (sizeof(parts) / sizeof(*parts))

static char *range;
static pthread_barrier_t ready;

/* The pages of the parts before this one. */
static size_t first_page(size_t part)
{
	size_t pages = 0;

	for (size_t i = 0; i < part; i++)
		pages += parts[i];
	return pages;
}

static void *toucher(void *number)
{
	size_t i = (size_t)number;

	pthread_barrier_wait(&ready);
	measured_write(range + first_page(i) * page_size, parts[i], page_size);
	return NULL;
}

int main(void)
{
	pthread_t ids[THREADS];

	workload_begin("threads");
	range = map_pages(first_page(THREADS));
	pthread_barrier_init(&ready, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		if (pthread_create(&ids[i], NULL, toucher, (void *)i))
			fail("cannot start a thread");
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(ids[i], NULL);
	expect((struct expectation) { .kind = "anon", .count = first_page(THREADS) });
	return report("eight threads write to fresh memory at once");
}
