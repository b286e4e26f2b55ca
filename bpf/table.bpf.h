/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults summed up where they happen, by the keys of --by. A row is on each CPU and of
 * one epoch: nothing is shared, not even with the reader, who takes what has ended.
 */
#ifndef FT_TABLE_BPF_H
#define FT_TABLE_BPF_H

#include "cause.h"
#include "key.h"
#include "name.bpf.h"
#include "sign.bpf.h"
#include "stack.bpf.h"

const volatile __u32 table_keys[FT_KEYS]; /* enum ft_key_type */
const volatile bool rows_are_few;	  /* all keys are below FT_FEW_VALUES */
const volatile bool stacks_have_comm;	  /* for profiles: a stack's row is of one name */
const volatile struct ft_hist_scale table_scale;

/*
 * The reader's: one higher when it takes the rows of the epoch before, as soon as no
 * program that began in it runs any more (src/trace/rows.c).
 */
__u32 table_epoch;

/* How many rows of the hash were ever made, and of these, given back by the reader. */
__u32 rows_made;
__u32 rows_given_back;
/* The reader is woken when so many are in use. */
const volatile __u32 rows_enough;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2 * FT_FEW_ROWS); /* of even and of odd epochs */
	__type(key, __u32);
	__type(value, struct ft_row);
} few_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1); /* the loader knows how many */
	__type(key, struct ft_key);
	__type(value, struct ft_row);
} rows SEC(".maps");

/* All faults whose own row did not fit, of even and of odd epochs. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct ft_row);
} overflow_row SEC(".maps");

/* Where the mapping of an instruction is looked at, as if it were that of a fault. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct thread);
} code_scratch SEC(".maps");

/* A new row, all zero; too large for a program's stack. */
const volatile char no_row[sizeof(struct ft_row)];

static __always_inline bool has_key(__u32 type)
{
	return table_keys[0] == type || table_keys[1] == type;
}

/* Rows are of instructions: the user half merges those of one function, or line. */
static __always_inline bool has_code_key(void)
{
	return has_key(FT_KEY_SYMBOL) || has_key(FT_KEY_LINE);
}

static __always_inline void key_of_mapping(__u64 *word, const struct ft_fault *rec)
{
	__u32 roles = FT_VMA_HEAP | FT_VMA_STACK;

	/* The heap and the stack grow, downwards too: the same row all the same. */
	word[0] = (__u64)rec->pid << 32 | (rec->vma & FT_VMA_COVERS ? rec->vma & roles : 0);
	word[1] = rec->vma & FT_VMA_COVERS && !(rec->vma & roles) ? rec->vma_start : 0;
	word[2] = rec->vma & FT_VMA_COVERS ? rec->name_id : 0;
}

/* What has no name is known by its role. */
static __always_inline void key_of_file(__u64 *word, const struct ft_fault *rec)
{
	__u32 facts = FT_VMA_HEAP | FT_VMA_STACK | FT_VMA_COVERS | FT_VMA_ANON | FT_VMA_DEVICE;

	word[0] = rec->vma & FT_VMA_COVERS ? rec->name_id : 0;
	word[1] = word[0] ? 0 : rec->vma & facts;
	word[2] = word[0] || !(rec->vma & FT_VMA_COVERS) ? 0 : rec->inode;
}

static __always_inline __u32 dominant_cause(const struct thread *th)
{
	return th->rec.latency_ns == FT_UNKNOWN64 ? FT_CAUSE_OTHER
						  : ft_dominant_cause(th->causes.ns);
}

static __always_inline void key_of_comm(__u64 *word, const struct ft_fault *rec)
{
	word[0] = ((const __u64 *)rec->comm)[0];
	word[1] = ((const __u64 *)rec->comm)[1];
}

/* Only of what is mapped when the fault ends, and where the page tables can be read. */
static __always_inline __u64 known_order(const struct ft_fault *rec)
{
	return rec->after == FT_PTE_PRESENT ? rec->order : FT_UNKNOWN64;
}

