/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mappings of one address space over time. No event reports the end of a mapping: it counts
 * as there until a newer one covers it.
 *
 * Processes with the same mappings share one: adding to a shared one makes a copy.
 */
#ifndef SYMBOLS_MAPPING_HISTORY_H
#define SYMBOLS_MAPPING_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../host/maps.h"

/* The file that is mapped: neighbouring regions share it. */
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
	uint64_t hidden_ns; /* when one newer region covered all of it; UINT64_MAX: none did */
	struct region_file *file;
};

struct mapping_history {
	struct region *regions; /* sorted by start */
	size_t nr;
	size_t size;
	unsigned int refs;
	size_t *bytes; /* counts the memory of all histories */
};

/* The most regions that are kept of one address space. */
#define REGIONS_MAX 16384

/* NULL: out of memory. *bytes, which must outlive it, counts the memory of all histories. */
struct mapping_history *mapping_history__new(size_t *bytes);
struct mapping_history *mapping_history__share(struct mapping_history *regions);
void mapping_history__free(struct mapping_history *regions);

/*
 * Adds a mapping; to be called in the order of time. Replaces *regions by a copy if it is
 * shared. May drop regions that were hidden before forget_ns. 0, -ENOMEM or -E2BIG.
 */
int mapping_history__add(struct mapping_history **regions, const struct mapping *mapping,
			 uint64_t since_ns, uint64_t forget_ns);

/* The region at this address at that time; NULL: none is known. */
const struct region *mapping_history__find(const struct mapping_history *regions, uint64_t address,
					   uint64_t time_ns);

/*
 * Of the regions that were there then, and not covered: the one with the highest start at or
 * below the address.
 */
const struct region *mapping_history__find_below(const struct mapping_history *regions,
						 uint64_t address, uint64_t time_ns);

/* Do both have the same file, each offset at the same address? Their ends may differ. */
bool region__same(const struct region *a, const struct region *b);

#endif /* SYMBOLS_MAPPING_HISTORY_H */
