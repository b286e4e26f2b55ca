/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First touch of anonymous memory: 257 pages, a fault each. With -n PAGES,
 * -l LOOPS (mapped anew each time) and -t THREADS it is PAGES * LOOPS *
 * THREADS faults, as fast as they can be had.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

static unsigned long pages = 257, loops = 1, threads = 1;
static pthread_barrier_t ready;

static void map_anew(char *part)
{
	if (mmap(part, pages * page_size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
}

static void *toucher(void *part)
{
	struct measure m;

	map_anew(part);
	pthread_barrier_wait(&ready);
	measure_begin(&m);
	for (unsigned long i = 0; i < loops; i++) {
		if (i)
			map_anew(part);
		touch_write(part, pages, page_size);
	}
	measure_end(&m);
	return NULL;
}

static void run_threads(char *range)
{
	pthread_t *ids = calloc(threads, sizeof(*ids));

	if (!ids)
		fail("no memory");
	pthread_barrier_init(&ready, NULL, threads);
	for (unsigned long i = 0; i < threads; i++) {
		if (pthread_create(&ids[i], NULL, toucher, range + i * pages * page_size))
			fail("cannot start a thread");
	}
	for (unsigned long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	free(ids);
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:l:t:")) != -1) {
		if (option == 'n')
			pages = positive_number(optarg);
		else if (option == 'l')
			loops = positive_number(optarg);
		else if (option == 't')
			threads = positive_number(optarg);
		else
			fail("usage: anon [-n PAGES] [-l LOOPS] [-t THREADS]");
	}
}

int main(int argc, char **argv)
{
	char *range;

	workload_begin("anon");
	parse(argc, argv);
	range = reserve_range(pages * page_size * threads);
	if (threads > 1) {
		run_threads(range);
	} else {
		pthread_barrier_init(&ready, NULL, 1);
		toucher(range);
	}
	expect((struct expectation) { .kind = "anon", .count = pages * loops * threads });
	return report("first write to private anonymous memory");
}
