/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD's memory encryption (SME, SEV): one bit of a page table entry, the C-bit, says that a page is
 * encrypted, and is no part of its physical address.
 */
#ifndef HOST_MEMORY_ENCRYPTION_H
#define HOST_MEMORY_ENCRYPTION_H

#include <stdint.h>

/* The mask of the C-bit, where the processor has one, in use or not; else 0. */
uint64_t memory_encryption_bit(void);

#endif /* HOST_MEMORY_ENCRYPTION_H */
