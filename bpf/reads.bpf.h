/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of its file an open fault brings into the page cache (--residency): the page
 * that it needs, and what the thread reads ahead with it.
 */
#ifndef FT_READS_BPF_H
#define FT_READS_BPF_H

#include "page.bpf.h"
#include "vma.bpf.h"

/* The current thread has added a folio. Those of other files (or of block devices) do not count. */
static __always_inline void reads_add(struct page *folio)
{
	struct thread *th = wanted_thread(this_task(), false);
	struct ft_fault *rec;

	if (!th || th->phase != PHASE_OPEN)
		return;
	rec = &th->rec;
	if (!vma_covers(rec)) {
		rec->read_pages = FT_UNKNOWN32;
		return;
	}
	if (!(rec->vma.facts & FT_VMA_FILE) || rec->read_pages == FT_UNKNOWN32)
		return;
	if (kread(folio, struct page, mapping) == kread(th->file, struct file, f_mapping))
		rec->read_pages += 1U << (folio_order(folio) & 31);
}

/* If the end was not seen, pages that were added after it are counted, too: unknown. */
static __always_inline void reads_end(struct ft_fault *rec)
{
	if (rec->latency_ns == FT_UNKNOWN64 && rec->read_pages)
		rec->read_pages = FT_UNKNOWN32;
}

#endif /* FT_READS_BPF_H */
