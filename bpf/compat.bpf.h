/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernels that BPF code has to know, each with the
 * commit that made it. Ask for the feature, never for a version.
 */
#ifndef FT_COMPAT_BPF_H
#define FT_COMPAT_BPF_H

#include "kread.bpf.h"
#include "arch/arch.bpf.h"

/* What the loader found out about this kernel before loading. */
const volatile bool has_iter_num;	/* bpf_iter_num_*() */
const volatile bool has_task_storage;	/* for tracing programs */
const volatile __s64 vm_events_from_rq; /* from runqueue to event counters; 0: not known */

struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

/*
 * Runs step, an expression, until it is false, and at most max times. The verifier follows
 * each iteration of a loop in C, but of this one only until its state does not change any
 * more: it loads in a quarter of the time, but each round is a call. Since Linux commit
 * 6018e1f407cc ("bpf: implement numbers iterator") (in v6.4).
 */
#define repeat_rarely(max, step)                                          \
	do {                                                              \
		__u64 __it = 0;                                           \
		struct bpf_iter_num *__num = (void *)&__it;               \
		if (has_iter_num) {                                       \
			bpf_iter_num_new(__num, 0, max);                  \
			while (bpf_iter_num_next(__num) && (step))        \
				;                                         \
			bpf_iter_num_destroy(__num);                      \
		} else {                                                  \
			for (__u32 __i = 0; __i < (max) && (step); __i++) \
				;                                         \
		}                                                         \
	} while (0)

/*
 * mm->mm_lock_seq moves with every change of the address space. Since Linux
 * commit 5e31275cc997 ("mm: add per-VMA lock and helper functions to control
 * it") (in v6.4) it is an int; since commit eb449bd96954 ("mm: convert
 * mm_lock_seq to a proper seqcount") (in v6.14) a seqcount_t.
 */
struct mm_struct___seq_int {
	int mm_lock_seq;
} __attribute__((preserve_access_index));

struct seqcount___compat {
	unsigned int sequence;
} __attribute__((preserve_access_index));

struct mm_struct___seqcount {
	struct seqcount___compat mm_lock_seq;
} __attribute__((preserve_access_index));

/* false: this kernel does not say, or the address space is being changed right now. */
static __always_inline bool mm_generation(struct mm_struct *mm, __u32 *ret)
{
	/* A field exists for CO-RE only with the type that is asked for. */
	if (bpf_core_field_exists(struct mm_struct___seqcount, mm_lock_seq.sequence)) {
		*ret = kread(mm, struct mm_struct___seqcount, mm_lock_seq.sequence);
		return !(*ret & 1);
	}
	if (!bpf_core_field_exists(struct mm_struct___seq_int, mm_lock_seq))
		return false;
	*ret = kread(mm, struct mm_struct___seq_int, mm_lock_seq);
	return true;
}

/*
 * May the address space have changed since generation was read (known: it could be read)?
 * On kernels without a seqcount: is mmap_lock held for writing just now?
 */
static __always_inline bool mm_changes(struct mm_struct *mm, bool known, __u32 generation)
{
	__u32 now = 0;

	if (bpf_core_field_exists(struct mm_struct___seqcount, mm_lock_seq.sequence))
		return !known || !mm_generation(mm, &now) || now != generation;
	if (!bpf_core_field_exists(struct rw_semaphore, count))
		return false;
	return kread(mm, struct mm_struct, mmap_lock.count.counter) & 1;
}

/*
 * Before Linux commit 524e00b36e8c ("mm: remove rb tree.") (in v6.1) a process's
 * mappings are in a red-black tree.
 */
struct mm_struct___rb {
	struct rb_root mm_rb;
} __attribute__((preserve_access_index));

struct vm_area_struct___rb {
	struct rb_node vm_rb;
} __attribute__((preserve_access_index));

/*
 * The bit of VM_UFFD_MINOR, which only shared memory and hugetlb can have, has moved: 37
 * since Linux commit 7677f7fd8be7 ("userfaultfd: add minor fault registration mode") (in
 * v5.13), 38 since commit fb47a799cc5c ("mm: Move VM_UFFD_MINOR_BIT from 37 to 38") (in
 * v6.6), later 41. On such a mapping none of them was ever used for anything else.
 */
#define VM_UFFD_MINOR (1ULL << 37 | 1ULL << 38 | 1ULL << 41)

/*
 * Since Linux commit def3ae83da02 ("fs: store real path instead of fake path in
 * backing file f_path") (in v6.7) a mapping of an overlayfs file points to the
 * underlying file, and the path that the user opened is beside it; it is the
 * one that /proc/PID/maps shows. The mode bit that says so has moved: both are
 * tried, and what is found must look like a path on overlayfs.
 */
#define FMODE_BACKING_BITS    (1U << 24 | 1U << 25)
#define OVERLAYFS_SUPER_MAGIC 0x794c7630

