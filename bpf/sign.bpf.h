/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds to a record whose fault it was. Done last, since most filters do not need it. */
#ifndef FT_SIGN_BPF_H
#define FT_SIGN_BPF_H

#include "thread.bpf.h"

static __always_inline void sign_with(struct ft_fault *rec, __u32 pid, __u32 tid, __u64 cgroup_id)
{
	rec->h.type = FT_RECORD_FAULT;
	rec->h.size = sizeof(*rec) + (wants_cause && sends ? sizeof(struct ft_causes) : 0);
	rec->pid = pid;
	rec->tid = tid;
	rec->cgroup_id = cgroup_id;
	rec->weight = sample;
}

/* For the current thread. */
static __always_inline void sign(struct ft_fault *rec)
{
	__u64 pid_tid = bpf_get_current_pid_tgid();

	sign_with(rec, pid_tid >> 32, (__u32)pid_tid, bpf_get_current_cgroup_id());
	read_comm(this_task(), rec->comm);
	if (wants_uid)
		rec->uid = (__u32)bpf_get_current_uid_gid();
}

/* For any thread, by what the helpers of sign() read. */
static __always_inline void sign_of(struct ft_fault *rec, struct task_struct *task)
{
	struct css_set *css = kread(task, struct task_struct, cgroups);
	struct cgroup *cgroup = kread(css, struct css_set, dfl_cgrp);
	struct kernfs_node *node = kread(cgroup, struct cgroup, kn);

	sign_with(rec, task_read(task, tgid), task_read(task, pid),
		  kread(node, struct kernfs_node, id));
	bpf_core_read(rec->comm, sizeof(rec->comm), &task->comm);
	if (wants_uid)
		rec->uid = kread(kread(task, struct task_struct, real_cred), struct cred, uid.val);
}

#endif /* FT_SIGN_BPF_H */
