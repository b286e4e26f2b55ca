/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one opinion about what kind of fault it was. Pure, integers only;
 * compiled by both halves, so that single faults (user space) and sums
 * (kernel) cannot disagree. What the facts do not settle is OTHER.
 */
#ifndef FT_CLASSIFY_H
#define FT_CLASSIFY_H

#include "faulttrace.h"

/* Inlined always: BPF functions cannot return a structure. */
#define FT_PURE static inline __attribute__((always_inline))

enum ft_kind {
	FT_KIND_OTHER = 0,
	FT_KIND_ANON = 1,
	FT_KIND_ZERO = 2,
	FT_KIND_COW = 3,
	FT_KIND_REUSE = 4,
	FT_KIND_FILE = 5,
	FT_KIND_SHMEM = 6,
	FT_KIND_SWAP = 7,
	FT_KIND_HUGETLB = 8,
	FT_KIND_MKWRITE = 9,
	FT_KIND_NUMA = 10,
	FT_KIND_UFFD = 11,
	FT_KIND_MIGRATION = 12,
	FT_KIND_DEVICE = 13,
	FT_KIND_SPURIOUS = 14,
	FT_KIND_ERROR = 15,
	FT_KIND_COUNT
};

enum ft_cow_from {
	FT_COW_NONE = 0,
	FT_COW_ANON = 1,
	FT_COW_FILE = 2,
	FT_COW_ZERO = 3,
	FT_COW_KSM = 4,
	FT_COW_COUNT
};

/* Of a set of wanted kinds, a bit each: those for what a COW was from begin here. */
#define FT_WANTED_COW 16

_Static_assert(FT_KIND_COUNT <= FT_WANTED_COW, "each kind has a bit of its own");
_Static_assert(FT_WANTED_COW + FT_COW_COUNT <= 32, "so has each source of a COW");

struct ft_verdict {
	__u8 kind;     /* enum ft_kind */
	__u8 cow_from; /* enum ft_cow_from; only a COW has one */
};

/* The handler's copy of a page; FT_COW_NONE if what it copied is unknown. */
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

FT_PURE struct ft_verdict ft_verdict(__u8 kind)
{
	struct ft_verdict v = { kind, FT_COW_NONE };

	return v;
}

/* May the mapping be touched this way at all? */
FT_PURE int ft_access_allowed(const struct ft_fault *f)
{
	if (f->access == FT_ACCESS_WRITE)
		return !!(f->vma & FT_VMA_WRITE);
	if (f->access == FT_ACCESS_EXEC)
		return !!(f->vma & FT_VMA_EXEC);
	return !!(f->vma & (FT_VMA_READ | FT_VMA_WRITE | FT_VMA_EXEC));
}

/* Does the kernel ask a userfaultfd handler here? For a missing page, or to lift a protection. */
FT_PURE int ft_asks_uffd(const struct ft_fault *f)
{
	if (f->before == FT_PTE_NONE || f->before == FT_PTE_MARKER)
		return !!(f->vma & (FT_VMA_UFFD_MISSING | FT_VMA_UFFD_MINOR));
	return (f->vma & FT_VMA_UFFD_WP) && f->access == FT_ACCESS_WRITE &&
	       (f->page & FT_WAS_UFFD_WP);
}

/*
 * Was the userfaultfd handler asked, where the kernel asks it? Then the thread sleeps, unless
 * it is preempted first for so long that the answer is there. It has to try again anyway; of
 * anonymous memory of which nothing is mapped nothing else makes it.
 */
FT_PURE int ft_asked_uffd(const struct ft_fault *f)
{
	return f->blocked ||
	       ((f->vma & FT_VMA_ANON) && f->before == FT_PTE_NONE && (f->page & FT_WAS_RETRIED));
}

/*
 * Nothing was mapped of anonymous memory. Where a userfaultfd handler is asked about that,
 * but nothing shows that it was, the handler was fast or another thread faster. A
 * read maps the zero page; where it is an anonymous page afterwards, another thread
 * wrote to it, or khugepaged had the page table emptied for a moment to put a huge page
 * together. That can come to a write too, where somebody changed the address space.
 */
