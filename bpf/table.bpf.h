/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sums up faults in the kernel, by the keys of --by. Each CPU has its own part of a row, and
 * a row is of one epoch: CPUs share nothing, nor does the reader, which takes ended epochs.
 */
#ifndef FT_TABLE_BPF_H
#define FT_TABLE_BPF_H

#include "emit.bpf.h"
#include "name.bpf.h"
#include "contract/row_key.h"
#include "sign.bpf.h"
#include "stack.bpf.h"
#include "contract/takes.h"
#include "thp.bpf.h"

const volatile __u32 table_keys[FT_KEYS]; /* enum ft_key_type */
const volatile bool rows_are_few;	  /* all values of the keys are below FT_FEW_VALUES */
const volatile bool stacks_have_comm;	  /* for profiles: a stack's row is of one comm */
const volatile struct ft_hist_scale table_scale;

/*
 * Incremented by the reader, which then waits until no program that began in the epoch
 * before runs any more, and takes its rows (src/source/live/row_reader.c).
 */
__u32 table_epoch;

/* How many rows of the hash were made, and how many of these the reader has deleted. */
__u32 rows_made;
__u32 rows_given_back;
/* The reader is woken when more rows than this are in use. */
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

/* Cgroups whose ids were sent. One that is forgotten here is sent again with its next row. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u8);
} cgroups_sent SEC(".maps");

/* For the mapping of an instruction, which is copied as that of a fault is; and its record. */
struct code_scratch {
	struct thread th;
	struct ft_code code;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct code_scratch);
} code_scratch SEC(".maps");

/* A new row, all zero; too large for a program's stack. */
const volatile char no_row[sizeof(struct ft_row)];

static __always_inline bool has_key(__u32 type)
{
	return table_keys[0] == type || table_keys[1] == type;
}

/* With these keys a row is of one instruction: the user half merges those of a function or line. */
static __always_inline bool has_code_key(void)
{
	return has_key(FT_KEY_SYMBOL) || has_key(FT_KEY_LINE);
}

static __always_inline void key_part(__u64 *word, __u32 type, const struct thread *th, __u32 kind)
{
	ft_key_part(word, type, &th->rec, th->causes.ns, kind);
	if (type == FT_KEY_STACK && stacks_have_comm)
		ft_key_of_comm(word + 1, &th->rec);
	if (type == FT_KEY_SYMBOL || type == FT_KEY_LINE)
		word[0] |= (__u64)code_generation(this_task()) << 32;
}

/* Finds the mapping of the instruction, as long as the process has it. */
static __always_inline void find_code(struct thread *th, struct ft_code *code,
				      struct task_struct *task)
{
	struct mm_struct *mm = kread(task, struct task_struct, mm);
	struct vm_area_struct *vma = mm ? vma_search(mm, code->ip) : NULL;

	th->rec.addr = code->ip;
	th->rec.vma.facts = 0;
	if (vma)
		vma_copy(th, vma, mm);
	if (vma_covers(&th->rec))
		name_mapping(th);
	else
		__builtin_memset(&th->rec.vma, 0, sizeof(th->rec.vma));
	code->vma = th->rec.vma;
}

/* An instruction got a new row: sends its mapping. */
static __always_inline void send_code(const struct ft_fault *rec, struct task_struct *task)
{
	__u32 zero = 0;
	struct code_scratch *scratch = bpf_map_lookup_elem(&code_scratch, &zero);
	struct ft_code *code;

	if (!scratch)
		return;
	code = &scratch->code;
	code->h.type = FT_RECORD_CODE;
	code->h.size = sizeof(*code);
	code->h.cpu = bpf_get_smp_processor_id();
	code->h.time_ns = rec->h.time_ns;
	code->ip = rec->ip;
	code->pid = rec->pid;
	code->generation = code_generation(task);
	find_code(&scratch->th, code, task);
	/* If it is lost, the reader asks /proc. */
	bpf_ringbuf_output(&ring, code, sizeof(*code), BPF_RB_NO_WAKEUP);
}

/* Do rows tell the cgroup? The user half looks its path up while it is there. */
static __always_inline bool has_cgroup_key(void)
{
	return has_key(FT_KEY_CGROUP) || has_key(FT_KEY_CONTAINER);
}

/* Sends the id of a cgroup that is new, and wakes the reader: it may be gone soon. */
static __always_inline void send_cgroup(const struct ft_fault *rec)
{
	struct ft_cgroup record = {
		.h = { .type = FT_RECORD_CGROUP,
		       .size = sizeof(record),
		       .time_ns = rec->h.time_ns },
		.id = rec->cgroup_id,
	};
	__u8 one = 1;

	if (bpf_map_update_elem(&cgroups_sent, &record.id, &one, BPF_NOEXIST))
		return;
	if (bpf_ringbuf_output(&ring, &record, sizeof(record), BPF_RB_FORCE_WAKEUP))
		bpf_map_delete_elem(&cgroups_sent, &record.id);
}

