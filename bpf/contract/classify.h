/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decides which kind a fault was, and nothing else does. Pure, integers only;
 * compiled by both halves, so that single faults (user space) and sums
 * (kernel) cannot disagree. If the facts do not decide, the kind is OTHER.
 */
#ifndef FT_CLASSIFY_H
#define FT_CLASSIFY_H

#include "record.h"

/* Inlined always: BPF functions cannot return a structure. */
#define FT_PURE static inline __attribute__((always_inline))

/*
 * The kinds, and what a copy was made from: a name in C, a number that never changes, a name for
 * users. All other lists of them are made of these, or a static assertion compares their lengths.
 */
#define FT_KINDS(KIND)                   \
	KIND(OTHER, 0, "other")          \
	KIND(ANON, 1, "anon")            \
	KIND(ZERO, 2, "zero")            \
	KIND(COW, 3, "cow")              \
	KIND(REUSE, 4, "reuse")          \
	KIND(FILE, 5, "file")            \
	KIND(SHMEM, 6, "shmem")          \
	KIND(SWAP, 7, "swap")            \
	KIND(HUGETLB, 8, "hugetlb")      \
	KIND(MKWRITE, 9, "mkwrite")      \
	KIND(NUMA, 10, "numa")           \
	KIND(UFFD, 11, "uffd")           \
	KIND(MIGRATION, 12, "migration") \
	KIND(DEVICE, 13, "device")       \
	KIND(SPURIOUS, 14, "spurious")   \
	KIND(ERROR, 15, "error")

#define FT_COWS(COW)         \
	COW(NONE, 0, 0)      \
	COW(ANON, 1, "anon") \
	COW(FILE, 2, "file") \
	COW(ZERO, 3, "zero") \
	COW(KSM, 4, "ksm")

#define FT_KIND_NUMBER(name, number, text) FT_KIND_##name = number,
#define FT_COW_NUMBER(name, number, text)  FT_COW_##name = number,

enum ft_kind { FT_KINDS(FT_KIND_NUMBER) FT_KIND_COUNT };
enum ft_cow_from { FT_COWS(FT_COW_NUMBER) FT_COW_COUNT };

/* A set of kinds: a bit for each kind and, from FT_WANTED_COW on, for each ft_cow_from. */
typedef __u32 ft_kind_set;

#define FT_WANTED_COW	 16
#define FT_KIND_BIT(bit) ((ft_kind_set)1 << (bit))

_Static_assert(FT_KIND_COUNT <= FT_WANTED_COW, "each kind has a bit of its own");
_Static_assert(FT_WANTED_COW + FT_COW_COUNT <= 8 * sizeof(ft_kind_set),
	       "so has each source of a COW");

struct ft_verdict {
	__u8 kind;     /* enum ft_kind */
	__u8 cow_from; /* enum ft_cow_from; only a COW has one */
};

/* A COW, and what was copied: page is an enum ft_page. */
FT_PURE struct ft_verdict ft_cow(__u8 page)
{
	struct ft_verdict v = { FT_KIND_COW, FT_COW_NONE };

	if (page == FT_PAGE_ANON)
		v.cow_from = FT_COW_ANON;
	else if (page == FT_PAGE_KSM)
		v.cow_from = FT_COW_KSM;
	else if (page == FT_PAGE_ZERO)
		v.cow_from = FT_COW_ZERO;
	else if (page == FT_PAGE_FILE)
		v.cow_from = FT_COW_FILE;
	return v;
}

/* Is the kind in the set, or what was copied? The masks tell BPF's verifier what a shift can be. */
FT_PURE int ft_kind_is_in(ft_kind_set kinds, struct ft_verdict verdict)
{
	_Static_assert(!(FT_WANTED_COW & (FT_WANTED_COW - 1)) && FT_COW_COUNT <= 8,
		       "the masks leave values as they are");
	if (kinds & FT_KIND_BIT(verdict.kind & (FT_WANTED_COW - 1)))
		return 1;
	return verdict.cow_from && (kinds & FT_KIND_BIT(FT_WANTED_COW + (verdict.cow_from & 7)));
}

FT_PURE struct ft_verdict ft_verdict(__u8 kind)
{
	struct ft_verdict v = { kind, FT_COW_NONE };

	return v;
}

/* Does the mapping allow the access? */
FT_PURE int ft_access_allowed(const struct ft_fault *f)
{
	if (f->access == FT_ACCESS_WRITE)
		return !!(f->vma.facts & FT_VMA_WRITE);
	if (f->access == FT_ACCESS_EXEC)
		return !!(f->vma.facts & FT_VMA_EXEC);
	return !!(f->vma.facts & (FT_VMA_READ | FT_VMA_WRITE | FT_VMA_EXEC));
}

/* Does the kernel ask a userfaultfd handler here? For a missing page, or to lift a protection. */
FT_PURE int ft_asks_uffd(const struct ft_fault *f)
{
	if (f->before == FT_PTE_NONE || f->before == FT_PTE_MARKER)
		return !!(f->vma.facts & (FT_VMA_UFFD_MISSING | FT_VMA_UFFD_MINOR));
	return (f->vma.facts & FT_VMA_UFFD_WP) && f->access == FT_ACCESS_WRITE &&
	       (f->page & FT_WAS_UFFD_WP);
}

/*
 * Did the kernel wait for the userfaultfd handler, in a fault for which ft_asks_uffd() is true?
 * Then the thread slept, unless it was preempted until the answer was there. The kernel retries
 * the fault in both cases; where nothing was mapped in anonymous memory, only for this reason.
 */
