/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page cache holds where a fault hit a file: asked while the thread goes to
 * sleep, to tell what it waits for. The tree is walked without a lock; what is found
 * may be stale, and is only looked at.
 */
#ifndef FT_CACHE_BPF_H
#define FT_CACHE_BPF_H

#include "vma.bpf.h"

enum cached {
	CACHED_UNKNOWN = 0, /* or nothing there */
	CACHED_READING,	    /* no content yet: someone fills it */
	CACHED_LOCKED,	    /* has its content, and somebody has it locked */
	CACHED_READY,
};

/* Low bits of an entry: an inner node, or a sibling (a reference to the folio's first slot). */
#define XA_INTERNAL	2
#define XA_INTERNAL_MAX 4096
#define XA_DEPTH_MAX	6
#define XA_SLOT_MASK	63
#define XA_SLOT_BITS	6

static __always_inline bool xa_is_node(__u64 entry)
{
	return (entry & 3) == XA_INTERNAL && entry > XA_INTERNAL_MAX;
}

static __always_inline __u64 xa_slot(__u64 node, __u64 slot)
{
	return kread64(node + bpf_core_field_offset(struct xa_node___compat, slots) +
		       8 * (slot & XA_SLOT_MASK));
}

/* The folio at this index, 0 if there is none. */
static __noinline __u64 xa_find(__u64 entry, __u64 index)
{
	/* A tree of one entry has no node: the entry is that of index 0. */
	if (!xa_is_node(entry) && index)
		return 0;
	for (int depth = 0; depth < XA_DEPTH_MAX && xa_is_node(entry); depth++) {
		__u64 node = entry - XA_INTERNAL;
		__u8 shift = kread((void *)node, struct xa_node___compat, shift);

		if (!depth && index >> (shift & 63) > XA_SLOT_MASK)
			return 0;
		entry = xa_slot(node, index >> (shift & 63));
		/* A sibling: a large folio has many slots. */
		if ((entry & 3) == XA_INTERNAL && entry < 1 << (XA_SLOT_BITS + 2))
			entry = xa_slot(node, entry >> 2);
	}
	return entry & 3 ? 0 : entry;
}

static __always_inline enum cached cached_page(struct thread *th)
{
	struct ft_fault *rec = &th->rec;
	struct address_space *mapping = kread(th->file, struct file, f_mapping);
	__u64 index = (rec->vma.offset + (rec->addr - rec->vma.start)) >> page_shift;
	__u64 locked = 1ULL << bpf_core_enum_value(enum pageflags, PG_locked);
	__u64 uptodate = 1ULL << bpf_core_enum_value(enum pageflags, PG_uptodate);
	__u64 folio, flags;

	folio = xa_find((__u64)kread(mapping, struct address_space, i_pages.xa_head), index);
	if (!folio)
		return CACHED_UNKNOWN;
	/* The flags come first in a struct page, whatever their type is called. */
	flags = kread64(folio);
	if (!(flags & uptodate))
		return CACHED_READING;
	return flags & locked ? CACHED_LOCKED : CACHED_READY;
}

#endif /* FT_CACHE_BPF_H */