FT_PURE __u8 ft_first_touch(const struct ft_fault *f)
{
	int writes = f->access == FT_ACCESS_WRITE;

	if (f->vma & FT_VMA_UFFD_MISSING)
		return FT_KIND_OTHER;
	if (f->after == FT_PTE_PRESENT && f->after_page == FT_PAGE_ZERO)
		return FT_KIND_ZERO;
	if ((f->page & FT_WAS_COLLAPSING) && f->order)
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

	if (f->vma & FT_VMA_DEVICE)
		return ft_verdict(FT_KIND_DEVICE);
	if (f->vma & FT_VMA_ANON)
		return ft_verdict(ft_first_touch(f));
	if (writes && !(f->vma & FT_VMA_SHARED) && (f->vma & (FT_VMA_FILE | FT_VMA_SHMEM)))
		return ft_cow(FT_PAGE_FILE);
	if (f->vma & FT_VMA_SHMEM)
		return ft_verdict(FT_KIND_SHMEM);
	if (f->vma & FT_VMA_FILE)
		return ft_verdict(FT_KIND_FILE);
	return ft_verdict(FT_KIND_OTHER);
}

/* Something was mapped: write protection, or nothing to do at all. */
FT_PURE struct ft_verdict ft_classify_present(const struct ft_fault *f)
{
	/* Another page now, or none: if the first one went before the kernel looked is not known. */
	if (f->access != FT_ACCESS_WRITE || (f->page & FT_WAS_WRITABLE))
		return ft_verdict(f->page & FT_SAME_PAGE ? FT_KIND_SPURIOUS : FT_KIND_OTHER);
	if (f->vma & FT_VMA_SHARED) {
		if (f->vma & FT_VMA_DEVICE)
			return ft_verdict(FT_KIND_DEVICE);
		return ft_verdict(f->vma & FT_VMA_FILE ? FT_KIND_MKWRITE : FT_KIND_REUSE);
	}
	if (f->after != FT_PTE_PRESENT)
		return ft_verdict(FT_KIND_OTHER);
	return f->page & FT_SAME_PAGE ? ft_verdict(FT_KIND_REUSE) : ft_cow(f->before_page);
}

/* The facts of a fault, or of one so far, to its kind. */
FT_PURE struct ft_verdict ft_classify(const struct ft_fault *f)
{
	int allowed = (f->vma & FT_VMA_COVERS) && ft_access_allowed(f);

	if (f->outcome == FT_OUTCOME_FAILED)
		return ft_verdict(FT_KIND_ERROR);
	/*
	 * No signal, but it can never have worked: the kernel returned EFAULT. What user mode
	 * may not do ends in a signal, unless it is a call of the vsyscall page.
	 */
	if (f->outcome != FT_OUTCOME_RESOLVED && (f->vma & FT_VMA_KNOWN) && !allowed &&
	    f->origin == FT_ORIGIN_KERNEL)
		return ft_verdict(FT_KIND_ERROR);
	if (!(f->vma & FT_VMA_COVERS))
		return ft_verdict(FT_KIND_OTHER);
	if (ft_asks_uffd(f) && ft_asked_uffd(f))
		return ft_verdict(FT_KIND_UFFD);
	if (f->vma & FT_VMA_HUGETLB)
		return ft_verdict(FT_KIND_HUGETLB);

	switch (f->before) {
	case FT_PTE_SWAP: return ft_verdict(FT_KIND_SWAP);
	case FT_PTE_MIGRATION: return ft_verdict(FT_KIND_MIGRATION);
	case FT_PTE_DEVICE: return ft_verdict(FT_KIND_DEVICE);
	case FT_PTE_PROTNONE: return ft_verdict(allowed ? FT_KIND_NUMA : FT_KIND_OTHER);
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
