/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fault as the sinks see it: the kernel's record, the verdict about it, and
 * the name of its mapping. Lives only for the call it is passed to.
 */
#ifndef TRACE_FAULT_H
#define TRACE_FAULT_H

#include <stdbool.h>

#include "../../bpf/cause.h"
#include "stacks.h"

/* A function or variable, and where an address is in it. */
struct fault_symbol {
	const char *name;   /* "" if it is not known */
	uint64_t offset;    /* in it; else in the module */
	const char *module; /* a path, "[vdso]", "[jit]", "[kernel]"; never "" */
};

struct fault {
	const struct ft_fault *rec;
	struct ft_verdict verdict;
	bool has_cached; /* asked for, and known */
	/* Percent of the range of the file that the mapping shows: in the page cache. */
	unsigned int cached;
	bool has_read_pages; /* asked for, and known */
	unsigned int read_pages;
	const struct stack *stack;	/* NULL: not asked for, or not known */
	const struct ft_causes *causes; /* NULL: not asked for, or not known */
	/* Told again, for how memory.high held the thread up afterwards; else NULL. */
	const struct ft_throttled *throttled;
	/* Of the instruction, and of addr; NULL: not asked for, or not known. */
	const struct fault_symbol *symbol;
	const struct fault_symbol *data_symbol;
	const char *name; /* as in /proc/PID/maps; "" for none, never NULL */
};

/* Words of the vocabulary, indexed by the contract's enums. */
extern const char *const kind_names[FT_KIND_COUNT];
extern const char *const cow_from_names[FT_COW_COUNT]; /* [0] is NULL */
extern const char *const access_names[FT_ACCESS_COUNT];
extern const char *const origin_names[FT_ORIGIN_COUNT];
extern const char *const outcome_names[FT_OUTCOME_COUNT];

extern const char *const cause_names[FT_CAUSE_COUNT];

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
