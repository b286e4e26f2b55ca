/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a flight recorder writes what it has: conditions such as "latency>50ms", "kind=swap&major",
 * "major>1000/s", "crash", "usr2", "exit". Pure: the caller hands over faults.
 */
#ifndef FAULTS_DUMP_CONDITION_H
#define FAULTS_DUMP_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define DUMP_CONDITIONS_MAX 16
#define DUMP_RATE_BUCKETS   10 /* of a second */

/* Not of a fault. */
enum dump_event { DUMP_ON_CRASH, DUMP_ON_SIGNAL, DUMP_ON_EXIT, DUMP_EVENTS };

/* All that is set must hold for a fault. */
struct dump_condition {
	ft_kind_set kinds;   /* 0: any */
	uint64_t latency_ns; /* more than this; 0: any */
	bool only_major;
	bool has_rate;
	uint64_t rate; /* more such faults than this within a second */
	/* Such faults, by tenths of a second. */
	uint64_t counts[DUMP_RATE_BUCKETS];
	uint64_t last_bucket;
};

struct dump_conditions {
	bool events[DUMP_EVENTS];
	struct dump_condition of_faults[DUMP_CONDITIONS_MAX];
	size_t nr;
};

/* Adds those of "COND[,COND..]". 0; -EINVAL; -ERANGE: a number is too large; -E2BIG: too many. */
int dump_conditions__parse(struct dump_conditions *conditions, const char *text);
/* Does one of them hold with this fault? To be called with each fault, as they come. */
bool dump_conditions__hold(struct dump_conditions *conditions, const struct fault *fault);

#endif /* FAULTS_DUMP_CONDITION_H */
