/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The faults of one process, summed up by page and kind: memory grows with the pages
 * that it touches, not with the faults that it takes. At one address, many files may have
 * been mapped, one after the other: the last one and the one that was there before are told
 * by their inodes, all that came and went between them only by their names.
 */
#ifndef MAP_TOUCH_H
#define MAP_TOUCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/classify.h"
#include "../base/intern.h"
#include "map.h"

/* As in records, but a copy-on-write of each source is a kind of its own. */
#define NR_MAP_KINDS ((size_t)FT_KIND_COUNT + FT_COW_COUNT)

enum touch_of {
	TOUCH_LAST,   /* what was mapped there last */
	TOUCH_BEFORE, /* what was there in the map before, and is not the last */
	TOUCH_PASSED, /* all others of one name */
};

struct touch {
	uint64_t page; /* its address */
	enum touch_of of;
	uint64_t inode; /* 0: of no file */
	uint32_t dev;
	uint32_t vma;  /* enum ft_vma_fact */
	uint32_t kind; /* below NR_MAP_KINDS */
	uint32_t name; /* in touches->names */

	uint64_t vma_start; /* of the last one */
	uint64_t vma_end;
	uint64_t vma_offset;
	uint64_t begin_ns;

	uint64_t faults; /* errors as well */
	uint64_t major;
	uint64_t ns;

	/* How many of them made the page resident. */
	uint64_t installed;
	uint64_t early; /* while the map before was read */
	uint64_t late;	/* while the map after was read */
	uint64_t last_ns;
};

/* What tells a mapping from others that were at the same place. */
#define TOUCH_VMA_FACTS ((uint32_t)(FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_MAYSHARE))
#define TOUCH_VMA_PERMS ((uint32_t)(FT_VMA_READ | FT_VMA_WRITE | FT_VMA_EXEC))

/* One page of one mapping, whatever the kind. */
static inline bool touch_same_page(const struct touch *a, const struct touch *b)
{
	return a->page == b->page && a->inode == b->inode && a->dev == b->dev &&
	       (a->vma & TOUCH_VMA_FACTS) == (b->vma & TOUCH_VMA_FACTS) &&
	       (a->of == TOUCH_PASSED) == (b->of == TOUCH_PASSED);
}

struct touches {
	struct touch *slots; /* faults 0: free */
	size_t nr_slots;
	size_t nr;
	struct intern names;
	uint64_t page_size;
	const struct memory_map *before; /* NULL: nothing was there */
	/* When the maps were read; 0: was not, or not yet. What was before or is after is not counted. */
	uint64_t before_begin, before_end;
	uint64_t after_begin, after_end;
};

/* name: of the mapping, as in /proc/PID/maps. False: it was outside of the time between the maps. */
bool touches__add(struct touches *t, const struct ft_fault *rec, const char *name);
void touches__free(struct touches *t);

/* All of them in the order of addresses, those of one page and one file together. Ends the adding. */
const struct touch *touches__sort(struct touches *t);

#endif /* MAP_TOUCH_H */
