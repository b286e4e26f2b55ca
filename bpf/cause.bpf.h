/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the time of an open fault goes (--cause). At each moment one cause is set;
 * an event that sets another one adds the time since the last change to the cause
 * before. So the parts add up to the latency, whichever events a kernel has.
 */
#ifndef FT_CAUSE_BPF_H
#define FT_CAUSE_BPF_H

#include "cache.bpf.h"

enum doing {
	DOING_LOOKUP = 1 << 0, /* not in handle_mm_fault */
	DOING_LOCK = 1 << 1,
	DOING_COMPACT = 1 << 2,
	DOING_RECLAIM = 1 << 3,
};

enum off_cpu { OFF_CPU_NOT = 0, OFF_CPU_RUNNABLE, OFF_CPU_ASLEEP };

#define TASK_INTERRUPTIBLE 0x0001
#define TASK_WAKEKILL	   0x0100

static __always_inline __u8 cause_of_doing(const struct thread *th)
{
	return th->doing & DOING_RECLAIM   ? FT_CAUSE_RECLAIM
	       : th->doing & DOING_COMPACT ? FT_CAUSE_COMPACT
	       : th->doing & DOING_LOCK	   ? FT_CAUSE_LOCK
	       : th->doing & DOING_LOOKUP  ? FT_CAUSE_LOOKUP
					   : FT_CAUSE_CPU;
}

/* Clocks of two CPUs may differ by a little: ignores time that goes back. */
static __always_inline void cause_add(struct thread *th, __u64 now)
{
	__s64 passed = now - th->cause_since;
	__u8 cause = th->cause;

	if (passed <= 0 || cause >= FT_CAUSE_COUNT)
		return;
	th->causes.ns[cause] += passed;
	th->cause_since = now;
}

/*
 * Sets another cause. Programs at handle_mm_fault can be preempted here: because of
 * noting, the context switches out and in then do not change the cause.
 */
static __always_inline void cause_becomes(struct thread *th, __u8 cause)
{
	*(volatile __u8 *)&th->noting = 1;
	cause_add(th, bpf_ktime_get_ns());
	th->cause = cause;
	*(volatile __u8 *)&th->noting = 0;
}

static __always_inline bool cause_is_open(const struct thread *th)
{
	return th && th->phase == PHASE_OPEN && !*(volatile const __u8 *)&th->noting;
}

static __always_inline void cause_begin(struct thread *th)
{
	__builtin_memset(&th->causes, 0, sizeof(th->causes));
	th->causes.disk_ns = FT_UNKNOWN64;
	th->doing = sees_attempts ? DOING_LOOKUP : 0;
	th->cause = cause_of_doing(th);
	th->cause_since = th->rec.h.time_ns;
	th->off_cpu = OFF_CPU_NOT;
	th->noting = 0;
}

static __always_inline void cause_does(struct thread *th, __u8 what, bool begins)
{
	th->doing = begins ? th->doing | what : th->doing & ~what;
	cause_becomes(th, cause_of_doing(th));
}

static __always_inline void cause_of_thread_noted(struct thread *th, __u8 what, bool begins)
{
	if (cause_is_open(th) && !(th->doing & what) == begins)
		cause_does(th, what, begins);
}

/* The current thread enters (begins) or leaves reclaim and the like. */
static __always_inline void cause_noted(__u8 what, bool begins)
{
	cause_of_thread_noted(wanted_thread(this_task(), false), what, begins);
}

/* ---- Off the CPU ---- */

/* A thread in iowait waits until the page is read, or unlocked: which of them? */
static __always_inline __u8 cause_of_iowait(const struct ft_fault *rec, enum cached cached)
{
	bool writes_shared = rec->access == FT_ACCESS_WRITE && (rec->vma.facts & FT_VMA_SHARED);

	/* On the first write to a shared page the file system itself locks the page. */
	if (cached == CACHED_LOCKED && !writes_shared)
		return FT_CAUSE_LOCK;
	if (rec->before == FT_PTE_MIGRATION)
		return FT_CAUSE_LOCK;
	if (rec->before == FT_PTE_PRESENT && !(rec->vma.facts & FT_VMA_SHARED))
		return FT_CAUSE_LOCK;
	return FT_CAUSE_IO;
}

/* Signals end this wait, but not the wait for a lock. */
static __always_inline bool waits_for_uffd(const struct ft_fault *rec, __u32 state)
{
	return (state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) && ft_asks_uffd(rec);
}

