/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run's end says of all its faults, added up as they come. */
#ifndef TRACE_SUMS_H
#define TRACE_SUMS_H

#include <stdbool.h>

#include "../base/buf.h"
#include "sink.h"

void run_end__add(struct run_end *end, const struct fault_sums *sums);
/* One, whatever became of it; is_shown: and it is in the sums. */
void run_end__add_fault(struct run_end *end, const struct ft_fault *rec, unsigned int kind,
			bool is_shown);

/*
 * What was seen, as the summary begins: "3 faults, 1 major, 188 us in total"; where only
 * errors were asked for, "30 faults could not be resolved (kind error)".
 */
void run_end__tell(const struct run_end *end, bool only_errors, struct buf *out);
/* "faults took 15.0% of the 13.3 ms that passed"; nothing if it is not known. */
void run_end__tell_share(const struct run_end *end, struct buf *out);

#endif /* TRACE_SUMS_H */
