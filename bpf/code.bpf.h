/* SPDX-License-Identifier: GPL-2.0-only */
/* Which code a process has at its addresses, where other code may be later. */
#ifndef FT_CODE_BPF_H
#define FT_CODE_BPF_H

#include "name.bpf.h"

/*
 * Changes when the process executes another program, or maps or unmaps code. Does not
 * change when a library replaces another one that is as large, or when a JIT compiler
 * overwrites code.
 */
static __always_inline __u32 code_generation(struct task_struct *task)
{
	struct mm_struct *mm = kread(task, struct task_struct, mm);
	__u64 pages = mm ? kread(mm, struct mm_struct, exec_vm) : 0;

	return mix(mix(0, task_read(task, self_exec_id)), pages) >> 32;
}

#endif /* FT_CODE_BPF_H */
