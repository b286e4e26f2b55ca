/* SPDX-License-Identifier: GPL-2.0-only */
#include "memory_encryption.h"

#ifdef __x86_64__
#include <cpuid.h>

/* "Encrypted Memory Capabilities" in AMD's manual: SME, SEV; and which bit it is. */
#define LEAF	     0x8000001f
#define EAX_SME	     (1U << 0)
#define EAX_SEV	     (1U << 1)
#define EBX_BIT_MASK 0x3f

uint64_t memory_encryption_bit(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(LEAF, &eax, &ebx, &ecx, &edx) || !(eax & (EAX_SME | EAX_SEV)))
		return 0;
	return 1ULL << (ebx & EBX_BIT_MASK);
}
#else
uint64_t memory_encryption_bit(void)
{
	return 0;
}
#endif
