/* SPDX-License-Identifier: GPL-2.0-only */
/* What most of a fault's time went into. Pure; compiled by both halves. */
#ifndef FT_CAUSE_H
#define FT_CAUSE_H

#include "classify.h"

/* ns: FT_CAUSE_COUNT of them. */
FT_PURE __u32 ft_dominant_cause(const __u64 *ns)
{
	__u32 dominant = FT_CAUSE_CPU;
	__u64 most = ns[FT_CAUSE_CPU];

	for (__u32 cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		if (ns[cause] == FT_UNKNOWN64 || ns[cause] <= most)
			continue;
		dominant = cause;
		most = ns[cause];
	}
	return dominant;
}

#endif /* FT_CAUSE_H */