static __always_inline void key_part(__u64 *word, __u32 type, const struct thread *th, __u32 kind)
{
	const struct ft_fault *rec = &th->rec;

	if (type == FT_KEY_KIND)
		word[0] = kind;
	else if (type == FT_KEY_MAJOR)
		word[0] = rec->major == 1;
	else if (type == FT_KEY_ACCESS)
		word[0] = rec->access;
	else if (type == FT_KEY_ORIGIN)
		word[0] = rec->origin;
	else if (type == FT_KEY_PID)
		word[0] = rec->pid;
	else if (type == FT_KEY_TID)
		word[0] = rec->tid;
	else if (type == FT_KEY_CGROUP)
		word[0] = rec->cgroup_id;
	else if (type == FT_KEY_CPU)
		word[0] = rec->h.cpu;
	else if (type == FT_KEY_ORDER)
		word[0] = known_order(rec);
	else if (type == FT_KEY_CAUSE)
		word[0] = dominant_cause(th);
	else if (type == FT_KEY_STACK)
		word[0] = rec->stack_id;
	else if (type == FT_KEY_VMA)
		key_of_mapping(word, rec);
	else if (type == FT_KEY_FILE)
		key_of_file(word, rec);
	if (type == FT_KEY_COMM)
		key_of_comm(word, rec);
	if (type == FT_KEY_STACK && stacks_have_comm)
		key_of_comm(word + 1, rec);
	if (type == FT_KEY_SYMBOL || type == FT_KEY_LINE) {
		word[0] = (__u64)code_generation(this_task()) << 32 | rec->pid;
		word[1] = rec->ip;
	}
}

/* The instruction got a row: tell where it is while that can be known. */
static __always_inline void send_code(const struct ft_fault *rec, struct task_struct *task)
{
	struct ft_code code = {
		.h = { .type = FT_RECORD_CODE, .size = sizeof(code) },
		.ip = rec->ip,
		.pid = rec->pid,
		.generation = code_generation(task),
	};
	struct mm_struct *mm = kread(task, struct task_struct, mm);
	struct vm_area_struct *vma;
	struct thread *scratch;
	__u32 zero = 0;

	scratch = bpf_map_lookup_elem(&code_scratch, &zero);
	vma = scratch && mm ? vma_search(mm, rec->ip) : NULL;
	if (vma) {
		scratch->rec.addr = rec->ip;
		vma_copy(scratch, vma, mm);
		if (vma_covers(&scratch->rec)) {
			name_mapping(scratch);
			code.vma = scratch->rec.vma;
			code.vma_start = scratch->rec.vma_start;
			code.vma_end = scratch->rec.vma_end;
			code.vma_offset = scratch->rec.vma_offset;
			code.inode = scratch->rec.inode;
			code.dev = scratch->rec.dev;
			code.name_id = scratch->rec.name_id;
		}
	}
	/* If it is lost, the reader asks /proc. */
	bpf_ringbuf_output(&ring, &code, sizeof(code), BPF_RB_NO_WAKEUP);
}

