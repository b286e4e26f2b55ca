/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A huge page whose mapping the main thread takes apart, and a thread that touches
 * the upper half of it all the while: pages that never leave memory.
 */
#ifndef FT_WORKLOAD_THP_TOUCH_H
#define FT_WORKLOAD_THP_TOUCH_H

#include <pthread.h>
#include <stdatomic.h>

#include "workload.h"

struct thp_touch {
	char *upper;
	size_t pages;
	bool writes;
	pthread_t thread;
	atomic_ulong passes; /* over the upper half */
	atomic_bool pause;
	atomic_bool paused;
	atomic_bool stop;
};

static void *thp_touch_run(void *arg)
{
	struct thp_touch *t = arg;
	struct measure m;

	measure_begin(&m);
	while (!atomic_load(&t->stop)) {
		bool pause = atomic_load(&t->pause);

		atomic_store(&t->paused, pause);
		if (pause)
			continue;
		if (t->writes)
			touch_write(t->upper, t->pages, page_size);
		else
			touch_read(t->upper, t->pages, page_size);
		atomic_fetch_add(&t->passes, 1);
	}
	measure_end(&m);
	return NULL;
}

/* It begins paused. */
static void thp_touch_start(struct thp_touch *t, char *huge, size_t size, bool writes)
{
	t->upper = huge + size / 2;
	t->pages = size / 2 / page_size;
	t->writes = writes;
	atomic_store(&t->pause, true);
	if (pthread_create(&t->thread, NULL, thp_touch_run, t))
		fail("cannot start a thread");
}

static inline void thp_touch_pause(struct thp_touch *t)
{
	atomic_store(&t->pause, true);
	while (!atomic_load(&t->paused))
		sleep_ms(0);
}

/* Returns when it is at it. */
static void thp_touch_go(struct thp_touch *t)
{
	unsigned long passes = atomic_load(&t->passes);

	atomic_store(&t->pause, false);
	while (atomic_load(&t->passes) == passes)
		sleep_ms(0);
}

static void thp_touch_stop(struct thp_touch *t)
{
	atomic_store(&t->stop, true);
	pthread_join(t->thread, NULL);
}

#endif /* FT_WORKLOAD_THP_TOUCH_H */
