/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds to a record whose fault it was. Done last, since most filters do not need it. */
#ifndef FT_SIGN_BPF_H
#define FT_SIGN_BPF_H

#include "thread.bpf.h"

static __always_inline void sign(struct ft_fault *rec)
{
	__u64 pid_tid = bpf_get_current_pid_tgid();

	rec->h.type = FT_RECORD_FAULT;
	rec->h.size = sizeof(*rec) + (wants_cause && sends ? sizeof(struct ft_causes) : 0);
	rec->pid = pid_tid >> 32;
	rec->tid = (__u32)pid_tid;
	rec->cgroup_id = bpf_get_current_cgroup_id();
	rec->weight = sample;
	read_comm(this_task(), rec->comm);
}

#endif /* FT_SIGN_BPF_H */
