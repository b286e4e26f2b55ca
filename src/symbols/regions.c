/* SPDX-License-Identifier: GPL-2.0-only */
#include "regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	*file = (struct region_file) { .refs = 1, .dev = mapping->dev, .inode = mapping->inode };
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
	return file->inode == mapping->inode && file->dev == mapping->dev &&
	       !strcmp(file->name, mapping->name);
}

struct regions *regions__new(size_t *bytes)
{
	struct regions *regions = malloc(sizeof(*regions));

	if (!regions)
		return NULL;
	*regions = (struct regions) { .refs = 1, .bytes = bytes };
	*bytes += sizeof(*regions);
	return regions;
}

struct regions *regions__share(struct regions *regions)
{
	regions->refs++;
	return regions;
}

void regions__free(struct regions *regions)
{
	if (!regions || --regions->refs)
		return;
	for (size_t i = 0; i < regions->nr; i++)
		drop_file(regions->regions[i].file, regions->bytes);
	*regions->bytes -= sizeof(*regions) + regions->size * sizeof(*regions->regions);
	free(regions->regions);
	free(regions);
}

static int resize(struct regions *r, size_t size)
{
	void *more = realloc(r->regions, size * sizeof(*r->regions));

	if (!more)
		return -ENOMEM;
	*r->bytes += (size - r->size) * sizeof(*r->regions);
	r->regions = more;
	r->size = size;
	return 0;
}

/* One that is not shared, with what is in it. */
static int make_own(struct regions **regions)
{
	struct regions *shared = *regions, *own;

	if (shared->refs == 1)
		return 0;
	own = regions__new(shared->bytes);
	if (!own || (shared->nr && resize(own, shared->nr + 1))) {
		regions__free(own);
		return -ENOMEM;
	}
	for (; own->nr < shared->nr; own->nr++) {
		own->regions[own->nr] = shared->regions[own->nr];
		own->regions[own->nr].file->refs++;
	}
	regions__free(shared);
	*regions = own;
	return 0;
}

static void update_max_ends(struct regions *r, size_t from)
{
	uint64_t max_end = from ? r->regions[from - 1].max_end : 0;

	for (size_t i = from; i < r->nr; i++) {
		if (r->regions[i].end > max_end)
			max_end = r->regions[i].end;
		r->regions[i].max_end = max_end;
	}
}

static void forget_hidden(struct regions *r, uint64_t forget_ns)
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

static int make_room(struct regions *r, uint64_t forget_ns)
{
	if (r->nr < r->size)
		return 0;
	forget_hidden(r, forget_ns);
	if (r->size >= REGIONS_MAX)
		return r->nr < r->size ? 0 : -E2BIG;
	/* A few that are free now are not worth looking for again each time. */
	return r->nr < r->size - r->size / 4 ? 0 : resize(r, r->size ? 2 * r->size : 16);
}

/* The first one that starts after this; those that overlap it are before. */
static size_t index_after(const struct regions *r, uint64_t start)
{
	size_t low = 0, high = r->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->regions[middle].start <= start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool holds(const struct region *region, const struct mapping *mapping)
{
	return region->start <= mapping->start && region->end >= mapping->end &&
	       is_of(region->file, mapping) &&
	       (!mapping->inode ||
		mapping->start - region->start == mapping->offset - region->offset);
}

/* Is it what all of its range was already? Memory for code is protected to and fro. */
static bool is_known(const struct regions *r, const struct mapping *mapping)
{
	const struct region *newest = NULL;

	for (size_t i = index_after(r, mapping->end - 1);
	     i-- && r->regions[i].max_end > mapping->start;) {
		const struct region *region = &r->regions[i];

		if (region->end > mapping->start &&
		    (!newest || region->since_ns > newest->since_ns))
			newest = region;
	}
	return newest && holds(newest, mapping);
}

static void hide_covered(struct regions *r, const struct mapping *mapping, uint64_t since_ns)
{
	for (size_t i = index_after(r, mapping->end - 1);
	     i-- && r->regions[i].start >= mapping->start;) {
		struct region *region = &r->regions[i];

		if (region->end <= mapping->end && region->hidden_ns == NEVER)
			region->hidden_ns = since_ns;
	}
}

static struct region_file *file_near(struct regions *r, size_t i, const struct mapping *mapping)
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

int regions__add(struct regions **regions, const struct mapping *mapping, uint64_t since_ns,
		 uint64_t forget_ns)
{
	struct region_file *file;
	struct regions *r;
	size_t i;
	int err;

	if (mapping->start >= mapping->end || is_known(*regions, mapping))
		return 0;
	err = make_own(regions);
	r = *regions;
	if (!err)
		err = make_room(r, forget_ns);
	if (err)
		return err;
	i = index_after(r, mapping->start);
	file = file_near(r, i, mapping);
	if (!file)
		return -ENOMEM;
	hide_covered(r, mapping, since_ns);
	memmove(&r->regions[i + 1], &r->regions[i], (r->nr - i) * sizeof(*r->regions));
	r->regions[i] = (struct region) {
		.start = mapping->start,
		.end = mapping->end,
		.offset = mapping->offset,
		.since_ns = since_ns,
		.hidden_ns = NEVER,
		.file = file,
	};
	r->nr++;
	update_max_ends(r, i);
	return 0;
}

const struct region *regions__find(const struct regions *r, uint64_t address, uint64_t time_ns)
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

const struct region *regions__find_below(const struct regions *r, uint64_t address,
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
