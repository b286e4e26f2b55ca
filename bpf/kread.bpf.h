/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads kernel memory, in the cheapest way that this kernel allows. */
#ifndef FT_KREAD_BPF_H
#define FT_KREAD_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/*
 * Reads kernel memory as a plain load with an exception table entry: 1-2 ns,
 * where bpf_probe_read_kernel() costs 26. Since Linux commit a35b9af4ec2c
 * ("bpf: Add a kfunc for generic type cast") (in v6.2).
 */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

enum special_kfunc_type___cast {
	KF_bpf_rdonly_cast___cast,
};

/* Asked at each read: this is one instruction, where a constant that the loader sets takes two. */
#define has_rdonly_cast \
	bpf_core_enum_value_exists(enum special_kfunc_type___cast, KF_bpf_rdonly_cast___cast)

#define kcast(ptr, type) \
	((type *)bpf_rdonly_cast((const void *)(ptr), bpf_core_type_id_kernel(type)))

struct word {
	__u64 value;
};

/*
 * The 8 bytes at a kernel address: cast to a structure that begins with an
 * integer, so that the verifier takes the result for a number, pointer or not.
 */
static __always_inline __u64 kread64(__u64 addr)
{
	if (has_rdonly_cast)
		return ((struct word *)bpf_rdonly_cast((const void *)addr,
						       bpf_core_type_id_kernel(struct qstr)))
			->value;

	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)addr);
	return value;
}

/* ptr->field of a kernel structure. ptr may be invalid, or the structure freed. */
#define kread(ptr, type, field)                                                                 \
	({                                                                                      \
		type *__object = (type *)(ptr);                                                 \
		typeof(({ __object->field; })) __value;                                         \
		if (sizeof(__value) == 8)                                                       \
			__value = (typeof(__value))kread64((__u64)__object +                    \
							   bpf_core_field_offset(type, field)); \
		else if (has_rdonly_cast)                                                       \
			__value = kcast(__object, type)->field;                                 \
		else                                                                            \
			bpf_core_read(&__value, sizeof(__value), &__object->field);             \
		__value;                                                                        \
	})

/*
 * Linux commit 3ca1032ab7ab ("bpf: Implement get_current_task_btf and RET_PTR_TO_BTF_ID") (in
 * v5.11): a pointer whose type the verifier knows.
 */
#define has_typed_task bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

/*
 * A number of the current thread, or of one that is an argument of a tracepoint: a plain load. (A
 * pointer is read by kread(): the verifier forbids to calculate with one that may be NULL.)
 */
#define task_read(task, field) \
	(has_typed_task ? (task)->field : kread(task, struct task_struct, field))

#endif /* FT_KREAD_BPF_H */
