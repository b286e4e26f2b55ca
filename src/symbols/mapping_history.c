/* SPDX-License-Identifier: GPL-2.0-only */
#include "mapping_history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/array.h"

#define NEVER UINT64_MAX

static size_t file_bytes(const struct region_file *file)
{
	return sizeof(*file) + strlen(file->name) + 1;
}

static struct region_file *new_file(const struct mapping *mapping, size_t *bytes)
{
	size_t len = strlen(mapping->name) + 1;
	struct region_file *file = malloc(sizeof(*file) + len);

	if (!file)
		return NULL;
	*file = (struct region_file) { .refs = 1,
				       .dev = mapping->vma.dev,
				       .inode = mapping->vma.inode };
	memcpy(file->name, mapping->name, len);
	*bytes += file_bytes(file);
	return file;
}

static void drop_file(struct region_file *file, size_t *bytes)
{
	if (--file->refs)
		return;
	*bytes -= file_bytes(file);
	free(file);
}

static bool is_of(const struct region_file *file, const struct mapping *mapping)
{
	return file->inode == mapping->vma.inode && file->dev == mapping->vma.dev &&
	       !strcmp(file->name, mapping->name);
}

struct mapping_history *mapping_history__new(size_t *bytes)
{
	struct mapping_history *regions = malloc(sizeof(*regions));

	if (!regions)
		return NULL;
	*regions = (struct mapping_history) { .refs = 1, .bytes = bytes };
	*bytes += sizeof(*regions);
	return regions;
}

struct mapping_history *mapping_history__share(struct mapping_history *regions)
{
	regions->refs++;
	return regions;
}

void mapping_history__free(struct mapping_history *regions)
{
	if (!regions || --regions->refs)
		return;
	for (size_t i = 0; i < regions->nr; i++)
		drop_file(regions->regions[i].file, regions->bytes);
	*regions->bytes -= sizeof(*regions) + regions->size * sizeof(*regions->regions);
	free(regions->regions);
	free(regions);
}

static int resize(struct mapping_history *r, size_t size)
{
	void *more = realloc(r->regions, size * sizeof(*r->regions));

	if (!more)
		return -ENOMEM;
	*r->bytes += (size - r->size) * sizeof(*r->regions);
	r->regions = more;
	r->size = size;
	return 0;
}

/* Replaces *regions by a copy, if it is shared. */
static int make_own(struct mapping_history **regions)
{
	struct mapping_history *shared = *regions, *own;

	if (shared->refs == 1)
		return 0;
	own = mapping_history__new(shared->bytes);
	if (!own || (shared->nr && resize(own, shared->nr + 1))) {
		mapping_history__free(own);
		return -ENOMEM;
	}
	for (; own->nr < shared->nr; own->nr++) {
		own->regions[own->nr] = shared->regions[own->nr];
		own->regions[own->nr].file->refs++;
	}
	mapping_history__free(shared);
	*regions = own;
	return 0;
}

static void update_max_ends(struct mapping_history *r, size_t from)
{
	uint64_t max_end = from ? r->regions[from - 1].max_end : 0;

	for (size_t i = from; i < r->nr; i++) {
		if (r->regions[i].end > max_end)
			max_end = r->regions[i].end;
		r->regions[i].max_end = max_end;
	}
}

static void forget_hidden(struct mapping_history *r, uint64_t forget_ns)
{
	size_t nr = 0;

	for (size_t i = 0; i < r->nr; i++) {
		if (r->regions[i].hidden_ns < forget_ns)
			drop_file(r->regions[i].file, r->bytes);
		else
			r->regions[nr++] = r->regions[i];
	}
	r->nr = nr;
	update_max_ends(r, 0);
}

static int make_room(struct mapping_history *r, uint64_t forget_ns)
{
	if (r->nr < r->size)
		return 0;
	forget_hidden(r, forget_ns);
	if (r->size >= REGIONS_MAX)
		return r->nr < r->size ? 0 : -E2BIG;
	/* Grows unless over a quarter is free: else forget_hidden() would soon run again. */
	return r->nr < r->size - r->size / 4 ? 0 : resize(r, r->size ? 2 * r->size : 16);
}

