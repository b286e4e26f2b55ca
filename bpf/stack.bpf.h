/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user stack of a fault, along its frame pointers, or as a copy. Taken when the fault has
 * ended and passed the filters: the thread was in the kernel all the time, so the stack is that
 * of the begin. Faults carry the id of a stack, which is sent before them.
 */
#ifndef FT_STACK_BPF_H
#define FT_STACK_BPF_H

#include "code.bpf.h"
#include "emit.bpf.h"

/*
 * By stack id: the turn in which it was sent last; a turn is FT_STACKS_TURN stacks. Two turns
 * later it is sent again: the reader may have evicted it for newer ones, but not this map.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FT_STACKS_TURN);
	__type(key, __u64);
	__type(value, __u32);
} stacks_sent SEC(".maps");

__u32 nr_stacks_sent;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ft_stack);
} stack_scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ft_stack_copy);
} copy_scratch SEC(".maps");

/* NULL in exec(2): there they are still those of the old program. */
static __always_inline struct pt_regs *user_registers(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return task_in_exec(task) ? NULL : (void *)bpf_task_pt_regs(task);
}

/* Sends a copy of the registers and the stack, which the reader unwinds. */
static __noinline __u64 stack_copy(struct ft_fault *rec, struct task_struct *task)
{
	__u32 zero = 0, len = 0, size;
	struct ft_stack_copy *copy = bpf_map_lookup_elem(&copy_scratch, &zero);
	struct pt_regs *regs = user_registers();
	__u64 from;

	if (!copy || !regs)
		return 0;
	copy_registers(copy, regs);
	from = FT_STACK_COPY_FROM(copy->sp);
	for (int i = 0; i < FT_STACK_COPY_MAX / FT_STACK_COPY_PIECE; i++) {
		__u32 at = i * FT_STACK_COPY_PIECE;

		/*
		 * Most functions use nothing below the stack pointer, and that page may never
		 * have been touched: what cannot be read becomes zeros.
		 */
		if (bpf_probe_read_user(copy->bytes + at, FT_STACK_COPY_PIECE,
					(void *)(from + at)) &&
		    i)
			break;
		len += FT_STACK_COPY_PIECE;
	}
	copy->h.type = FT_RECORD_STACK_COPY;
	copy->h.cpu = bpf_get_smp_processor_id();
	copy->h.time_ns = rec->h.time_ns;
	copy->id = mix(mix(0, rec->h.time_ns), rec->tid);
	copy->pid = rec->pid;
	copy->generation = code_generation(task);
	copy->len = len;
	size = sizeof(*copy) - sizeof(copy->bytes) + (len & (2 * FT_STACK_COPY_MAX - 1));
	copy->h.size = size;
	if (size > sizeof(*copy) || bpf_ringbuf_output(&ring, copy, size, ring_flags())) {
		count(lost_stacks);
		return 0;
	}
	return copy->id;
}

#define FIRST_CODE 4096 /* no code is below: such a frame is invalid */
#define FRAME_MAX  (16ULL << 20)

/*
 * Frames lie one above the other, in one stack. Code without frame pointers may have anything
 * in the register. That is checked before the read: one that fails is a fault itself, and costs
 * more than all the rest.
 */
static __always_inline bool may_be_frame(__u64 at, __u64 above)
{
	return at - above < FRAME_MAX && !(at & (FRAME_ALIGN - 1));
}

/*
 * Not by bpf_get_task_stack(): that does not tell a complete stack from one cut by an
 * invalid frame pointer. The hash includes the process and its code: the same addresses
 * are other functions in another one.
 */
static __noinline __u64 stack_walk(struct ft_stack *stack, __u32 pid, __u32 generation)
{
	struct pt_regs *regs = user_registers();
	__u16 mode = regs ? regs_code_mode(regs) : 0;
	__u64 at, above, hash;
	__u32 i;

	/* A kernel thread was never in user mode. */
	if (!mode)
		return 0;
	at = regs_fp(regs);
	above = regs_sp(regs);
	stack->ips[0] = regs_ip(regs);
	stack->end = FT_STACK_FULL;
	hash = mix(mix(0, (__u64)generation << 32 | pid), stack->ips[0]);
	for (i = 1; i < FT_STACK_MAX; i++) {
		struct user_frame frame = {};

		/* A saved 0 ends the stack. In the register it may be any value of other code. */
		stack->end = i > 1 ? FT_STACK_OUTERMOST : FT_STACK_ASTRAY;
		if (!at)
			break;
		stack->end = FT_STACK_ASTRAY;
		if (!may_be_frame(at, above) || read_frame(&frame, at, mode == CODE_32_BIT) ||
		    frame.address < FIRST_CODE)
			break;
		stack->end = FT_STACK_FULL;
		stack->ips[i] = frame.address;
		hash = mix(hash, frame.address);
		above = at + 1;
		at = frame.caller;
	}
	stack->nr = i;
	hash = mix(hash, stack->end);
	return hash ? hash : 1;
}

static __noinline __u64 stack_take(struct ft_fault *rec, struct task_struct *task)
{
	__u32 zero = 0, size, turn = nr_stacks_sent / FT_STACKS_TURN, *sent;
	struct ft_stack *stack = bpf_map_lookup_elem(&stack_scratch, &zero);

	if (!stack)
		return 0;
	stack->id = stack_walk(stack, rec->pid, code_generation(task));
	if (!stack->id)
		return 0;
	sent = bpf_map_lookup_elem(&stacks_sent, &stack->id);
	if (sent && turn - *sent < 2)
		return stack->id;
	stack->h.type = FT_RECORD_STACK;
	stack->h.cpu = bpf_get_smp_processor_id();
	stack->h.time_ns = rec->h.time_ns;
	stack->pid = rec->pid;
	size = sizeof(*stack) - sizeof(stack->ips) +
	       (stack->nr & FT_STACK_MAX) * sizeof(stack->ips[0]);
	stack->h.size = size;
	if (size > sizeof(*stack) || bpf_ringbuf_output(&ring, stack, size, BPF_RB_NO_WAKEUP)) {
		count(lost_stacks);
		return 0;
	}
	bpf_map_update_elem(&stacks_sent, &stack->id, &turn, BPF_ANY);
	__sync_fetch_and_add(&nr_stacks_sent, 1);
	return stack->id;
}

#endif /* FT_STACK_BPF_H */
