/* SPDX-License-Identifier: GPL-2.0-only */
/* x86-64: see arch.bpf.h for what each of these is. */
#ifndef FT_ARCH_X86_BPF_H
#define FT_ARCH_X86_BPF_H

#include "../kread.bpf.h"
#include "../contract/record.h"

/* ---- Page tables ---- */

#define PTE_PRESENT	(1ULL << 0)
#define PTE_WRITE	(1ULL << 1)
#define PTE_DIRTY	(1ULL << 6)
#define PTE_HUGE	(1ULL << 7)
#define PTE_PROTNONE	(1ULL << 8)
#define PTE_SPECIAL	(1ULL << 9)
#define PTE_UFFD_WP	(1ULL << 10)
#define PTE_PFN_MASK	0x000ffffffffff000ULL
#define SWAP_TYPE_SHIFT 59

#define PTE_SHIFT   12
#define PMD_SHIFT   21
#define PUD_SHIFT   30
#define LEVELS_MAX  5
#define TABLE_SHIFT 9
#define TABLE_MASK  ((1ULL << TABLE_SHIFT) - 1)

/* Masks for tail pages (see page_head()) are above; struct pages are far below. */
#define COMPOUND_MASKS_FROM 0xffffff0000000000ULL

static __always_inline bool entry_is_last(__u64 entry, __u32 shift)
{
	return shift <= PTE_SHIFT || !(entry & PTE_PRESENT) ||
	       (shift <= PUD_SHIFT && (entry & PTE_HUGE));
}

/*
 * What the kernel takes for present: pte_present(), pmd_present() and pud_present() of
 * arch/x86/include/asm/pgtable.h, without PROT_NONE entries, which are told apart. While
 * the mapping of a huge page is split, its PMD has no PRESENT bit, but keeps PSE.
 */
static __always_inline bool entry_present(__u64 entry, __u32 shift)
{
	if (entry & PTE_PRESENT)
		return true;
	return shift == PMD_SHIFT && (entry & (PTE_HUGE | PTE_PROTNONE)) == PTE_HUGE;
}

/*
 * An entry without PRESENT has the bits of its frame number inverted, against L1TF
 * (protnone_mask() of arch/x86/include/asm/pgtable-invert.h). mask: PTE_PFN_MASK, or a part of it.
 */
static __always_inline __u64 entry_frame(__u64 entry, __u64 mask)
{
	return (entry & PTE_PRESENT ? entry : ~entry) & mask;
}

/* Macros: as functions they cost an instruction more. */
#define entry_maps_writable(entry) \
	(((entry) & (PTE_PRESENT | PTE_WRITE)) == (PTE_PRESENT | PTE_WRITE))
#define entry_protnone(entry)  ((entry)&PTE_PROTNONE)
#define entry_writable(entry)  ((entry)&PTE_WRITE)
#define entry_dirty(entry)     ((entry)&PTE_DIRTY)
#define entry_special(entry)   ((entry)&PTE_SPECIAL)
#define entry_huge(entry)      ((entry)&PTE_HUGE)
#define entry_uffd_wp(entry)   ((entry)&PTE_UFFD_WP)
#define entry_swap_type(entry) ((entry) >> SWAP_TYPE_SHIFT)

/* ---- Exceptions ---- */

#define PF_WRITE (1UL << 1)
#define PF_INSTR (1UL << 4)
#define USER_END (1UL << 56) /* five levels; the kernel is above */

static __always_inline __u8 access_of(unsigned long error_code)
{
	return error_code & PF_WRITE   ? FT_ACCESS_WRITE
	       : error_code & PF_INSTR ? FT_ACCESS_EXEC
				       : FT_ACCESS_READ;
}

/* ---- Registers of user mode ---- */

/* Macros, as kread() is. */
#define regs_ip(regs) kread(regs, struct pt_regs, ip)
#define regs_sp(regs) kread(regs, struct pt_regs, sp)
#define regs_fp(regs) kread(regs, struct pt_regs, bp)

/* The code segment. */
#define regs_code_mode(regs) kread(regs, struct pt_regs, cs)
#define CODE_32_BIT	     0x23 /* __USER32_CS */

/* A system call has its number in orig_ax. */
static __always_inline bool came_by_exception(struct pt_regs *regs)
{
	return regs && (long)kread(regs, struct pt_regs, orig_ax) < 0;
}

static __always_inline void copy_registers(struct ft_stack_copy *copy, struct pt_regs *regs)
{
	copy->ip = regs_ip(regs);
	copy->sp = regs_sp(regs);
	copy->bp = regs_fp(regs);
	copy->bx = kread(regs, struct pt_regs, bx);
	copy->r12 = kread(regs, struct pt_regs, r12);
	copy->r13 = kread(regs, struct pt_regs, r13);
	copy->r14 = kread(regs, struct pt_regs, r14);
	copy->r15 = kread(regs, struct pt_regs, r15);
}

/* ---- Frames ---- */

#define FRAME_ALIGN 4 /* of 32-bit code */

struct user_frame {
	__u64 caller;
	__u64 address;
};

static __always_inline long read_frame(struct user_frame *frame, __u64 at, bool is_32_bit)
{
	__u32 words[2] = {};
	long err;

	if (!is_32_bit)
		return bpf_probe_read_user(frame, sizeof(*frame), (void *)at);
	err = bpf_probe_read_user(words, sizeof(words), (void *)at);
	frame->caller = words[0];
	frame->address = words[1];
	return err;
}

#endif /* FT_ARCH_X86_BPF_H */
