/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether work that may take long must end now. A run ends at its time limit or with a signal;
 * what it does then (names of symbols, a profile) may take STOP_GRACE_NS more. Files of other
 * users can make any loop over them long, so each asks stop_asked().
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>

#define STOP_GRACE_NS 1500000000ULL

/* The run ends now. For signal handlers. */
void stop_ask(void);
/* The run ends at this time of CLOCK_MONOTONIC. The earliest of all calls is what counts. */
void stop_by(unsigned long long end_ns);
/*
 * The run ended more than STOP_GRACE_NS ago: give up what is being done. Once true it stays so.
 * Costs 20-40 ns: loops with short steps ask in one of some hundred steps.
 */
bool stop_asked(void);
/* The same, for step i of a loop with short steps. */
static inline bool stop_asked_at(unsigned long long i)
{
	return !(i % 256) && stop_asked();
}

#endif /* BASE_STOP_H */
