/* SPDX-License-Identifier: GPL-2.0-only */
/* Which code a process has at its addresses: they are used again. */
#ifndef FT_CODE_BPF_H
#define FT_CODE_BPF_H

#include "name.bpf.h"

/*
 * Another number when the process has executed another program, or mapped or unmapped
 * code. A library in the place of another one that is as large, and what a JIT compiler
 * writes over, are not told apart by it.
 */
static __always_inline __u32 code_generation(struct task_struct *task)
{
	struct mm_struct *mm = kread(task, struct task_struct, mm);
	__u64 pages = mm ? kread(mm, struct mm_struct, exec_vm) : 0;

	return mix(mix(0, kread(task, struct task_struct, self_exec_id)), pages) >> 32;
}

#endif /* FT_CODE_BPF_H */
