/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs that the kernel calls, each of a few lines. The plan decides which
 * of them are loaded (src/source/live/tracer_load.c).
 */
#include "attempt.bpf.h"
#include "memcg.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * Programs are attached in the order in which they stand here: this one, which sees the ends of
 * faults, before those that see begins, so that each fault that is seen to begin is seen to end.
 */
SEC("?tp_btf/count_memcg_events")
int BPF_PROG(memcg_event, void *memcg, int item)
{
	struct task_struct *task = this_task();
	struct thread *th;

	if ((__u64)item != bpf_core_enum_value(enum vm_event_item, PGFAULT))
		return 0;
	th = wanted_thread(task, true);
	if (th)
		attempt_ended(th, task);
	return 0;
}

static __always_inline bool may_be_wanted(struct task_struct *task)
{
	return !only_pid || (__u32)task->tgid == only_pid;
}

/*
 * Stands before the program that --cause has at this tracepoint: a fault is settled here, and
 * then that program notes how long memory.high throttles the thread for it.
 */
SEC("?tp_btf/sched_switch")
int BPF_PROG(settle_switch, bool preempt, struct task_struct *prev)
{
	struct thread *th = may_be_wanted(prev) ? thread_of(prev, false) : NULL;

	if (!th)
		return 0;
	settle(th, prev, !preempt);
	/* A dead thread is switched out for the last time: its counters do not move any more. */
	if (th->exiting && !preempt && (task_state(prev) & TASK_DEAD))
		thread_freed(th, prev);
	return 0;
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(page_fault_user, unsigned long address, struct pt_regs *regs, unsigned long error_code)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, true);

	if (!th)
		return 0;
	settle(th, task, true);
	fault_open(th, task, address, regs, HOW(access_of(error_code), FT_ORIGIN_USER));
	return 0;
}

SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(page_fault_kernel, unsigned long address, struct pt_regs *regs,
	     unsigned long error_code)
{
	struct task_struct *task = this_task();
	struct thread *th;

	if (address >= USER_END)
		return 0;
	th = wanted_thread(task, true);
	if (!th)
		return 0;
	/* Such a fault, of a probe read, never reaches handle_mm_fault. */
	if (pagefaults_disabled(task)) {
		count(probe_faults);
		return 0;
	}
	settle(th, task, true);
	fault_open(th, task, address, regs, HOW(access_of(error_code), FT_ORIGIN_KERNEL));
	return 0;
}

SEC("?fentry/handle_mm_fault")
int BPF_PROG(attempt_begin_fentry, struct vm_area_struct *vma, unsigned long address,
	     unsigned int flags, struct pt_regs *regs)
{
	attempt_begin(vma, address, flags, regs);
	return 0;
}

SEC("?fexit/handle_mm_fault")
int BPF_PROG(attempt_end_fexit, struct vm_area_struct *vma, unsigned long address,
	     unsigned int flags, struct pt_regs *regs, unsigned int ret)
{
	attempt_end(ret);
	return 0;
}

SEC("?kprobe/handle_mm_fault")
int BPF_KPROBE(attempt_begin_kprobe, struct vm_area_struct *vma, unsigned long address,
	       unsigned int flags, struct pt_regs *regs)
{
	attempt_begin(vma, address, flags, regs);
	return 0;
}

SEC("?kretprobe/handle_mm_fault")
int BPF_KRETPROBE(attempt_end_kretprobe, unsigned int ret)
{
	attempt_end(ret);
	return 0;
}

/* Attached to both software events, MIN and MAJ. */
SEC("?perf_event")
int fault_accounted(struct bpf_perf_event_data *ctx)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);

	if (th)
		fault_resolved(task, th);
	return 0;
}

SEC("?tp_btf/signal_generate")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *to)
{
	int code = 0;
	__u64 addr = 0;

	if ((void *)to != (void *)this_task())
		return 0;
	/* 0, 1, 2 stand for signals without siginfo. */
	if ((unsigned long)info > 2) {
		code = kread(info, struct kernel_siginfo, si_code);
		addr = (__u64)kread(info, struct kernel_siginfo, _sifields._sigfault._addr);
	}
	fault_signalled(sig, code, addr);
	return 0;
}

