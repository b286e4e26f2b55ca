/* SPDX-License-Identifier: GPL-2.0-only */
#include "fault_filter.h"

#include "../../bpf/contract/glob.h"
#include "mapping_names.h"

static bool is_in_range(const struct filter *filter, uint64_t addr)
{
	return !filter->addr_end || (addr >= filter->addr_start && addr < filter->addr_end);
}

static bool is_in_set(unsigned int set, unsigned int i)
{
	return !set || set & 1U << i;
}

static bool takes_major(const struct filter *filter, unsigned int major)
{
	return !(filter->only_major && major != 1) && !(filter->only_minor && major != 0);
}

static bool takes_comm(const char *glob, const struct ft_fault *rec)
{
	char pattern[FT_COMM_LEN] = { 0 };

	if (!glob)
		return true;
	strncpy(pattern, glob, sizeof(pattern) - 1);
	return ft_glob(pattern, rec->comm);
}

bool fault_filter__takes(const struct filter *filter, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	return is_in_set(filter->origins, rec->origin) &&
	       is_in_set(filter->accesses, rec->access) && is_in_range(filter, rec->addr) &&
	       (!filter->has_uid || rec->uid == filter->uid) && takes_comm(filter->comm, rec) &&
	       takes_major(filter, rec->major) &&
	       (!filter->min_latency_ns ||
		(rec->latency_ns != FT_UNKNOWN64 && rec->latency_ns >= filter->min_latency_ns)) &&
	       (!filter->kinds || ft_kind_is_in(filter->kinds, fault->verdict)) &&
	       mapping_names__wanted(filter->file, fault->name);
}
