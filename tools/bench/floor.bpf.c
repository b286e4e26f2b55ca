// SPDX-License-Identifier: GPL-2.0-only
/*
 * Empty programs at the hooks of each plan: what being called costs, and nothing else; or,
 * asked for, what being called and reading the clock costs.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile bool reads_clock;

/* The verifier wants a program at fexit to return 0. */
#define EMPTY_PROGRAM(section, name) \
	SEC(section)                 \
	int name(void *ctx)          \
	{                            \
		return 0;            \
	}

/* Where a tracer must read the clock, to know how long a fault took. */
#define CLOCK_PROGRAM(section, name)        \
	SEC(section)                        \
	int name(void *ctx)                 \
	{                                   \
		if (reads_clock)            \
			bpf_ktime_get_ns(); \
		return 0;                   \
	}

CLOCK_PROGRAM("?tp_btf/page_fault_user", begin_user)
CLOCK_PROGRAM("?tp_btf/page_fault_kernel", begin_kernel)
CLOCK_PROGRAM("?perf_event", end_perf)
CLOCK_PROGRAM("?tp_btf/count_memcg_events", end_memcg)
EMPTY_PROGRAM("?tp_btf/sched_switch", switch_memcg)
EMPTY_PROGRAM("?fentry/handle_mm_fault", begin_fentry)
CLOCK_PROGRAM("?fexit/handle_mm_fault", end_fexit)
EMPTY_PROGRAM("?kprobe/handle_mm_fault", begin_kprobe)
CLOCK_PROGRAM("?kretprobe/handle_mm_fault", end_kretprobe)
