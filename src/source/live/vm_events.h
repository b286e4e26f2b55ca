/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the kernel has the event counters of a CPU. User space does not know the addresses of
 * per-CPU variables, but their distance, which is the same on each CPU: here from the runqueue,
 * which BPF programs can find. Faults of our own test the result.
 */
#ifndef SOURCE_LIVE_VM_EVENTS_H
#define SOURCE_LIVE_VM_EVENTS_H

#include <stdbool.h>

#include "../../../bpf/contract/record.h"

struct btf;

/* From the runqueue to the counters, in bytes; 0: not known. btf may be NULL. */
long long vm_events_from_rq(const struct btf *btf);

/* Are they the counters? run() reads them into *calibration; false: it could not. */
bool vm_events_prove(const struct ft_calibration *calibration, bool (*run)(void *ctx), void *ctx);

#endif /* SOURCE_LIVE_VM_EVENTS_H */