FT_PURE int ft_asked_uffd(const struct ft_fault *f)
{
	return f->blocked || ((f->vma.facts & FT_VMA_ANON) && f->before == FT_PTE_NONE &&
			      (f->page & FT_WAS_RETRIED));
}

/*
 * Nothing was mapped in anonymous memory. If a userfaultfd is registered for that, but no fact
 * shows that its handler was asked, the handler was fast or another thread was faster. A read
 * maps the zero page; if an anonymous page is mapped afterwards, another thread wrote to
 * it, or khugepaged had emptied the page table for a moment to collapse a huge page. A write can
 * meet khugepaged, too, if the address space was being changed.
 */
FT_PURE __u8 ft_first_touch(const struct ft_fault *f)
{
	int writes = f->access == FT_ACCESS_WRITE;

	if (f->vma.facts & FT_VMA_UFFD_MISSING)
		return FT_KIND_OTHER;
	if (f->after == FT_PTE_PRESENT && f->after_page == FT_PAGE_ZERO)
		return FT_KIND_ZERO;
	if ((f->page & FT_WAS_CHANGING) && f->order)
		return FT_KIND_OTHER;
	if (f->after == FT_PTE_PRESENT && f->after_page == FT_PAGE_ANON &&
	    (f->page & FT_READS_FILL))
		return FT_KIND_ANON;
	return writes ? FT_KIND_ANON : FT_KIND_OTHER;
}

/* Nothing was mapped before. */
FT_PURE struct ft_verdict ft_classify_missing(const struct ft_fault *f)
{
	int writes = f->access == FT_ACCESS_WRITE;

	if (f->vma.facts & FT_VMA_DEVICE)
		return ft_verdict(FT_KIND_DEVICE);
	if (f->vma.facts & FT_VMA_ANON)
		return ft_verdict(ft_first_touch(f));
	if (writes && !(f->vma.facts & FT_VMA_SHARED) &&
	    (f->vma.facts & (FT_VMA_FILE | FT_VMA_SHMEM)))
		return ft_cow(FT_PAGE_FILE);
	if (f->vma.facts & FT_VMA_SHMEM)
		return ft_verdict(FT_KIND_SHMEM);
	if (f->vma.facts & FT_VMA_FILE)
		return ft_verdict(FT_KIND_FILE);
	return ft_verdict(FT_KIND_OTHER);
}

/* A page was mapped: the fault was for its write protection, or for nothing. */
FT_PURE struct ft_verdict ft_classify_present(const struct ft_fault *f)
{
	/* Another page now, or none: unknown if it changed before the kernel looked. */
	if (f->access != FT_ACCESS_WRITE || (f->page & FT_WAS_WRITABLE))
		return ft_verdict(f->page & FT_SAME_PAGE ? FT_KIND_SPURIOUS : FT_KIND_OTHER);
	if (f->vma.facts & FT_VMA_SHARED) {
		if (f->vma.facts & FT_VMA_DEVICE)
			return ft_verdict(FT_KIND_DEVICE);
		return ft_verdict(f->vma.facts & FT_VMA_FILE ? FT_KIND_MKWRITE : FT_KIND_REUSE);
	}
	if (f->after != FT_PTE_PRESENT)
		return ft_verdict(FT_KIND_OTHER);
	return f->page & FT_SAME_PAGE ? ft_verdict(FT_KIND_REUSE) : ft_cow(f->before_page);
}

/* The kind of a fault by its facts, which may not be complete yet. */
FT_PURE struct ft_verdict ft_classify(const struct ft_fault *f)
{
	int allowed = (f->vma.facts & FT_VMA_COVERS) && ft_access_allowed(f);

	if (f->outcome == FT_OUTCOME_FAILED)
		return ft_verdict(FT_KIND_ERROR);
	/*
	 * No signal, but the mapping does not allow the access: the kernel returned EFAULT. In user
	 * mode such a fault ends in a signal, unless it is a call of the vsyscall page.
	 */
	if (f->outcome != FT_OUTCOME_RESOLVED && (f->vma.facts & FT_VMA_KNOWN) && !allowed &&
	    f->origin == FT_ORIGIN_KERNEL)
		return ft_verdict(FT_KIND_ERROR);
	if (!(f->vma.facts & FT_VMA_COVERS))
		return ft_verdict(FT_KIND_OTHER);
	if (ft_asks_uffd(f) && ft_asked_uffd(f))
		return ft_verdict(FT_KIND_UFFD);
	if (f->vma.facts & FT_VMA_HUGETLB)
		return ft_verdict(FT_KIND_HUGETLB);

	switch (f->before) {
	case FT_PTE_SWAP: return ft_verdict(FT_KIND_SWAP);
	case FT_PTE_MIGRATION: return ft_verdict(FT_KIND_MIGRATION);
	case FT_PTE_DEVICE: return ft_verdict(FT_KIND_DEVICE);
	case FT_PTE_PROTNONE:
		/*
		 * mprotect(2) changes the mapping first and its page table entries later: an
		 * entry that it has not changed yet looks like a NUMA hint.
		 */
		return ft_verdict(allowed && !(f->page & FT_WAS_CHANGING) ? FT_KIND_NUMA
									  : FT_KIND_OTHER);
	case FT_PTE_NONE:
	case FT_PTE_MARKER:
		return f->outcome == FT_OUTCOME_RESOLVED ? ft_classify_missing(f)
							 : ft_verdict(FT_KIND_OTHER);
	case FT_PTE_PRESENT:
		return f->outcome == FT_OUTCOME_RESOLVED ? ft_classify_present(f)
							 : ft_verdict(FT_KIND_OTHER);
	}
	return ft_verdict(FT_KIND_OTHER);
}

#endif /* FT_CLASSIFY_H */
