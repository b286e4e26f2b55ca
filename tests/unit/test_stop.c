/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/base/stop.h"

#include <signal.h>
#include <stdint.h>

#include "../../src/host/clock.h"
#include "test.h"

static void on_alarm(int sig)
{
	(void)sig;
	stop_ask();
}

static void test_time_limit(void)
{
	CHECK(!stop_asked());
	stop_by(UINT64_MAX);
	stop_by(clock_ns(CLOCK_MONOTONIC) + 3600000000000ULL);
	CHECK(!stop_asked());
	test_done("a limit to come does not stop anything");
}

/* A loop as those that read files: it looks at the flag and at nothing else. */
static void test_signal(void)
{
	unsigned long long start_ns = clock_ns(CLOCK_MONOTONIC), took_ns;

	signal(SIGALRM, on_alarm);
	raise(SIGALRM);
	CHECK(!stop_asked());
	for (unsigned long long i = 0; !stop_asked_at(i); i++)
		;
	took_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
	CHECK(took_ns >= STOP_GRACE_NS);
	CHECK(took_ns < STOP_GRACE_NS + 500000000ULL);
	stop_by(UINT64_MAX);
	CHECK(stop_asked());
	test_done("a signal ends a loop after the grace time, for good");
}

int main(void)
{
	test_time_limit();
	test_signal();
	return test_status();
}
