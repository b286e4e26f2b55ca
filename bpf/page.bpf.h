/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page tables say about an address, before and after the fault. This
 * tells the kinds apart on every kernel: internal functions of mm/ change and are
 * inlined, but the hardware defines the page tables. They are read without a lock,
 * through the direct map, whose place calibration (below) finds and proves.
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
	bool no_table; /* no entry, and no page table that could hold one */
};

#define HUGE_ORDER (PMD_SHIFT - PTE_SHIFT)

/* The bits of an entry that are the address of its frame. */
static __always_inline __u64 frame_mask(void)
{
	return PTE_PFN_MASK & ~layout.encrypted;
}

/* The uffd-wp bit of a swap entry is elsewhere, and not needed: only that of present ones is. */
static __always_inline __u8 pte_not_present(__u64 entry, __u32 shift)
{
	__u32 type = entry_swap_type(entry);

	if (!entry)
		return FT_PTE_NONE;
	if (entry_protnone(entry))
		return FT_PTE_PROTNONE;
	/* An entry of a huge page: what would be its swap type are protection bits. */
	if (shift > PTE_SHIFT && entry_huge(entry))
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
 * The entry that maps addr, or the first one on the way down that points to no
 * further table; *shift is its level.
 */
static __always_inline __u64 page_table_entry(__u64 pgd, __u64 addr, __u32 *shift)
{
	__u64 table = pgd, entry = 0, mask = frame_mask(), page_offset = layout.page_offset;

	/* Unrolled, each shift is a constant. */
#pragma unroll
	for (int level = 0; level < LEVELS_MAX; level++) {
		__u32 level_shift = PTE_SHIFT + TABLE_SHIFT * (LEVELS_MAX - 1 - level);

		if (level == 0 && layout.levels < LEVELS_MAX)
			continue;
		entry = kread64(table + sizeof(entry) * ((addr >> level_shift) & TABLE_MASK));
		*shift = level_shift;
		if (entry_is_last(entry, level_shift))
			break;
		table = page_offset + (entry & mask);
	}
	return entry;
}

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

/* Finds out what a present entry maps. vma: facts of the mapping. */
static __always_inline void page_look(struct page_view *view, __u64 entry, bool huge, __u32 vma)
{
	struct page *head;
	__u64 mapping;

	if (!huge && entry_special(entry)) {
		/* KSM's zero pages (use_zero_pages) are marked dirty. */
		view->page = !(vma & FT_VMA_ANON) ? FT_PAGE_RAW
			     : entry_dirty(entry) ? FT_PAGE_KSM
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
	view->writable = entry_writable(entry);
	view->uffd_wp = entry_uffd_wp(entry);
	view->order = shift - PTE_SHIFT;
	view->pfn = ((entry_frame(entry, frame_mask()) & ~((1ULL << shift) - 1)) |
		     (addr & ((1ULL << shift) - 1))) >>
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
	calibration.walked = shift == PTE_SHIFT && entry_maps_writable(entry);
	if (!calibration.walked || !layout.vmemmap)
		return;
	head = frame_head((entry & frame_mask()) >> PTE_SHIFT);
	calibration.proved = ((__u64)kread(head, struct page, mapping) & PAGE_MAPPING_BITS) ==
				     PAGE_MAPPING_ANON &&
			     page_index(head) == calibration.addr >> PTE_SHIFT;
}

#endif /* FT_PAGE_BPF_H */
