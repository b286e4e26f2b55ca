/* SPDX-License-Identifier: GPL-2.0-only */
#include "stop.h"

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

/* When work must end. Changed by signal handlers, which only lock-free atomics allow. */
static _Atomic(uint64_t) deadline_ns = UINT64_MAX;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "signal handlers may set it");

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

void stop_by(unsigned long long end_ns)
{
	uint64_t wanted = end_ns + STOP_GRACE_NS, was = atomic_load(&deadline_ns);

	if (wanted < end_ns)
		wanted = UINT64_MAX;
	while (wanted < was && !atomic_compare_exchange_weak(&deadline_ns, &was, wanted))
		;
}

void stop_ask(void)
{
	stop_by(now_ns());
}

bool stop_asked(void)
{
	uint64_t deadline = atomic_load_explicit(&deadline_ns, memory_order_relaxed);

	return deadline != UINT64_MAX && now_ns() >= deadline;
}
