/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which row of a table a fault belongs to: the value of each key. Pure; compiled by both halves, so
 * that a table made of single faults is the same as the one that the kernel would have made.
 */
#ifndef FT_ROW_KEY_H
#define FT_ROW_KEY_H

#include "cause.h"
#include "key.h"

FT_PURE void ft_key_of_mapping(__u64 *word, const struct ft_fault *f)
{
	__u32 roles = FT_VMA_HEAP | FT_VMA_STACK;

	/* The heap and the stack are known by their role: their start changes when they grow. */
	word[0] = (__u64)f->pid << 32 | (f->vma.facts & FT_VMA_COVERS ? f->vma.facts & roles : 0);
	word[1] = f->vma.facts & FT_VMA_COVERS && !(f->vma.facts & roles) ? f->vma.start : 0;
	word[2] = f->vma.facts & FT_VMA_COVERS ? f->vma.name_id : 0;
}

/* A mapping without a name is known by its role: [heap], [stack], anonymous memory, a device. */
FT_PURE void ft_key_of_file(__u64 *word, const struct ft_fault *f)
{
	__u32 facts = FT_VMA_HEAP | FT_VMA_STACK | FT_VMA_COVERS | FT_VMA_ANON | FT_VMA_DEVICE;

	word[0] = f->vma.facts & FT_VMA_COVERS ? f->vma.name_id : 0;
	word[1] = word[0] ? 0 : f->vma.facts & facts;
	word[2] = word[0] || !(f->vma.facts & FT_VMA_COVERS) ? 0 : f->vma.inode;
}

FT_PURE void ft_key_of_comm(__u64 *word, const struct ft_fault *f)
{
	word[0] = ((const __u64 *)f->comm)[0];
	word[1] = ((const __u64 *)f->comm)[1];
}

/* The order is known only if page tables can be read and the page is mapped at the end. */
FT_PURE __u64 ft_known_order(const struct ft_fault *f)
{
	return f->after == FT_PTE_PRESENT ? f->order : FT_UNKNOWN64;
}

/* cause_ns: the latency in FT_CAUSE_COUNT parts. */
FT_PURE __u32 ft_key_of_cause(const struct ft_fault *f, const __u64 *cause_ns)
{
	return f->latency_ns == FT_UNKNOWN64 ? FT_CAUSE_OTHER : ft_dominant_cause(cause_ns);
}

/*
 * The value of one key, in words that the caller has zeroed. The caller adds what depends on more
 * than the fault: the generation of the process's code (symbol and line), and in profiles the comm
 * of a stack.
 */
FT_PURE void ft_key_part(__u64 *word, __u32 type, const struct ft_fault *f, const __u64 *cause_ns,
			 __u32 kind)
{
	if (type == FT_KEY_KIND)
		word[0] = kind;
	else if (type == FT_KEY_MAJOR)
		word[0] = f->major == 1;
	else if (type == FT_KEY_ACCESS)
		word[0] = f->access;
	else if (type == FT_KEY_ORIGIN)
		word[0] = f->origin;
	else if (type == FT_KEY_PID)
		word[0] = f->pid;
	else if (type == FT_KEY_TID)
		word[0] = f->tid;
	else if (type == FT_KEY_CGROUP || type == FT_KEY_CONTAINER)
		word[0] = f->cgroup_id;
	else if (type == FT_KEY_CPU)
		word[0] = f->h.cpu;
	else if (type == FT_KEY_ORDER)
		word[0] = ft_known_order(f);
	else if (type == FT_KEY_CAUSE)
		word[0] = ft_key_of_cause(f, cause_ns);
	else if (type == FT_KEY_STACK)
		word[0] = f->stack_id;
	else if (type == FT_KEY_VMA)
		ft_key_of_mapping(word, f);
	else if (type == FT_KEY_FILE)
		ft_key_of_file(word, f);
	if (type == FT_KEY_COMM)
		ft_key_of_comm(word, f);
	if (type == FT_KEY_SYMBOL || type == FT_KEY_LINE) {
		word[0] = f->pid;
		word[1] = f->ip;
	}
}

#endif /* FT_ROW_KEY_H */
