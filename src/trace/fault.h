/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fault as the sinks see it: the kernel's record, the verdict about it, and
 * the name of its mapping. Lives only for the call it is passed to.
 */
#ifndef TRACE_FAULT_H
#define TRACE_FAULT_H

#include "../../bpf/classify.h"

struct fault {
	const struct ft_fault *rec;
	struct ft_verdict verdict;
	const char *name; /* as in /proc/PID/maps; "" for none, never NULL */
};

/* Words of the vocabulary, indexed by the contract's enums. */
extern const char *const kind_names[FT_KIND_COUNT];
extern const char *const cow_from_names[FT_COW_COUNT]; /* [0] is NULL */
extern const char *const access_names[FT_ACCESS_COUNT];
extern const char *const origin_names[FT_ORIGIN_COUNT];
extern const char *const outcome_names[FT_OUTCOME_COUNT];

/* Offset in the mapped file of the page the fault hit; only for named files. */
static inline __u64 fault_file_offset(const struct ft_fault *f)
{
	return f->vma_offset + (f->addr - f->vma_start);
}

static inline int fault_is_file(const struct ft_fault *f)
{
	return !!(f->vma & (FT_VMA_FILE | FT_VMA_SHMEM | FT_VMA_HUGETLB)) && f->inode;
}

#endif /* TRACE_FAULT_H */
