/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filters of a run. They refuse a fault as early as possible: when it
 * begins, or when it has ended.
 */
#ifndef FT_FILTER_BPF_H
#define FT_FILTER_BPF_H

#include "thread.bpf.h"
#include "contract/glob.h"

static __always_inline bool comm_matches(struct task_struct *task)
{
	const char *glob = (const char *)comm_glob;
	char comm[FT_COMM_LEN];

	/* So that the compiler does not take it for the empty string that it is before loading. */
	asm volatile("" : "+r"(glob));
	read_comm(task, comm);
	return ft_glob(glob, comm);
}

/* Keeps one in N of the faults that pass all other filters at the begin. */
static __always_inline bool sampled_out(void)
{
	return sample > 1 && bpf_get_prandom_u32() % sample;
}

static __always_inline bool begin_refused(struct ft_fault *rec, struct task_struct *task)
{
	if (wanted_origins && !(wanted_origins & (1U << (rec->origin & 3))))
		return true;
	if (wanted_accesses && !(wanted_accesses & (1U << (rec->access & 3))))
		return true;
	if (addr_end && (rec->addr < addr_start || rec->addr >= addr_end))
		return true;
	if (filter_uid && (__u32)bpf_get_current_uid_gid() != wanted_uid)
		return true;
	if (filter_comm && !comm_matches(task))
		return true;
	return sampled_out();
}

static __always_inline bool major_refused(const struct ft_fault *rec)
{
	return (only_major && rec->major != 1) || (only_minor && rec->major != 0);
}

/* The filters at the end that come before its costly facts are gathered. */
static __always_inline bool end_refused(const struct ft_fault *rec)
{
	if (min_latency_ns && (rec->latency_ns == FT_UNKNOWN64 || rec->latency_ns < min_latency_ns))
		return true;
	/* With plan memcg it is not known yet if the fault is a major one: see settle.bpf.h. */
	if (settles && rec->outcome == FT_OUTCOME_RESOLVED)
		return false;
	return major_refused(rec);
}

static __always_inline bool kind_refused(const struct ft_fault *rec)
{
	return wanted_kinds && !ft_kind_is_in(wanted_kinds, ft_classify(rec));
}

#endif /* FT_FILTER_BPF_H */
