/* SPDX-License-Identifier: GPL-2.0-only */
#include "work_budget.h"

#include "../base/stop.h"
#include "../host/clock.h"

/* Reading large programs takes a second or two, once; then there is little to do. */
#define START_NS     4000000000ULL
#define ONE_IN	     4
/* Many processes that begin one after the other have less, if together they cost too much. */
#define ALL_START_NS 10000000000ULL
#define ALL_ONE_IN   2
#define SMALL_NS     50000000ULL

static struct work_share *slot_of(struct work_budget *budget, int pid)
{
	return &budget->slots[(unsigned int)pid % WORK_SLOTS];
}

static bool has_time_left(const struct work_budget *budget, const struct work_share *share)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC), start_ns = START_NS;

	if (budget->spent_ns > ALL_START_NS + (now_ns - budget->begin_ns) / ALL_ONE_IN)
		start_ns = SMALL_NS;
	return share->spent_ns < start_ns + (now_ns - share->begin_ns) / ONE_IN;
}

bool work_budget__allows(struct work_budget *budget, int pid)
{
	const struct work_share *share = slot_of(budget, pid);

	/* The clock is read only if it matters. */
	if (!stop_asked() &&
	    (share->pid != pid || share->spent_ns < SMALL_NS || has_time_left(budget, share)))
		return true;
	budget->nr_given_up++;
	return false;
}

void work_budget__charge(struct work_budget *budget, int pid, uint64_t start_ns)
{
	struct work_share *share = slot_of(budget, pid);
	uint64_t spent_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;

	if (share->pid != pid)
		*share = (struct work_share) { .pid = pid, .begin_ns = start_ns };
	if (!budget->begin_ns)
		budget->begin_ns = start_ns;
	share->spent_ns += spent_ns;
	budget->spent_ns += spent_ns;
}