/* Wakes the reader, by a record of nothing: rows become scarce. */
static __always_inline void count_new_row(void)
{
	void *nothing;

	__sync_fetch_and_add(&rows_made, 1);
	if (rows_made - rows_given_back <= rows_enough || wake_pending)
		return;
	wake_pending = true;
	nothing = bpf_ringbuf_reserve(&ring, sizeof(__u64), 0);
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

static __always_inline struct ft_row *row_of_key(const struct thread *th, __u32 kind, __u32 epoch,
						 struct task_struct *task)
{
	struct ft_key key = { .epoch = epoch };
	struct ft_row *row;

	key_part(key.part[0].word, table_keys[0], th, kind);
	key_part(key.part[1].word, table_keys[1], th, kind);
	row = bpf_map_lookup_elem(&rows, &key);
	if (row)
		return row;
	if (!bpf_map_update_elem(&rows, &key, (void *)&no_row, BPF_NOEXIST)) {
		count_new_row();
		if (has_code_key())
			send_code(&th->rec, task);
	}
	return bpf_map_lookup_elem(&rows, &key);
}

static __always_inline struct ft_row *few_row(const struct thread *th, __u32 kind, __u32 epoch)
{
	__u64 word[FT_KEYS] = {};
	__u32 index;

	_Static_assert(!(FT_FEW_VALUES & (FT_FEW_VALUES - 1)),
		       "the masks below leave values as they are");
	key_part(&word[0], table_keys[0], th, kind);
	key_part(&word[1], table_keys[1], th, kind);
	index = (word[0] & (FT_FEW_VALUES - 1)) * FT_FEW_VALUES + (word[1] & (FT_FEW_VALUES - 1));
	index += (epoch & 1) * FT_FEW_ROWS;
	return bpf_map_lookup_elem(&few_rows, &index);
}

static __always_inline struct ft_row *row_of(const struct thread *th, __u32 kind,
					     struct task_struct *task)
{
	__u32 epoch = *(volatile __u32 *)&table_epoch, parity = epoch & 1;
	struct ft_row *row;

	row = rows_are_few ? few_row(th, kind, epoch) : row_of_key(th, kind, epoch, task);
	return row ? row : bpf_map_lookup_elem(&overflow_row, &parity);
}

static __always_inline __u32 bucket_of(__u64 latency_ns)
{
	struct ft_hist_scale scale = { table_scale.low, table_scale.step, table_scale.nr };
	__u32 bucket;

	if (latency_ns == FT_UNKNOWN64)
		return FT_HIST_UNKNOWN;
	bucket =
		scale.step ? ft_hist_linear_bucket(&scale, latency_ns) : ft_hist_bucket(latency_ns);
	return bucket < FT_HIST_BUCKETS ? bucket : FT_HIST_BUCKETS - 1;
}

static __always_inline void row_causes(struct ft_row *row, const struct ft_causes *causes)
{
	for (__u32 cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		__u64 ns = causes->ns[cause];

		if (ns && ns != FT_UNKNOWN64)
			__sync_fetch_and_add(&row->cause_ns[cause], ns);
	}
}

static __always_inline void row_reads(struct ft_row *row, const struct ft_fault *rec)
{
	if (rec->read_pages == FT_UNKNOWN32)
		__sync_fetch_and_add(&row->unknown_reads, 1);
	else if (rec->read_pages)
		__sync_fetch_and_add(&row->read_pages, rec->read_pages);
}

static __always_inline void row_shows(struct ft_row *row, struct thread *th)
{
	row->used = 1;
	if (!has_key(FT_KEY_VMA) && !has_key(FT_KEY_FILE))
		name_mapping(th);
	sign(&th->rec);
	row->worst = th->rec;
}

/* The fastest and the slowest, and the slowest whole; or, for what it was, the first. */
static __always_inline void row_extremes(struct ft_row *row, struct thread *th)
{
	struct ft_fault *rec = &th->rec;
	bool timed = rec->latency_ns != FT_UNKNOWN64;

	if (timed && (!row->timed || rec->latency_ns < row->min_ns))
		row->min_ns = rec->latency_ns;
	if (row->used && (!timed || (row->timed && rec->latency_ns < row->max_ns)))
		return;
	if (timed) {
		row->max_ns = rec->latency_ns;
		row->timed = 1;
	}
	row_shows(row, th);
}

/*
 * By way of memory: what a verifier knows of a register it may follow to the end for each
 * value on its own, and a walk of a stack is long. 6.1 had 621 665 instructions to look at
 * for --by kind,stack, and has 78 679.
 */
static __always_inline __u32 kind_of(struct thread *th)
{
	volatile __u8 *kind = &th->kind;

	*kind = wants_kind ? ft_classify(&th->rec).kind : 0;
	return *kind;
}

/* Counts it where it is one; errors have rows only where they are asked for. */
static __always_inline bool table_takes(const struct thread *th, __u32 kind)
{
	bool error = kind == FT_KIND_ERROR || th->rec.outcome == FT_OUTCOME_FAILED;

	if (error)
		count_many(errors, sample);
	return th->rec.outcome == FT_OUTCOME_RESOLVED ||
	       (error && wanted_kinds & 1U << FT_KIND_ERROR);
}

/*
 * Adds the fault to its row. With atomic additions, although the row is this CPU's
 * own: on some kernels one program can be preempted by another here.
 */
static __noinline void table_add(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;
	__u32 kind = kind_of(th);
	struct ft_row *row;
	__u32 bucket;

	if (!table_takes(th, kind))
		return;
	if (has_key(FT_KEY_VMA) || has_key(FT_KEY_FILE))
		name_mapping(th);
	if (!rows_are_few)
		sign(rec);
	if (wants_stack)
		rec->stack_id = stack_take(rec, task);
	row = row_of(th, kind, task);
	if (!row)
		return;
	bucket = bucket_of(rec->latency_ns);
	__sync_fetch_and_add(&row->buckets[bucket], 1);
	if (rec->latency_ns != FT_UNKNOWN64)
		__sync_fetch_and_add(&row->sum_ns, rec->latency_ns);
	if (rec->major == 1)
		__sync_fetch_and_add(&row->major, 1);
	if (wants_bytes)
		__sync_fetch_and_add(&row->bytes, ft_fault_bytes(rec, page_shift));
	if (wants_cause && rec->latency_ns != FT_UNKNOWN64)
		row_causes(row, &th->causes);
	if (wants_reads)
		row_reads(row, rec);
	row_extremes(row, th);
}

/* The row that the fault, which is still the one in th, went to, or would now. */
static __always_inline void table_add_throttled(struct thread *th, struct task_struct *task)
{
	__u32 kind = kind_of(th);
	struct ft_row *row = row_of(th, kind, task);

	if (!row)
		return;
	__sync_fetch_and_add(&row->throttled_ns, th->throttled.ns);
	/* A new epoch: the first that comes to this row. */
	if (!row->used)
		row_shows(row, th);
}

#endif /* FT_TABLE_BPF_H */
