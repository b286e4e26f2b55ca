/* SPDX-License-Identifier: GPL-2.0-only */
/* What this process takes of the machine. */
#ifndef HOST_SELF_USAGE_H
#define HOST_SELF_USAGE_H

#include <stdint.h>

/* UINT64_MAX: not known. */
struct self_usage {
	uint64_t cpu_ns;
	uint64_t resident_bytes;
	uint64_t virtual_bytes;
	uint64_t open_fds;
	uint64_t max_fds;
};

void self_usage__read(struct self_usage *ret);

#endif /* HOST_SELF_USAGE_H */