/* Index of the first region that starts after this address; those that contain it are before. */
static size_t index_after(const struct mapping_history *r, uint64_t start)
{
	return COUNT_BEFORE(i, r->nr, r->regions[i].start <= start);
}

static bool holds(const struct region *region, const struct mapping *mapping)
{
	return region->start <= mapping->vma.start && region->end >= mapping->vma.end &&
	       is_of(region->file, mapping) &&
	       (!mapping->vma.inode ||
		mapping->vma.start - region->start == mapping->vma.offset - region->offset);
}

/*
 * Does the newest region in the mapping's range cover all of it, with the same file? JIT
 * compilers often change the protection of their code, which reports its mapping again.
 */
static bool is_known(const struct mapping_history *r, const struct mapping *mapping)
{
	const struct region *newest = NULL;

	for (size_t i = index_after(r, mapping->vma.end - 1);
	     i-- && r->regions[i].max_end > mapping->vma.start;) {
		const struct region *region = &r->regions[i];

		if (region->end > mapping->vma.start &&
		    (!newest || region->since_ns > newest->since_ns))
			newest = region;
	}
	return newest && holds(newest, mapping);
}

static void hide_covered(struct mapping_history *r, const struct mapping *mapping,
			 uint64_t since_ns)
{
	for (size_t i = index_after(r, mapping->vma.end - 1);
	     i-- && r->regions[i].start >= mapping->vma.start;) {
		struct region *region = &r->regions[i];

		if (region->end <= mapping->vma.end && region->hidden_ns == NEVER)
			region->hidden_ns = since_ns;
	}
}

static struct region_file *file_near(struct mapping_history *r, size_t i,
				     const struct mapping *mapping)
{
	for (size_t near = i ? i - 1 : 0; near < r->nr && near <= i; near++) {
		struct region_file *file = r->regions[near].file;

		if (is_of(file, mapping)) {
			file->refs++;
			return file;
		}
	}
	return new_file(mapping, r->bytes);
}

int mapping_history__add(struct mapping_history **regions, const struct mapping *mapping,
			 uint64_t since_ns, uint64_t forget_ns)
{
	struct region_file *file;
	struct mapping_history *r;
	size_t i;
	int err;

	if (mapping->vma.start >= mapping->vma.end || is_known(*regions, mapping))
		return 0;
	err = make_own(regions);
	r = *regions;
	if (!err)
		err = make_room(r, forget_ns);
	if (err)
		return err;
	i = index_after(r, mapping->vma.start);
	file = file_near(r, i, mapping);
	if (!file)
		return -ENOMEM;
	hide_covered(r, mapping, since_ns);
	memmove(&r->regions[i + 1], &r->regions[i], (r->nr - i) * sizeof(*r->regions));
	r->regions[i] = (struct region) {
		.start = mapping->vma.start,
		.end = mapping->vma.end,
		.offset = mapping->vma.offset,
		.since_ns = since_ns,
		.hidden_ns = NEVER,
		.file = file,
	};
	r->nr++;
	update_max_ends(r, i);
	return 0;
}

const struct region *mapping_history__find(const struct mapping_history *r, uint64_t address,
					   uint64_t time_ns)
{
	const struct region *newest = NULL;

	for (size_t i = index_after(r, address); i-- && r->regions[i].max_end > address;) {
		const struct region *region = &r->regions[i];

		if (region->end > address && region->since_ns <= time_ns &&
		    (!newest || region->since_ns > newest->since_ns))
			newest = region;
	}
	return newest;
}

const struct region *mapping_history__find_below(const struct mapping_history *r, uint64_t address,
						 uint64_t time_ns)
{
	for (size_t i = index_after(r, address); i--;)
		if (r->regions[i].since_ns <= time_ns && r->regions[i].hidden_ns > time_ns)
			return &r->regions[i];
	return NULL;
}

bool region__same(const struct region *a, const struct region *b)
{
	return a->file->inode == b->file->inode && a->file->dev == b->file->dev &&
	       !strcmp(a->file->name, b->file->name) &&
	       (!a->file->inode || a->start - a->offset == b->start - b->offset);
}
