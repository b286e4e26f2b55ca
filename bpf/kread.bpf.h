/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads kernel memory, in the cheapest way that this kernel allows. */
#ifndef FT_KREAD_BPF_H
#define FT_KREAD_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* Found out by the loader before loading: the kernel has bpf_rdonly_cast(). */
const volatile bool has_rdonly_cast;

/*
 * Reads kernel memory as a plain load with an exception table entry: 1-2 ns,
 * where bpf_probe_read_kernel() costs 26. Since Linux commit a35b9af4ec2c
 * ("bpf: Add a kfunc for generic type cast") (in v6.2).
 */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

#define kcast(ptr, type) \
	((type *)bpf_rdonly_cast((const void *)(ptr), bpf_core_type_id_kernel(type)))

/*
 * The 8 bytes at a kernel address: cast to a structure that begins with an
 * integer, so that the verifier takes the result for a number, pointer or not.
 */
static __always_inline __u64 kread64(__u64 addr)
{
	__u64 value = 0;

	if (has_rdonly_cast)
		return kcast(addr, struct qstr)->hash_len;
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

#endif /* FT_KREAD_BPF_H */
