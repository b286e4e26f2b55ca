// SPDX-License-Identifier: GPL-2.0-only
/* Empty programs at the hooks of each plan: what being called costs, and nothing else. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define EMPTY_PROGRAM(section, name) \
	SEC(section)                 \
	int name(void *ctx)          \
	{                            \
		return 0;            \
	}

EMPTY_PROGRAM("?tp_btf/page_fault_user", begin_user)
EMPTY_PROGRAM("?tp_btf/page_fault_kernel", begin_kernel)
EMPTY_PROGRAM("?perf_event", end_perf)
EMPTY_PROGRAM("?fentry/handle_mm_fault", begin_fentry)
EMPTY_PROGRAM("?fexit/handle_mm_fault", end_fexit)
EMPTY_PROGRAM("?kprobe/handle_mm_fault", begin_kprobe)
EMPTY_PROGRAM("?kretprobe/handle_mm_fault", end_kretprobe)
