/* SPDX-License-Identifier: GPL-2.0-only */
/* The totals over all faults of a run, added up as faults come, and their text for the summary. */
#ifndef FAULTS_RUN_TOTALS_H
#define FAULTS_RUN_TOTALS_H

#include <stdbool.h>

#include "../base/buf.h"
#include "format.h"

void run_end__add(struct run_end *end, const struct fault_sums *sums);
/* Adds a fault of any outcome, which may be an error; with is_shown to the other totals, too. */
void run_end__add_fault(struct run_end *end, const struct ft_fault *rec, unsigned int kind,
			bool is_shown);

/*
 * Adds the first part of the summary: "3 faults, 1 major, 188 us in total"; with only_errors
 * "30 faults could not be resolved (kind error)".
 */
void run_end__tell(const struct run_end *end, bool only_errors, struct buf *out);
/* Adds "faults took 15.0% of the 13.3 ms that passed"; nothing if either is 0. */
void run_end__tell_share(const struct run_end *end, struct buf *out);

#endif /* FAULTS_RUN_TOTALS_H */
