/* SPDX-License-Identifier: GPL-2.0-only */
/* The filters of a run for faults that come from a capture. bpf/filter.bpf.h has the kernel's. */
#ifndef FAULTS_FAULT_FILTER_H
#define FAULTS_FAULT_FILTER_H

#include <stdbool.h>

#include "../source/filter.h"
#include "fault.h"

/* Do all filters hold? But for sample. A filter by uid is for records that have it. */
bool fault_filter__takes(const struct filter *filter, const struct fault *fault);

#endif /* FAULTS_FAULT_FILTER_H */
