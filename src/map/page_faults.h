/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The faults of one process, summed up by page and kind: memory grows with the pages
 * that it touches, not with the faults that it takes. Many files may be mapped at one address,
 * one after the other: the last one and the one in the map before are identified by inode,
 * transient ones between them only by name and permissions.
 */
#ifndef MAP_PAGE_FAULTS_H
#define MAP_PAGE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/contract/classify.h"
#include "../base/hash_index.h"
#include "../base/intern.h"
#include "map.h"

/* Kinds as in records, but each source of a copy-on-write is a kind of its own. */
#define NR_MAP_KINDS ((size_t)FT_KIND_COUNT + FT_COW_COUNT)

enum touch_of {
	TOUCH_LAST,   /* the last mapping at the page */
	TOUCH_BEFORE, /* the one in the map before, if it is not the last */
	TOUCH_PASSED, /* all others of one name and permissions */
};

struct touch {
	uint64_t page; /* its address */
	enum touch_of of;
	struct ft_vma vma; /* the mapping at the last one of them */
	uint32_t kind;	   /* below NR_MAP_KINDS */
	uint32_t name;	   /* in touches->names */

	uint64_t begin_ns; /* of the last one */

	uint64_t faults; /* with errors */
	uint64_t major;
	uint64_t ns;

	/* How many of the faults made the page resident, and when. */
	uint64_t installed; /* between the maps */
	uint64_t early;	    /* while the map before was read */
	uint64_t late;	    /* while the map after was read */
	uint64_t last_ns;
};

/* Facts that tell a mapping from others at the same address. */
#define TOUCH_VMA_FACTS ((uint32_t)(FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_MAYSHARE))
#define TOUCH_VMA_PERMS ((uint32_t)(FT_VMA_READ | FT_VMA_WRITE | FT_VMA_EXEC))

/* Are both of one page of one mapping? Their kinds may differ. */
static inline bool touch_same_page(const struct touch *a, const struct touch *b)
{
	return a->page == b->page && a->vma.inode == b->vma.inode && a->vma.dev == b->vma.dev &&
	       (a->vma.facts & TOUCH_VMA_FACTS) == (b->vma.facts & TOUCH_VMA_FACTS) &&
	       (a->of == TOUCH_PASSED) == (b->of == TOUCH_PASSED);
}

struct touches {
	struct touch *touches;
	size_t nr, size;
	struct hash_index index; /* of touches */
	struct intern names;
	uint64_t page_size;
	const struct memory_map *before; /* NULL: no map was read before the faults */
	/* When the maps were read; 0: not, or not yet. Earlier and later faults are not counted. */
	uint64_t before_begin, before_end;
	uint64_t after_begin, after_end;
};

/* False: the fault is outside of the time of the maps. name: the mapping's in /proc/PID/maps. */
bool touches__add(struct touches *t, const struct ft_fault *rec, const char *name);
void touches__free(struct touches *t);

/* Sorts by address, with those of one page and file together. No touch can be added after it. */
const struct touch *touches__sort(struct touches *t);

#endif /* MAP_PAGE_FAULTS_H */
