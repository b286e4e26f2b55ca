/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mappings of one address space over time. Nothing tells that a mapping has
 * gone: it is there until a newer one covers it.
 *
 * Shared where processes have the same: whoever adds to a shared one gets a copy.
 */
#ifndef SYMBOLS_REGIONS_H
#define SYMBOLS_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../host/maps.h"

/* What is mapped: neighbours share it. */
struct region_file {
	unsigned int refs;
	uint32_t dev; /* as in struct mapping */
	uint64_t inode;
	char name[];
};

struct region {
	uint64_t start;
	uint64_t end;
	uint64_t max_end; /* of this one and all before it */
	uint64_t offset;
	uint64_t since_ns;
	uint64_t hidden_ns; /* when a newer one covered all of it; UINT64_MAX: none did */
	struct region_file *file;
};

struct regions {
	struct region *regions; /* by start */
	size_t nr;
	size_t size;
	unsigned int refs;
	size_t *bytes; /* of all that there are */
};

/* More than this in one address space are not kept. */
#define REGIONS_MAX 16384

/*
 * NULL without memory. *bytes, which outlives it, is what all of them together
 * take.
 */
struct regions *regions__new(size_t *bytes);
struct regions *regions__share(struct regions *regions);
void regions__free(struct regions *regions);

/*
 * To be added in the order of time.
 * *regions is another one afterwards if it was shared. What was hidden before
 * forget_ns may be forgotten. 0, -ENOMEM or -E2BIG.
 */
int regions__add(struct regions **regions, const struct mapping *mapping, uint64_t since_ns,
		 uint64_t forget_ns);

/* Which one was at this address then; NULL: none is known. */
const struct region *regions__find(const struct regions *regions, uint64_t address,
				   uint64_t time_ns);

/* The one with the highest address that begins at or below this one, and nothing covered. */
const struct region *regions__find_below(const struct regions *regions, uint64_t address,
					 uint64_t time_ns);

/* The same part of the same file at the same address? */
bool region__same(const struct region *a, const struct region *b);

#endif /* SYMBOLS_REGIONS_H */
