/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page tables say about an address, before and after the fault. This
 * is what tells the kinds apart on every kernel alike: internal functions of mm/
 * come, go and are inlined, the page tables are the hardware's. Read without a
 * lock through the direct map, whose place calibration (below) finds and proves.
 */
#ifndef FT_PAGE_BPF_H
#define FT_PAGE_BPF_H

#include "thread.bpf.h"

struct page_view {
	__u64 pfn;
	__u8 page; /* enum ft_page */
	__u8 order;
	bool writable;
	bool uffd_wp;
	bool no_table; /* nothing, and no page table that could have it */
};

#ifdef __TARGET_ARCH_x86

#define PTE_PRESENT	(1ULL << 0)
#define PTE_WRITE	(1ULL << 1)
#define PTE_DIRTY	(1ULL << 6)
#define PTE_HUGE	(1ULL << 7)
#define PTE_PROTNONE	(1ULL << 8)
#define PTE_SPECIAL	(1ULL << 9)
#define PTE_UFFD_WP	(1ULL << 10)
#define PTE_PFN_MASK	0x000ffffffffff000ULL
#define PTE_SHIFT	12
#define PMD_SHIFT	21
#define HUGE_ORDER	(PMD_SHIFT - PTE_SHIFT)
#define SWAP_TYPE_SHIFT 59

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
 * (protnone_mask() of arch/x86/include/asm/pgtable-invert.h).
 */
static __always_inline __u64 entry_frame(__u64 entry)
{
	return (entry & PTE_PRESENT ? entry : ~entry) & PTE_PFN_MASK;
}

/* A swap entry keeps the uffd-wp bit elsewhere: only present ones matter here. */
static __always_inline __u8 pte_not_present(__u64 entry, __u32 shift)
{
	__u32 type = entry >> SWAP_TYPE_SHIFT;

	if (!entry)
		return FT_PTE_NONE;
	if (entry & PTE_PROTNONE)
		return FT_PTE_PROTNONE;
	/* A huge page's, whatever happens to it: the bits of a type are its protection. */
	if (shift > PTE_SHIFT && (entry & PTE_HUGE))
		return FT_PTE_SPECIAL;
	if (type < layout.swap_types)
		return FT_PTE_SWAP;
	if (layout.migration_type && type >= layout.migration_type &&
	    type < layout.migration_type + layout.nr_migration_types)
		return FT_PTE_MIGRATION;
	if (layout.poison_type && type == layout.poison_type)
		return FT_PTE_POISON;
	if (layout.marker_type && type == layout.marker_type)
		return FT_PTE_MARKER;
	return FT_PTE_SPECIAL;
}

/*
 * The entry that maps addr, or the first one on the way that does not go on;
 * *shift is its level.
 */
static __always_inline __u64 page_table_entry(__u64 pgd, __u64 addr, __u32 *shift)
{
	__u64 table = pgd, entry = 0;
	__u32 level_shift = layout.levels == 5 ? 48 : 39;

	for (int level = 0; level < 5; level++) {
		entry = kread64(table + 8 * ((addr >> level_shift) & 511));
		*shift = level_shift;
		if (level_shift <= PTE_SHIFT || !(entry & PTE_PRESENT) ||
		    (level_shift <= 30 && (entry & PTE_HUGE)))
			break;
		table = layout.page_offset + (entry & PTE_PFN_MASK);
		level_shift -= 9;
	}
	return entry;
}

#else
#error "the page table walk is not written for this architecture yet"
#endif

/* The head of the folio that the frame belongs to. */
static __always_inline struct page *frame_head(__u64 pfn)
{
	return page_head(layout.vmemmap + pfn * bpf_core_type_size(struct page));
}

static __always_inline __u8 folio_order(struct page *head)
{
	__u64 head_bit = 1ULL << bpf_core_enum_value(enum pageflags, PG_head);

	return kread64((__u64)head) & head_bit ? large_folio_order(head) : 0;
}

