/* SPDX-License-Identifier: GPL-2.0-only */
/* Nanoseconds of a clock of this machine. */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include <time.h>

static inline unsigned long long clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (unsigned long long)ts.tv_sec * 1000000000ULL + (unsigned long long)ts.tv_nsec;
}

#endif /* HOST_CLOCK_H */
