/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run asked for. Constants after loading: the verifier drops the code
 * that a run does not use, so a switch that is off costs nothing.
 */
#ifndef FT_CONFIG_BPF_H
#define FT_CONFIG_BPF_H

#include "compat.bpf.h"
#include "contract/classify.h"

const volatile __u32 target = FT_TARGET_ALL;
const volatile bool target_is_thread; /* chosen holds tids */
const volatile __u32 only_pid;	      /* the only process; 0: see the map chosen */
const volatile __u32 own_pid;	      /* the tracer: never shown */
const volatile __u32 own_session;     /* of the processes that work for it; 0: there are none */
const volatile __u32 command_pid;     /* our child: traced after its exec */
const volatile bool follow_children;

/* Filters; all off by default. */
const volatile bool filter_comm;
const volatile char comm_glob[FT_COMM_LEN];
const volatile bool filter_uid;
const volatile __u32 wanted_uid;
const volatile __u64 addr_start;
const volatile __u64 addr_end; /* 0: anywhere */
const volatile __u64 min_latency_ns;
const volatile ft_kind_set wanted_kinds; /* 0: any */
const volatile __u32 wanted_accesses;
const volatile __u32 wanted_origins;
const volatile bool only_major;
const volatile bool only_minor;
const volatile __u32 sample = 1;

/* What becomes of a fault: it is summed up or sent; and which facts that needs. */
const volatile bool sums_up;
/* Single faults go to the reader; together with sums_up only in tests. */
const volatile bool sends = true;
const volatile bool wants_kind = true;
const volatile bool wants_order; /* of the folio, also without wants_kind */
const volatile bool wants_bytes; /* the sizes of the folios, in the sums */
const volatile bool wants_vma = true;
const volatile bool wants_uid;
const volatile bool wants_stack;
const volatile bool copies_stack; /* for code without frame pointers */
const volatile bool wants_cause;
const volatile bool wants_reads;
const volatile bool sees_stalls; /* for wants_cause: the kernel marks tasks that wait for memory */

/* How this plan sees things. */
const volatile bool sees_attempts; /* handle_mm_fault is hooked */
const volatile bool
	settles; /* ends of faults are seen before the kernel counts them: see settle.bpf.h */
const volatile __u32 page_shift = 12;
const volatile bool reads_fill;	     /* a read of untouched memory gets a page: no zero page here */
const volatile bool huge_reads_fill; /* ... gets a huge page: no huge zero page here */
const volatile __u64 wake_at = 1 << 20; /* the reader is woken at so many bytes in the ring */

/* Learnt after loading (src/source/live/page_layout.c). */
struct ft_layout layout;
struct ft_calibration calibration;
bool vm_events_proved; /* this_cpu_event() was tested against faults of the loader's own */

/* Set before the threads are closed one by one: nothing begins any more. */
bool finished;

/* Set by a program that has woken the reader; cleared by the reader. */
bool wake_pending;

/* When all programs were attached; 0 before. */
__u64 attached_ns;

/* The reader found nothing for long and waits to be woken by the next record. */
bool reader_sleeps;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ft_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* the loader knows how many */
	__type(key, __u32);
	__type(value, __u8);
} chosen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target_cgroup SEC(".maps");

/* Atomic: a softirq frees a thread, and may interrupt a program that adds to the same counter. */
#define count_many(field, nr)                                                      \
	do {                                                                       \
		__u32 __zero = 0;                                                  \
		struct ft_counters *__c = bpf_map_lookup_elem(&counters, &__zero); \
		if (__c)                                                           \
			__sync_fetch_and_add(&__c->field, (nr));                   \
	} while (0)

#define count(field) count_many(field, 1)

/* As <signal.h> has them. */
#define SIGKILL 9
#define SIGBUS	7
#define SIGSEGV 11

/* Is each fault of get_user_pages seen, or only their number? */
static __always_inline bool sees_gup(void)
{
	return sees_attempts || settles;
}

#endif /* FT_CONFIG_BPF_H */
