/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run's end says of all its faults, added up as they come. */
#ifndef TRACE_SUMS_H
#define TRACE_SUMS_H

#include <stdbool.h>

#include "sink.h"

void run_end__add(struct run_end *end, const struct fault_sums *sums);
/* One, whatever became of it; is_shown: and it is in the sums. */
void run_end__add_fault(struct run_end *end, const struct ft_fault *rec, unsigned int kind,
			bool is_shown);

#endif /* TRACE_SUMS_H */