static __always_inline __u8 cause_of_sleep(struct thread *th, struct task_struct *task)
{
	const struct ft_fault *rec = &th->rec;
	enum cached cached = CACHED_UNKNOWN;

	/* Before handle_mm_fault a thread sleeps only for mmap_lock. */
	if (th->doing)
		return th->doing == DOING_LOOKUP ? FT_CAUSE_LOCK : cause_of_doing(th);
	if (vma_covers(rec) && (rec->vma.facts & FT_VMA_FILE))
		cached = cached_page(th);
	/* Network and FUSE file systems wait for I/O without iowait. */
	if (cached == CACHED_READING)
		return FT_CAUSE_IO;
	if (task_in_iowait(task))
		return cause_of_iowait(rec, cached);
	/* memory.high throttles inside the fault if very many pages are above it. */
	if (sees_stalls && task_in_memstall(task))
		return FT_CAUSE_RECLAIM;
	return waits_for_uffd(rec, task_state(task)) ? FT_CAUSE_UFFD : FT_CAUSE_OTHER;
}

static __noinline void cause_leaves_cpu(struct thread *th, struct task_struct *task, bool preempted)
{
	bool runnable = preempted || !task_state(task);

	cause_becomes(th, runnable ? FT_CAUSE_SCHED : cause_of_sleep(th, task));
	th->off_cpu = runnable ? OFF_CPU_RUNNABLE : OFF_CPU_ASLEEP;
}

static __always_inline void cause_wakes(struct thread *th)
{
	if (!cause_is_open(th) || th->off_cpu != OFF_CPU_ASLEEP)
		return;
	cause_becomes(th, FT_CAUSE_SCHED);
	th->off_cpu = OFF_CPU_RUNNABLE;
}

static __always_inline void cause_enters_cpu(struct thread *th)
{
	if (!cause_is_open(th) || th->off_cpu == OFF_CPU_NOT)
		return;
	cause_becomes(th, cause_of_doing(th));
	th->off_cpu = OFF_CPU_NOT;
}

/* ---- What a disk was asked for ---- */

#define REQ_OP_MASK 0xff /* REQ_OP_READ is 0 */

/* The thread that made a request, and the begin of the fault that it was made in. */
struct disk_request {
	__u64 fault_ns;
	__u32 tid;
	__u32 pad;
};

struct answer {
	__u64 fault_ns;
	__u64 time_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* of the bio */
	__type(value, struct disk_request);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32); /* tid */
	__type(value, struct answer);
} answers SEC(".maps");

/* The thread submits a read. Stacked devices submit it again, to other devices: not counted. */
static __always_inline void disk_asked(struct bio___bdev *bio)
{
	struct thread *th = wanted_thread(this_task(), false);
	struct disk_request request = { .tid = (__u32)bpf_get_current_pid_tgid() };
	__u64 key = (__u64)bio;
	__u32 dev, bytes;

	if (!cause_is_open(th) || (kread(bio, struct bio___bdev, bi_opf) & REQ_OP_MASK))
		return;
	dev = bio_device(bio);
	bytes = kread(bio, struct bio___bdev, bi_iter.bi_size);
	if (!bytes || (th->causes.disk_bytes && dev != th->causes.disk_dev))
		return;
	if (!th->causes.disk_bytes)
		th->disk_since = bpf_ktime_get_ns();
	th->causes.disk_dev = dev;
	th->causes.disk_bytes += bytes;
	request.fault_ns = th->rec.h.time_ns;
	bpf_map_update_elem(&requests, &key, &request, BPF_ANY);
}

/* A bio is done. The current task may be any: this may run in an interrupt. */
static __always_inline void disk_answered(void *bio)
{
	__u64 key = (__u64)bio;
	struct disk_request *request = bpf_map_lookup_elem(&requests, &key);
	struct answer answer;
	__u32 tid;

	if (!request)
		return;
	tid = request->tid;
	answer.fault_ns = request->fault_ns;
	answer.time_ns = bpf_ktime_get_ns();
	bpf_map_delete_elem(&requests, &key);
	bpf_map_update_elem(&answers, &tid, &answer, BPF_ANY);
}

#define BIOS_MAX 32 /* looked at in one request */

static __noinline void disk_answered_all(struct request___compat *request)
{
	struct bio___next *bio = kread(request, struct request___compat, bio);

	for (int i = 0; i < BIOS_MAX && bio; i++) {
		disk_answered(bio);
		bio = kread(bio, struct bio___next, bi_next);
	}
}

static __always_inline void disk_end(struct thread *th)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct answer *answer = bpf_map_lookup_elem(&answers, &tid);

	if (!answer)
		return;
	if (answer->fault_ns == th->rec.h.time_ns && answer->time_ns >= th->disk_since)
		th->causes.disk_ns = answer->time_ns - th->disk_since;
	bpf_map_delete_elem(&answers, &tid);
}

/* The fault is over. Returns when it ended. */
static __noinline __u64 cause_end(struct thread *th, __u64 now)
{
	cause_add(th, now);
	if (!sees_attempts)
		th->causes.ns[FT_CAUSE_LOOKUP] = FT_UNKNOWN64;
	if (th->causes.disk_bytes)
		disk_end(th);
	return th->cause_since > now ? th->cause_since : now;
}

#endif /* FT_CAUSE_BPF_H */
