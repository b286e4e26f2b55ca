/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each architecture spells its own way, for the kernel half: ARCH.bpf.h, where ARCH is the
 * name that __TARGET_ARCH_ has. All other files of bpf/ use only the names below; each file of an
 * architecture defines all of them.
 *
 * Page tables. entry: an entry, 8 bytes; shift: its level, where it maps 1 << shift bytes.
 *   PTE_SHIFT, PMD_SHIFT             the levels of pages and of huge pages
 *   TABLE_SHIFT, TABLE_MASK          bits of an address that index one table; the mask of an index
 *   LEVELS_MAX                       how many levels there can be
 *   entry_is_last()                  the walk ends here: the entry points to no further table
 *   PTE_PFN_MASK, entry_frame()      the bits with a frame's address; that address
 *   entry_present()                  maps a page
 *   entry_maps_writable()            ... a small one, for writing
 *   entry_writable(), entry_dirty(), entry_special(), entry_huge(), entry_uffd_wp(),
 *   entry_protnone()                 has that bit
 *   entry_swap_type()                the type of an entry that is not present
 *   COMPOUND_MASKS_FROM              no struct page has this address or a higher one
 *
 * Exceptions.
 *   USER_END                         no user address is as high
 *   access_of()                      the access, by the error code of a page fault
 *
 * Registers of user mode (regs), as the kernel saved them.
 *   regs_ip(), regs_sp(), regs_fp()  instruction, stack pointer, frame pointer
 *   regs_code_mode(), CODE_32_BIT    the kind of code; 0: the thread was never in user mode
 *   came_by_exception()              an exception saved them, not a system call
 *   copy_registers()                 copies those that the unwinder needs
 *
 * Frames.
 *   struct user_frame, read_frame()  what a frame pointer points to
 *   FRAME_ALIGN                      the address of a frame is a multiple of this
 *
 * The contract has x86's registers by their names, and its red zone: struct ft_stack_copy and
 * FT_STACK_RED_ZONE of contract/record.h.
 */
#ifndef FT_ARCH_BPF_H
#define FT_ARCH_BPF_H

#ifdef __TARGET_ARCH_x86
#include "x86.bpf.h"
#else
#error "this architecture has no file in bpf/arch yet"
#endif

#endif /* FT_ARCH_BPF_H */
