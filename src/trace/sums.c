/* SPDX-License-Identifier: GPL-2.0-only */
#include "sums.h"

void run_end__add(struct run_end *end, const struct fault_sums *sums)
{
	end->faults += sums->faults;
	end->major += sums->major;
	end->minor += sums->faults - sums->major;
	end->latency_ns += sums->latency_ns;
}

void run_end__add_fault(struct run_end *end, const struct ft_fault *rec, unsigned int kind,
			bool is_shown)
{
	struct fault_sums sums = { .faults = rec->weight };

	if (kind == FT_KIND_ERROR)
		end->errors += rec->weight;
	if (!is_shown)
		return;
	if (rec->major == 1)
		sums.major = rec->weight;
	if (rec->latency_ns != FT_UNKNOWN64)
		sums.latency_ns = rec->latency_ns * rec->weight;
	run_end__add(end, &sums);
}
