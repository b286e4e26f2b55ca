/* SPDX-License-Identifier: GPL-2.0-only */
#include "run_totals.h"

#include "../base/units.h"

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
	if (rec->thp == FT_THP_FELL_BACK)
		end->thp_fell_back += rec->weight;
	else if (rec->thp == FT_THP_UNKNOWN)
		end->thp_unknown += rec->weight;
	if (rec->major == 1)
		sums.major = rec->weight;
	if (rec->latency_ns != FT_UNKNOWN64)
		sums.latency_ns = rec->latency_ns * rec->weight;
	run_end__add(end, &sums);
}

void run_end__tell(const struct run_end *end, bool only_errors, struct buf *out)
{
	if (only_errors) {
		buf__addf(out, "%llu fault%s could not be resolved (kind error)", end->errors,
			  plural(end->errors));
		return;
	}
	buf__addf(out, "%llu fault%s, %llu major, ", end->faults, plural(end->faults), end->major);
	units_add_duration(out, end->latency_ns);
	buf__adds(out, " in total");
}

void run_end__tell_share(const struct run_end *end, struct buf *out)
{
	unsigned long long passed_ns = end->elapsed_ns;

	if (!end->latency_ns || !passed_ns)
		return;
	buf__adds(out, "faults took ");
	units_add_share(out, end->latency_ns, passed_ns);
	buf__adds(out, " of the ");
	units_add_duration(out, passed_ns);
	buf__adds(out, " that passed");
	/* More than the time that passed is possible only with several threads. */
	if (end->latency_ns > passed_ns)
		buf__adds(out, ", in all threads together");
}
