/* SPDX-License-Identifier: GPL-2.0-only */
#include "page_faults.h"

#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/must.h"

/* What tells mappings at one page apart, by touch_of: there is only one TOUCH_LAST. */
static uint64_t owner(const struct touch *touch)
{
	if (touch->of == TOUCH_LAST)
		return 0;
	if (touch->of == TOUCH_BEFORE)
		return touch->vma.inode;
	return (uint64_t)touch->name << 8 | (touch->vma.facts & TOUCH_VMA_PERMS);
}

static uint32_t hash_of(const struct touches *t, const struct touch *key)
{
	uint64_t hash = (owner(key) << 2 | key->of) * 0x9e3779b97f4a7c15ULL;

	hash ^= key->page / t->page_size ^ (uint64_t)key->kind << 56;
	hash *= 0x9e3779b97f4a7c15ULL;
	return (uint32_t)(hash ^ hash >> 32);
}

static bool is_same(const struct touch *a, const struct touch *b)
{
	return a->page == b->page && a->kind == b->kind && a->of == b->of && owner(a) == owner(b) &&
	       (a->of == TOUCH_LAST || a->vma.dev == b->vma.dev) &&
	       (a->vma.facts & TOUCH_VMA_FACTS) == (b->vma.facts & TOUCH_VMA_FACTS);
}

/* NULL: there is none. */
static struct touch *find(const struct touches *t, const struct touch *key)
{
	uint32_t hash = hash_of(t, key);
	struct hash_slot *slot = NULL;

	do
		slot = hash_index__next(&t->index, hash, slot);
	while (slot && !is_same(&t->touches[hash_slot__number(slot)], key));
	return slot ? &t->touches[hash_slot__number(slot)] : NULL;
}

/* The zero page and device memory are no memory of the process. */
static bool is_memory(uint8_t pte, uint8_t page)
{
	return pte == FT_PTE_PRESENT && page != FT_PAGE_ZERO && page != FT_PAGE_RAW;
}

static bool makes_resident(const struct ft_fault *rec)
{
	return rec->outcome == FT_OUTCOME_RESOLVED && is_memory(rec->after, rec->after_page) &&
	       !is_memory(rec->before, rec->before_page);
}

static void install(struct touches *t, struct touch *touch, uint64_t begin_ns, uint64_t end_ns)
{
	/* Two threads faulted at once: the page became resident only once. */
	if (begin_ns < touch->last_ns)
		return;
	touch->last_ns = end_ns;
	if (end_ns <= t->before_end)
		touch->early++;
	else if (t->after_begin && end_ns >= t->after_begin)
		touch->late++;
	else
		touch->installed++;
}

static uint32_t kind_of(const struct ft_fault *rec)
{
	struct ft_verdict verdict = ft_classify(rec);

	return verdict.kind == FT_KIND_COW ? FT_KIND_COUNT + verdict.cow_from : verdict.kind;
}

static bool is_of_same_file(const struct touch *a, const struct touch *b)
{
	return a->vma.inode == b->vma.inode && a->vma.dev == b->vma.dev;
}

static enum touch_of known_from(const struct touches *t, const struct touch *touch)
{
	const struct memory_map *map = t->before;
	size_t nr = map ? map->nr_rows : 0, i = nr ? map_find_row(map->rows, nr, touch->page) : 0;
	bool was_there = i < nr && map->rows[i].start <= touch->page &&
			 map->rows[i].inode == touch->vma.inode &&
			 map->rows[i].dev == touch->vma.dev;

	return was_there ? TOUCH_BEFORE : TOUCH_PASSED;
}

/* A new touch has the key's counts, which are 0. Touches move. */
static struct touch *find_or_add(struct touches *t, const struct touch *key)
{
	struct touch *touch = find(t, key);

	if (touch)
		return touch;
	t->touches = must(array_reserve(t->touches, t->nr, &t->size, sizeof(*touch)));
	hash_index__add(&t->index, hash_of(t, key), (uint32_t)t->nr);
	touch = &t->touches[t->nr++];
	*touch = *key;
	return touch;
}

/* Adds the counts of a touch that is no longer the last to those of another key. */
static void put_aside(struct touches *t, const struct touch *last)
{
	struct touch key = *last, *touch;

	key.of = known_from(t, last);
	key.faults = key.major = key.ns = 0;
	key.installed = key.early = key.late = key.last_ns = 0;
	touch = find_or_add(t, &key);
	touch->faults += last->faults;
	touch->major += last->major;
	touch->ns += last->ns;
	touch->installed += last->installed;
	touch->early += last->early;
	touch->late += last->late;
}

static struct touch *touch_of(struct touches *t, struct touch *key, const char *name)
{
	struct touch *last = find(t, key), old;

	if (last && is_of_same_file(last, key))
		return last;
	key->name = intern__add_text(&t->names, name);
	if (!last)
		return find_or_add(t, key);
	/* CPUs send records in batches: this fault may be older than the last one. */
	if (key->begin_ns < last->begin_ns) {
		key->of = known_from(t, key);
		return find_or_add(t, key);
	}
	/* Another file is mapped there now. */
	old = *last;
	*last = *key;
	put_aside(t, &old);
	return find(t, key);
}

bool touches__add(struct touches *t, const struct ft_fault *rec, const char *name)
{
	uint64_t ns = rec->latency_ns == FT_UNKNOWN64 ? 0 : rec->latency_ns;
	uint64_t begin_ns = rec->h.time_ns, end_ns = begin_ns + ns;
	struct touch key = {
		.page = rec->addr & -t->page_size,
		.vma = rec->vma,
		.kind = kind_of(rec),
		.begin_ns = begin_ns,
	};
	struct touch *touch;

	if (end_ns < t->before_begin || (t->after_end && begin_ns > t->after_end))
		return false;
	/* Other faults were not resolved: they are taken again, or never end. */
	if (rec->outcome != FT_OUTCOME_RESOLVED && key.kind != FT_KIND_ERROR)
		return true;
	touch = touch_of(t, &key, name);
	touch->vma = rec->vma;
	touch->begin_ns = begin_ns > touch->begin_ns ? begin_ns : touch->begin_ns;
	touch->faults++;
	touch->major += rec->major == 1;
	touch->ns += ns;
	if (makes_resident(rec))
		install(t, touch, begin_ns, end_ns);
	return true;
}

void touches__free(struct touches *t)
{
	free(t->touches);
	hash_index__free(&t->index);
	intern__free(&t->names);
	*t = (struct touches) { 0 };
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

static int compare(const void *left, const void *right)
{
	const struct touch *a = left, *b = right;
	int order = ORDER(a->page, b->page);

	order = order ? order : ORDER(a->vma.inode, b->vma.inode);
	order = order ? order : ORDER(a->vma.dev, b->vma.dev);
	order = order ? order
		      : ORDER(a->vma.facts & TOUCH_VMA_FACTS, b->vma.facts & TOUCH_VMA_FACTS);
	order = order ? order : ORDER(a->of == TOUCH_PASSED, b->of == TOUCH_PASSED);
	return order ? order : ORDER(a->kind, b->kind);
}

const struct touch *touches__sort(struct touches *t)
{
	if (t->nr)
		qsort(t->touches, t->nr, sizeof(*t->touches), compare);
	return t->touches;
}