/* What a present entry of a mapping with these facts maps. */
static __always_inline void page_look(struct page_view *view, __u64 entry, bool huge, __u32 vma)
{
	struct page *head;
	__u64 mapping;

	if (!huge && (entry & PTE_SPECIAL)) {
		/* KSM's zero pages (use_zero_pages) are marked dirty. */
		view->page = !(vma & FT_VMA_ANON) ? FT_PAGE_RAW
			     : entry & PTE_DIRTY  ? FT_PAGE_KSM
						  : FT_PAGE_ZERO;
		return;
	}
	if (!layout.vmemmap || (vma & FT_VMA_DEVICE))
		return;
	head = frame_head(view->pfn);
	mapping = (__u64)kread(head, struct page, mapping);
	if (!huge)
		view->order = folio_order(head);
	if ((mapping & PAGE_MAPPING_BITS) == PAGE_MAPPING_ANON)
		view->page = FT_PAGE_ANON;
	else if ((mapping & PAGE_MAPPING_BITS) == PAGE_MAPPING_KSM)
		view->page = FT_PAGE_KSM;
	else if (mapping)
		view->page = FT_PAGE_FILE;
	else if (huge && (vma & FT_VMA_ANON))
		view->page = FT_PAGE_ZERO;
}

/*
 * Returns an enum ft_pte. (A function without a result could leave a pointer into view in the
 * register of one, which the verifier refuses.)
 */
static __noinline __u8 page_view(struct page_view *view, struct mm_struct *mm, __u64 addr,
				 __u32 vma)
{
	__u32 shift = 0;
	__u64 entry;
	bool huge;

	__builtin_memset(view, 0, sizeof(*view));
	if (!layout.page_offset || !mm)
		return FT_PTE_UNKNOWN;
	entry = page_table_entry((__u64)kread(mm, struct mm_struct, pgd), addr, &shift);
	if (!entry_present(entry, shift)) {
		view->no_table = !entry && shift > PTE_SHIFT;
		return pte_not_present(entry, shift);
	}
	huge = shift > PTE_SHIFT;
	view->writable = entry & PTE_WRITE;
	view->uffd_wp = entry & PTE_UFFD_WP;
	view->order = shift - PTE_SHIFT;
	view->pfn =
		((entry_frame(entry) & ~((1ULL << shift) - 1)) | (addr & ((1ULL << shift) - 1))) >>
		PTE_SHIFT;
	page_look(view, entry, huge, vma);
	return FT_PTE_PRESENT;
}

/*
 * The loader proposes a layout; this walks to a page of the loader's own with it and
 * checks what stands in its struct page: anonymous, and at the index of its address.
 * Nothing but the right layout passes that.
 */
static __always_inline void calibrate_pages(void)
{
	struct task_struct *task = this_task();
	struct mm_struct *mm = kread(task, struct task_struct, mm);
	struct vm_struct *stack = kread(task, struct task_struct, stack_vm_area);
	struct page *head;
	__u32 shift = 0;
	__u64 entry;

	calibration.walked = 0;
	calibration.proved = 0;
	calibration.pgd = (__u64)kread(mm, struct mm_struct, pgd);
	calibration.some_page = kread64((__u64)kread(stack, struct vm_struct, pages));
	if (!layout.page_offset)
		return;
	entry = page_table_entry(calibration.pgd, calibration.addr, &shift);
	calibration.walked = shift == PTE_SHIFT &&
			     (entry & (PTE_PRESENT | PTE_WRITE)) == (PTE_PRESENT | PTE_WRITE);
	if (!calibration.walked || !layout.vmemmap)
		return;
	head = frame_head((entry & PTE_PFN_MASK) >> PTE_SHIFT);
	calibration.proved = ((__u64)kread(head, struct page, mapping) & PAGE_MAPPING_BITS) ==
				     PAGE_MAPPING_ANON &&
			     page_index(head) == calibration.addr >> 12;
}

#endif /* FT_PAGE_BPF_H */