SEC("?tp_btf/signal_deliver")
int BPF_PROG(signal_deliver, int sig)
{
	fault_interrupted(sig);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(process_exit)
{
	thread_exits();
	return 0;
}

/* Runs an RCU grace period after the thread was reaped, before its task storage is freed. */
SEC("?tp_btf/sched_process_free")
int BPF_PROG(process_free, struct task_struct *task)
{
	struct thread *th = thread_of(task, false);

	if (!th)
		return 0;
	if (th->exiting)
		thread_freed(th, task);
	thread_forget(task);
	return 0;
}

/* With -t siblings of a chosen thread are not traced; all threads of its children are. */
static __always_inline bool wants_siblings(__u32 tid)
{
	return !target_is_thread || !bpf_map_lookup_elem(&chosen, &tid);
}

/* New threads of a chosen process are chosen, and children if asked for. False: there is no room. */
static __always_inline bool thread_is_born(struct task_struct *child)
{
	struct thread *th = wanted_thread(this_task(), false);
	__u64 pid_tid = bpf_get_current_pid_tgid();

	if (!th || th->closed || finished ||
	    !(pid_tid >> 32 == child->tgid ? wants_siblings((__u32)pid_tid) : follow_children))
		return true;
	th = thread_of(child, true);
	/* Else not all of its faults are seen yet: adopt arms it, or its first fault after that. */
	if (th && attached_ns)
		thread_arm(th, 0);
	return th;
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	if (!thread_is_born(child))
		count(lost_storage);
	return 0;
}

/*
 * The same, before the child runs, too. Since v7.1 programs at tracepoints can be preempted, and
 * while one is, the kernel skips it for every other thread of that CPU: a child that is not seen to
 * be born is not traced, and nothing tells. It would have to be skipped at both.
 */
SEC("?tp_btf/task_newtask")
int BPF_PROG(process_newtask, struct task_struct *child)
{
	thread_is_born(child);
	return 0;
}

/* ---- --cause: where the time of an open fault goes ---- */

const volatile bool bio_is_second; /* of block_bio_queue's arguments: before v5.11 */

SEC("?tp_btf/sched_switch")
int BPF_PROG(cause_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct thread *th = may_be_wanted(prev) ? thread_of(prev, false) : NULL;

	if (cause_is_open(th))
		cause_leaves_cpu(th, prev, preempt);
	else if (th)
		throttle_leaves_cpu(th, prev, preempt);
	th = may_be_wanted(next) ? thread_of(next, false) : NULL;
	if (th) {
		cause_enters_cpu(th);
		throttle_enters_cpu(th);
	}
	return 0;
}

/* Runs on the CPU of the waker, which is the current task. */
SEC("?tp_btf/sched_wakeup")
int BPF_PROG(cause_wakeup, struct task_struct *task)
{
	struct thread *th = may_be_wanted(task) ? thread_of(task, false) : NULL;

	if (th)
		cause_wakes(th);
	return 0;
}

#define CAUSE_NOTED(program, tracepoint, what, begins) \
	SEC("?tp_btf/" tracepoint)                     \
	int BPF_PROG(program)                          \
	{                                              \
		cause_noted(what, begins);             \
		return 0;                              \
	}

CAUSE_NOTED(cause_lock_begin, "mmap_lock_start_locking", DOING_LOCK, true)
CAUSE_NOTED(cause_lock_end, "mmap_lock_acquire_returned", DOING_LOCK, false)
CAUSE_NOTED(cause_reclaim_begin, "mm_vmscan_direct_reclaim_begin", DOING_RECLAIM, true)
CAUSE_NOTED(cause_reclaim_end, "mm_vmscan_direct_reclaim_end", DOING_RECLAIM, false)
CAUSE_NOTED(cause_compact_begin, "mm_compaction_begin", DOING_COMPACT, true)
CAUSE_NOTED(cause_compact_end, "mm_compaction_end", DOING_COMPACT, false)

SEC("?tp_btf/mm_vmscan_memcg_reclaim_begin")
int BPF_PROG(cause_memcg_begin)
{
	memcg_reclaim_noted(true);
	return 0;
}

SEC("?tp_btf/mm_vmscan_memcg_reclaim_end")
int BPF_PROG(cause_memcg_end)
{
	memcg_reclaim_noted(false);
	return 0;
}

SEC("?tp_btf/block_bio_queue")
int cause_disk_begin(__u64 *args)
{
	void *bio;

	/* In C it would become one load at a computed offset, which 5.10's verifier refuses. */
	if (bio_is_second)
		asm volatile("%0 = *(u64 *)(%1 + 8)" : "=r"(bio) : "r"(args));
	else
		bio = (void *)args[0];
	disk_asked(bio);
	return 0;
}

/* A driver gets requests, made of bios; or bios, and then only block_bio_complete comes. */
SEC("?tp_btf/block_rq_complete")
int BPF_PROG(cause_request_end, void *request)
{
	disk_answered_all(request);
	return 0;
}

SEC("?tp_btf/block_bio_complete")
int BPF_PROG(cause_disk_end, void *queue, void *bio)
{
	disk_answered(bio);
	return 0;
}

/* ---- --residency: what an open fault brings into the page cache ---- */

SEC("?tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(reads_added, struct page *folio)
{
	reads_add(folio);
	return 0;
}

static __always_inline bool is_chosen(struct task_struct *task)
{
	__u32 id = target_is_thread ? task->pid : task->tgid;

	if (target == FT_TARGET_ALL)
		return task->mm && (__u32)task->tgid != own_pid && !is_helper(task);
	return target == FT_TARGET_CHOSEN && bpf_map_lookup_elem(&chosen, &id);
}

/*
 * Run when all programs are attached, and whenever more processes are chosen: arms the threads that
 * are there already. With -a some are armed, since a program was attached that saw them fault; but
 * others were not attached yet and faults were missed, so their account begins here.
 */
SEC("?iter/task")
int adopt(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct thread *th;

	if (!task || !is_chosen(task))
		return 0;
	th = thread_of(task, true);
	if (!th)
		count(lost_storage);
	else if ((!th->armed || (target == FT_TARGET_ALL && th->phase == PHASE_IDLE)) &&
		 (__u32)task->tgid != command_pid)
		thread_arm(th, task_faults(task));
	return 0;
}

/* The sum that a run of audit finds; the reader sets it to 0 before. */
__u64 unaccounted;

/*
 * Run once a minute: adds up the faults that the kernel counted since each thread's last one that
 * was seen. They are missing. When the thread faults again they are counted as unexplained; this
 * program changes nothing in the thread's state, since the thread may be running.
 */
SEC("?iter/task")
int audit(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct thread *th = task && sees_gup() ? thread_of(task, false) : NULL;
	__u64 last, moved;

	if (!th || !th->armed || th->closed || th->phase != PHASE_IDLE)
		return 0;
	last = *(volatile __u64 *)&th->flt_last;
	moved = task_faults(task) - last;
	if (*(volatile __u8 *)&th->phase == PHASE_IDLE && *(volatile __u64 *)&th->flt_last == last)
		unaccounted += moved;
	return 0;
}

/*
 * Run once before detaching: closes all threads. Later faults are not accounted for. Run once more
 * when all programs are detached, for the faults that were in progress.
 */
SEC("?iter/task")
int finish(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct thread *th = task ? thread_of(task, false) : NULL;

	if (th && th->in_progress)
		fault_conclude(th, (void *)task);
	if (!th || !thread_close(th, task_faults(task)))
		return 0;
	throttle_end(th, (void *)task);
	if (th->phase == PHASE_OPEN || th->phase == PHASE_ENDED) {
		th->in_progress = 1;
		count_many(in_progress, sample);
	}
	return 0;
}

SEC("?raw_tp")
int calibrate(void *ctx)
{
	calibrate_pages();
	calibrate_events();
	return 0;
}

/* The argument is the CPU whose batch it is. */
SEC("?raw_tp")
int flush(__u64 *args)
{
	bool waits = settle_here();

	batch_flush(args[0]);
	/* After batch_flush(), which marks this CPU as one where nothing waits. */
	if (waits)
		batch_wait(bpf_get_smp_processor_id());
	return 0;
}