struct backing_file___compat {
	struct file file;
	struct path user_path;
} __attribute__((preserve_access_index));

/*
 * Names for anonymous memory: Linux commit 9a10064f5625 ("mm: add a field to
 * store names for private anonymous memory") (in v5.17).
 */
struct anon_vma_name___compat {
	char name[1];
} __attribute__((preserve_access_index));

struct vm_area_struct___anon_name {
	struct anon_vma_name___compat *anon_name;
} __attribute__((preserve_access_index));

/*
 * The order of a large folio is in _flags_1 since Linux commit ebc1baf5c9b4 ("mm: free
 * up a word in the first tail page") (in v6.6), and had a byte of its own before. Until
 * v6.1, struct folio did not reach as far as the tail page that has it.
 */
struct folio___flags_1 {
	unsigned long _flags_1;
} __attribute__((preserve_access_index));

struct folio___order {
	unsigned char _folio_order;
} __attribute__((preserve_access_index));

struct page___order {
	unsigned char compound_order;
} __attribute__((preserve_access_index));

/* head: of a folio that is large. */
static __always_inline __u8 large_folio_order(struct page *head)
{
	/* _flags_1 is older than its use for the order: older kernels have both fields. */
	if (bpf_core_field_exists(struct folio___order, _folio_order))
		return kread(head, struct folio___order, _folio_order);
	if (bpf_core_field_exists(struct folio___flags_1, _flags_1))
		return kread(head, struct folio___flags_1, _flags_1) & 0xff;
	return kread((__u64)head + bpf_core_type_size(struct page), struct page___order,
		     compound_order);
}

/*
 * Anonymous pages, KSM pages and pages of a file are told apart by the low bits
 * of page->mapping; only a head page has one.
 */
#define PAGE_MAPPING_BITS 3
#define PAGE_MAPPING_ANON 1
#define PAGE_MAPPING_KSM  3

/*
 * A tail page knows its head: bit 0 says that it is one, the rest is the head's
 * address. "mm: rework compound_head() for power-of-2 sizeof(struct page)" (in
 * v7.1) renamed the field, and may keep there a mask to be laid over the tail's
 * own address. A mask is a small negative number: see COMPOUND_MASKS_FROM.
 */
struct page___compound_head {
	unsigned long compound_head;
} __attribute__((preserve_access_index));

struct page___compound_info {
	unsigned long compound_info;
} __attribute__((preserve_access_index));

static __always_inline struct page *page_head(__u64 page)
{
	__u64 info;

	if (bpf_core_field_exists(struct page___compound_info, compound_info))
		info = kread(page, struct page___compound_info, compound_info);
	else
		info = kread(page, struct page___compound_head, compound_head);
	if (!(info & 1))
		return (void *)page;
	return (void *)(info >= COMPOUND_MASKS_FROM ? page & info : info - 1);
}

/*
 * Where a page stands in its mapping: page->index, since Linux commit
 * acc53a0b4c15 ("mm: rename page->index to page->__folio_index") (in v6.16) only
 * folio->index. A folio begins where its head page does.
 */
struct folio___index {
	unsigned long index;
} __attribute__((preserve_access_index));

struct page___index {
	unsigned long index;
} __attribute__((preserve_access_index));

static __always_inline __u64 page_index(struct page *head)
{
	if (bpf_core_field_exists(struct folio___index, index))
		return kread(head, struct folio___index, index);
	return kread(head, struct page___index, index);
}

/* A node of the page cache's tree. */
struct xa_node___compat {
	unsigned char shift;
	void *slots[64];
} __attribute__((preserve_access_index));

/*
 * The device of a bio: a block_device since Linux commit 309dca309fc3 ("block: store a block_device
 * pointer in struct bio") (in v5.12); before it a disk and the number of a partition.
 */
struct block_device___compat {
	__u32 bd_dev;
} __attribute__((preserve_access_index));

struct bvec_iter___compat {
	unsigned int bi_size;
} __attribute__((preserve_access_index));

struct bio___bdev {
	struct block_device___compat *bi_bdev;
	unsigned int bi_opf;
	struct bvec_iter___compat bi_iter;
} __attribute__((preserve_access_index));

/* Bios that were merged into one request. */
struct bio___next {
	struct bio___next *bi_next;
} __attribute__((preserve_access_index));

struct request___compat {
	struct bio___next *bio;
} __attribute__((preserve_access_index));

struct gendisk___compat {
	int major;
	int first_minor;
} __attribute__((preserve_access_index));

struct bio___disk {
	struct gendisk___compat *bi_disk;
	__u8 bi_partno;
} __attribute__((preserve_access_index));

