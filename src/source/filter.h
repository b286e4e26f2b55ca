/* SPDX-License-Identifier: GPL-2.0-only */
/* The filters: which faults of the target are wanted. */
#ifndef SOURCE_FILTER_H
#define SOURCE_FILTER_H

#include <stdbool.h>

#include "../../bpf/contract/classify.h"

struct filter {
	const char *comm; /* glob: * and ?; NULL: any */
	bool has_uid;
	unsigned int uid;
	ft_kind_set kinds;     /* 0: any */
	unsigned int accesses; /* bit per enum ft_access; 0: any */
	unsigned int origins;  /* bit per enum ft_origin; 0: any */
	bool only_major;
	bool only_minor;
	unsigned long long min_latency_ns;
	unsigned long long addr_start; /* half-open; 0,0: anywhere */
	unsigned long long addr_end;
	const char *file;    /* glob over mapping names; NULL: any */
	unsigned int sample; /* 1: all */
};

/* Is -k error all that was asked for? */
static inline bool filter__wants_only_errors(const struct filter *filter)
{
	return filter->kinds == FT_KIND_BIT(FT_KIND_ERROR);
}

#endif /* SOURCE_FILTER_H */
