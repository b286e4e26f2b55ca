/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long names of each process were looked for. A process that costs more than its share loses
 * names, so that events of others are not lost meanwhile.
 */
#ifndef SYMBOLS_WORK_BUDGET_H
#define SYMBOLS_WORK_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define WORK_SLOTS 1024

struct work_share {
	int pid; /* 0: free */
	uint64_t begin_ns;
	uint64_t spent_ns;
};

struct work_budget {
	struct work_share slots[WORK_SLOTS];
	uint64_t begin_ns;
	uint64_t spent_ns;    /* on all processes */
	uint64_t nr_given_up; /* names that were not looked for */
};

/* False if the process has used up its share; counts a name as given up then. */
bool work_budget__allows(struct work_budget *budget, int pid);
/* Work for the process, which began at start_ns of CLOCK_MONOTONIC, is done. */
void work_budget__charge(struct work_budget *budget, int pid, uint64_t start_ns);

#endif /* SYMBOLS_WORK_BUDGET_H */