/* The reader is woken when rows become scarce. */
static __always_inline void count_new_row(void)
{
	__sync_fetch_and_add(&rows_made, 1);
	if (rows_made - rows_given_back > rows_enough)
		ring_wake();
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
		if (has_cgroup_key())
			send_cgroup(&th->rec);
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

	return ft_hist_slot(&scale, latency_ns);
}

static __always_inline void row_major(struct ft_row *row, const struct ft_fault *rec)
{
	__sync_fetch_and_add(&row->major, 1);
	if (rec->latency_ns != FT_UNKNOWN64)
		__sync_fetch_and_add(&row->major_ns, rec->latency_ns);
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
	if (!settles && !th->is_signed && !has_key(FT_KEY_VMA) && !has_key(FT_KEY_FILE))
		name_mapping(th);
	if (!th->is_signed)
		sign(&th->rec);
	row->worst = th->rec;
}

/* Updates the row's minimum, maximum and slowest fault; without latencies, the first fault. */
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
 * Stores the kind and reads it back: a verifier that knows a register's value may follow all
 * that comes next once for each kind, and a walk of a stack is long. For --by kind,stack, Linux
 * 6.1 then looks at 78 679 instructions, without this at 621 665.
 */
static __always_inline __u32 kind_of(struct thread *th)
{
	volatile __u8 *kind = &th->kind;

	*kind = wants_kind ? ft_classify(&th->rec).kind : 0;
	return *kind;
}

static __always_inline void count_error(const struct ft_fault *rec)
{
	count_many(errors, sample);
	if (rec->signal == SIGSEGV)
		count_many(errors_segv, sample);
	else if (rec->signal == SIGBUS)
		count_many(errors_bus, sample);
	else if (rec->signal == SIGKILL)
		count_many(errors_oom, sample);
	else
		count_many(errors_none, sample);
}

/* Does a row count the fault? Counters of their own have all errors, also those in no row. */
static __always_inline bool table_takes(const struct thread *th, __u32 kind)
{
	if (ft_is_error(&th->rec, kind))
		count_error(&th->rec);
	return ft_is_in_table(&th->rec, kind, wanted_kinds);
}

/* Gathers what the row's keys need, as long as it can be read. */
static __always_inline void table_describe(struct thread *th, struct task_struct *task)
{
	/*
	 * The thread may have ended, or tracing did, and the current task is another one: its
	 * stack cannot be read.
	 */
	if (th->is_signed) {
		th->rec.vma.name_id = 0;
		th->rec.stack_id = 0;
		return;
	}
	/*
	 * With plan memcg a row shows its slowest fault later, when the mapping may be gone: so the
	 * mapping is named when it is looked up, whether a row shows it or not.
	 */
	if (has_key(FT_KEY_VMA) || has_key(FT_KEY_FILE) ||
	    (settles && wants_vma && !th->rec.vma.name_id))
		name_mapping(th);
	if (!rows_are_few)
		sign(&th->rec);
	if (wants_stack)
		th->rec.stack_id = stack_take(&th->rec, task);
}

/*
 * Adds the fault to its row. With atomic additions, although the row is this CPU's
 * own: on some kernels one program can be preempted by another here.
 */
static __noinline void table_add(struct thread *th, struct task_struct *task, bool described)
{
	struct ft_fault *rec = &th->rec;
	__u32 kind = kind_of(th);
	struct ft_row *row;
	__u32 bucket;

	if (!table_takes(th, kind))
		return;
	if (vm_events_from_rq && rec->thp)
		thp_count(rec);
	if (!described)
		table_describe(th, task);
	row = row_of(th, kind, task);
	if (!row)
		return;
	bucket = bucket_of(rec->latency_ns);
	__sync_fetch_and_add(&row->buckets[bucket], 1);
	if (rec->latency_ns != FT_UNKNOWN64)
		__sync_fetch_and_add(&row->sum_ns, rec->latency_ns);
	if (rec->major == 1)
		row_major(row, rec);
	if (wants_bytes)
		__sync_fetch_and_add(&row->bytes, ft_fault_bytes(rec, page_shift));
	if (wants_cause && rec->latency_ns != FT_UNKNOWN64)
		row_causes(row, &th->causes);
	if (wants_reads)
		row_reads(row, rec);
	row_extremes(row, th);
}

/* Adds the time to the row of the fault, which is still in th; or to that of a new epoch. */
static __always_inline void table_add_throttled(struct thread *th, struct task_struct *task)
{
	__u32 kind = kind_of(th);
	struct ft_row *row = row_of(th, kind, task);

	if (!row)
		return;
	__sync_fetch_and_add(&row->throttled_ns, th->throttled.ns);
	/* The row is of a new epoch, and has no fault to show yet. */
	if (!row->used)
		row_shows(row, th);
}

#endif /* FT_TABLE_BPF_H */
