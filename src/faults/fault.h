/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fault as formats get it: the kernel's record, its verdict (the kind), and the
 * name of its mapping. Valid only during the call that it is passed to.
 */
#ifndef FAULTS_FAULT_H
#define FAULTS_FAULT_H

#include <stdbool.h>

#include "../../bpf/contract/cause.h"
#include "stacks.h"

/* A function or variable, and where an address is in it. */
struct fault_symbol {
	const char *name;   /* "" if it is not known */
	uint64_t offset;    /* in the function or variable; without a name, in the module */
	const char *module; /* a path, "[vdso]", "[jit]", "[kernel]"; never "" */
};

struct fault {
	const struct ft_fault *rec;
	struct ft_verdict verdict;
	bool has_cached; /* asked for, and known */
	/* Percent of the mapped range of the file that is in the page cache. */
	unsigned int cached;
	bool has_read_pages; /* asked for, and known */
	unsigned int read_pages;
	const struct stack *stack;	/* NULL: not asked for, or not known */
	const struct ft_causes *causes; /* NULL: not asked for, or not known */
	/* How memory.high throttled the thread after the fault, which comes again; else NULL. */
	const struct ft_throttled *throttled;
	/* What is at ip, and what is at addr; NULL: not asked for, or not known. */
	const struct fault_symbol *symbol;
	const struct fault_symbol *data_symbol;
	/* Of the instruction, if asked for; NULL: not known. made_code: see struct stack_frame. */
	const char *made_code, *source;
	unsigned int line;     /* of source */
	const char *container; /* of the cgroup, of a capture; NULL: not known */
	const char *cgroup;    /* the path of cgroup_id, of a capture; NULL: not known */
	const char *name;      /* as in /proc/PID/maps; "" for none, never NULL */
};

/* Words of the vocabulary, indexed by the contract's enums. */
extern const char *const kind_names[FT_KIND_COUNT];
extern const char *const cow_from_names[FT_COW_COUNT]; /* [0] is NULL */
extern const char *const access_names[FT_ACCESS_COUNT];
extern const char *const origin_names[FT_ORIGIN_COUNT];
extern const char *const outcome_names[FT_OUTCOME_COUNT];

extern const char *const cause_names[FT_CAUSE_COUNT];

/* As in /proc/PID/maps: "rw-p". */
static inline void vma_perms(__u32 facts, char text[5])
{
	text[0] = facts & FT_VMA_READ ? 'r' : '-';
	text[1] = facts & FT_VMA_WRITE ? 'w' : '-';
	text[2] = facts & FT_VMA_EXEC ? 'x' : '-';
	text[3] = facts & FT_VMA_MAYSHARE ? 's' : 'p';
	text[4] = '\0';
}

/* Offset of addr in the mapped file; only for faults with fault_is_file(). */
static inline __u64 fault_file_offset(const struct ft_fault *f)
{
	return f->vma.offset + (f->addr - f->vma.start);
}

static inline int fault_is_file(const struct ft_fault *f)
{
	return !!(f->vma.facts & (FT_VMA_FILE | FT_VMA_SHMEM | FT_VMA_HUGETLB)) && f->vma.inode;
}

#endif /* FAULTS_FAULT_H */