static __always_inline __u32 bio_device(void *bio)
{
	if (bpf_core_field_exists(struct bio___bdev, bi_bdev))
		return kread(kread(bio, struct bio___bdev, bi_bdev), struct block_device___compat,
			     bd_dev);

	struct gendisk___compat *disk = kread(bio, struct bio___disk, bi_disk);

	return (__u32)kread(disk, struct gendisk___compat, major) << 20 |
	       (__u32)(kread(disk, struct gendisk___compat, first_minor) +
		       kread(bio, struct bio___disk, bi_partno));
}

/*
 * 0: the task can run. Linux commit 2f064a59a11f ("sched: Change task_struct::state")
 * (in v5.14) renamed the field and made it an int. (What sched_switch says about it
 * came only in v5.18, and in two different places.)
 */
struct task_struct___state {
	long state;
} __attribute__((preserve_access_index));

static __always_inline __u32 task_state(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return kread(task, struct task_struct, __state);
	return kread(task, struct task_struct___state, state);
}

static __always_inline bool task_in_iowait(struct task_struct *task)
{
	return BPF_CORE_READ_BITFIELD_PROBED(task, in_iowait);
}

static __always_inline bool task_in_exec(struct task_struct *task)
{
	return BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
}

/* Set only where the kernel accounts memory stalls: with CONFIG_PSI and psi=1. */
static __always_inline bool task_in_memstall(struct task_struct *task)
{
	return bpf_core_field_exists(task->in_memstall) &&
	       BPF_CORE_READ_BITFIELD_PROBED(task, in_memstall);
}

/* Pages that the task took above memory.high of its cgroup and was not throttled for yet. */
static __always_inline __u32 pages_over_high(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->memcg_nr_pages_over_high))
		return 0;
	return task_read(task, memcg_nr_pages_over_high);
}

/*
 * Did the OOM killer choose the task's process? It keeps that in its signal_struct, from
 * mark_oom_victim() on.
 */
struct signal_struct___oom {
	struct mm_struct *oom_mm;
} __attribute__((preserve_access_index));

static __always_inline bool killed_for_memory(struct task_struct *task)
{
	return kread(kread(task, struct task_struct, signal), struct signal_struct___oom, oom_mm);
}

/* Registers of user mode as they were saved at the current thread's last entry. */
#define user_regs() ((struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf()))

static __always_inline struct task_struct *this_task(void)
{
	return has_typed_task ? bpf_get_current_task_btf()
			      : (struct task_struct *)bpf_get_current_task();
}

/*
 * This CPU's runqueue, by way of the current thread. Only with CONFIG_FAIR_GROUP_SCHED does a
 * queue point to the runqueue that it is a part of.
 */
struct rq___compat {
	int cpu;
} __attribute__((preserve_access_index));

struct cfs_rq___compat {
	struct rq___compat *rq;
} __attribute__((preserve_access_index));

static __always_inline struct rq___compat *this_rq(struct task_struct *task)
{
	struct rq___compat *rq;

	if (!bpf_core_field_exists(struct cfs_rq___compat, rq))
		return NULL;
	rq = kread(kread(task, struct task_struct, se.cfs_rq), struct cfs_rq___compat, rq);
	return (__u32)kread(rq, struct rq___compat, cpu) == bpf_get_smp_processor_id() ? rq : NULL;
}

/*
 * This CPU's counter of an event, of which /proc/vmstat has the sum. Per-CPU variables have
 * the same distance from one another on each CPU. (bpf_this_cpu_ptr() finds a variable by its
 * name, but only where it is both in BTF and in kallsyms; for the distance one of them is enough.)
 */
static __always_inline bool this_cpu_event(struct task_struct *task, __u32 item, __u64 *ret)
{
	struct rq___compat *rq = this_rq(task);

	*ret = rq ? kread64((__u64)rq + vm_events_from_rq + sizeof(*ret) * item) : 0;
	return rq;
}

/* The thread's name: 16 bytes, two loads where loads are cheap. */
static __always_inline void read_comm(struct task_struct *task, char *ret)
{
	__u64 at = (__u64)task + bpf_core_field_offset(struct task_struct, comm);

	if (has_rdonly_cast) {
		((__u64 *)ret)[0] = kread64(at);
		((__u64 *)ret)[1] = kread64(at + 8);
	} else {
		bpf_get_current_comm(ret, 16);
	}
}

/* Linux commit 07343110b293 ("bpf: add bpf_map_lookup_percpu_elem for percpu map") (in v5.19). */
static __always_inline bool has_percpu_lookup(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_map_lookup_percpu_elem);
}

/*
 * Is this a tracer's probe reading user memory? bpf_probe_read_kernel(), too, disables
 * page faults while it reads the counter: then the counter includes this read.
 */
static __always_inline bool pagefaults_disabled(struct task_struct *task)
{
	int own = has_rdonly_cast ? 0 : 1;

	return task_read(task, pagefault_disabled) > own;
}

#endif /* FT_COMPAT_BPF_H */
