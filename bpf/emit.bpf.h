/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends finished records to the reader. Each CPU collects them in a batch and writes
 * that to the ring: the ring's lock, and the memory it shares with a reader on another
 * CPU, cost 150 ns a write. The reader flushes the batches before it reads the ring,
 * so that no record waits for long.
 */
#ifndef FT_EMIT_BPF_H
#define FT_EMIT_BPF_H

#include "thread.bpf.h"

/* Powers of two; a batch fits the smallest ring. */
#define BATCH_RECORDS	  16
#define BATCH_WITH_CAUSES 8

struct with_causes {
	struct ft_fault fault;
	struct ft_causes causes;
};

struct batch {
	struct ft_batch_head head;
	union {
		struct ft_fault records[BATCH_RECORDS];
		struct with_causes with_causes[BATCH_WITH_CAUSES];
	};
};

_Static_assert(BATCH_WITH_CAUSES * sizeof(struct with_causes) <=
		       BATCH_RECORDS * sizeof(struct ft_fault),
	       "the larger one");
_Static_assert(sizeof(struct batch) < 4096 - 8, "fits the smallest ring");
_Static_assert(__builtin_offsetof(struct thread, causes) ==
		       __builtin_offsetof(struct with_causes, causes),
	       "sent as one record");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct batch);
} batches SEC(".maps");

/* Not in the cache lines of what programs read at each fault: this is written often. */
bool batch_waits[FT_BATCH_CPUS] SEC(".data.batch");

/*
 * Programs can be interrupted by others on their CPU, and on some kernels
 * preempted: only the first one to enter may touch the batch, until it leaves.
 */
static __always_inline bool batch_enter(struct batch *batch)
{
	__sync_fetch_and_add(&batch->head.writers, 1);
	return *(volatile __u64 *)&batch->head.writers == 1;
}

static __always_inline void batch_leave(struct batch *batch)
{
	__sync_fetch_and_add(&batch->head.writers, -1);
}

/* Does a write wake the reader? Once, until it runs: a wake-up costs the faulting thread 5 us. */
static __always_inline __u64 ring_flags(void)
{
	if (wake_pending ||
	    (!reader_sleeps && bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) < wake_at))
		return BPF_RB_NO_WAKEUP;
	wake_pending = true;
	return BPF_RB_FORCE_WAKEUP;
}

/* Wakes the reader, with a record that is discarded at once. */
static __always_inline void ring_wake(void)
{
	void *nothing;

	if (wake_pending)
		return;
	wake_pending = true;
	nothing = bpf_ringbuf_reserve(&ring, sizeof(__u64), 0);
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

/* nr faults are lost if they do not fit; weighted like those that are sent (--sample). */
static __always_inline void ring_write(const struct ft_fault *records, __u32 nr, __u64 size)
{
	long err = bpf_ringbuf_output(&ring, (void *)records, size, ring_flags());

	/* LLVM turns an atomic addition of 0 into an OR, which Linux 5.10 refuses to load. */
	if (err && nr)
		count_many(lost_ring, (__u64)nr * sample);
}

static __always_inline __u32 batch_max(void)
{
	return wants_cause ? BATCH_WITH_CAUSES : BATCH_RECORDS;
}

static __always_inline __u32 record_size(void)
{
	return wants_cause ? sizeof(struct with_causes) : sizeof(struct ft_fault);
}

/* Makes the reader run flush on this CPU the next time that it polls. */
static __always_inline void batch_wait(__u32 cpu)
{
	if (cpu < FT_BATCH_CPUS && !batch_waits[cpu])
		batch_waits[cpu] = true;
}

static __always_inline void batch_add(struct batch *batch, const struct thread *th, __u32 cpu)
{
	__u32 at = batch->head.nr & (batch_max() - 1);

	if (wants_cause)
		batch->with_causes[at] = *(const struct with_causes *)th;
	else
		batch->records[at] = th->rec;
	batch->head.nr = at + 1;
	batch->head.batched++;
	if (at == 0)
		batch_wait(cpu);
	if (at + 1 < batch_max())
		return;
	ring_write(batch->records, batch_max(), batch_max() * record_size());
	batch->head.nr = 0;
}

static __noinline void emit(const struct thread *th)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	struct batch *batch;

	batch = bpf_map_lookup_elem(&batches, &zero);
	if (!batch)
		return;
	if (batch_enter(batch) && !reader_sleeps && cpu < FT_BATCH_CPUS) {
		batch_add(batch, th, cpu);
	} else {
		__sync_fetch_and_add(&batch->head.direct, 1);
		ring_write(&th->rec, 1, record_size());
	}
	batch_leave(batch);
}

/* Run by the reader on the CPU whose batch waits; on another one if that CPU is offline. */
static __always_inline void batch_flush(__u32 cpu)
{
	__u32 zero = 0;
	struct batch *batch;

	if (cpu == bpf_get_smp_processor_id())
		batch = bpf_map_lookup_elem(&batches, &zero);
	else if (has_percpu_lookup())
		batch = bpf_map_lookup_percpu_elem(&batches, &zero, cpu);
	else
		return;
	if (!batch || cpu >= FT_BATCH_CPUS)
		return;
	/* false: this has interrupted a program that adds a record. The next flush sends it. */
	if (batch_enter(batch)) {
		__u32 nr = batch->head.nr & (batch_max() - 1);
		__u64 size = nr * record_size();

		/* The verifiers of old kernels do not know how large a product can be. */
		asm volatile("" : "+r"(size));
		if (nr && size <= sizeof(batch->records))
			ring_write(batch->records, nr, size);
		batch->head.nr = 0;
		batch_waits[cpu] = false;
	}
	batch_leave(batch);
}

#endif /* FT_EMIT_BPF_H */
