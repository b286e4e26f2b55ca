/* SPDX-License-Identifier: GPL-2.0-only */
#include "layout.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../host/kconfig.h"

#define GIB	     (1ULL << 30)
#define MAX_BASES    16384 /* direct map bases to try, 1 GiB apart */
#define MAX_VMEMMAPS 64

static bool run(const struct layout_search *search, unsigned long long addr)
{
	search->calibration->addr = addr;
	return search->run(search->ctx);
}

static bool proved(const struct layout_search *search, unsigned long long addr)
{
	return run(search, addr) && search->calibration->proved;
}

/* With the direct map at a place where the walk ends well: is it the right one? */
static bool prove_pages(const struct layout_search *search, unsigned long long addr,
			unsigned long long page_size)
{
	unsigned long long top = search->calibration->some_page & ~(GIB - 1);

	for (unsigned int i = 0; i < MAX_VMEMMAPS; i++) {
		search->layout->vmemmap = top - i * GIB;
		if (proved(search, addr) && proved(search, addr + page_size))
			return true;
	}
	search->layout->vmemmap = 0;
	return false;
}

static bool find_pages(const struct layout_search *search, unsigned long long addr,
		       unsigned long long page_size)
{
	unsigned long long top = search->calibration->pgd & ~(GIB - 1);

	for (unsigned int i = 0; i < MAX_BASES; i++) {
		search->layout->page_offset = top - i * GIB;
		if (run(search, addr) && search->calibration->walked &&
		    prove_pages(search, addr, page_size))
			return true;
	}
	return false;
}

bool layout_find(const struct layout_search *search)
{
	size_t page_size = (size_t)getpagesize(), size = 2 * page_size;
	char *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool found = false;

	if (own == MAP_FAILED)
		return false;
	madvise(own, size, MADV_NOHUGEPAGE);
	memset(own, 1, size);
	if (run(search, (unsigned long)own) && search->calibration->pgd) {
		for (unsigned int levels = 4; levels <= 5 && !found; levels++) {
			search->layout->levels = levels;
			found = find_pages(search, (unsigned long)own, page_size);
		}
	}
	if (!found) {
		search->layout->page_offset = 0;
		search->layout->vmemmap = 0;
	}
	munmap(own, size);
	return found;
}

#define NR_TYPES	  32
/* Poison 1, migration 3, device 4, marker 1: no kernel has more. */
#define MAX_SPECIAL_TYPES 9

/*
 * A page table entry that is not present holds a type: a swap area below some
 * number, above it what the kernel was configured for, in the order poison,
 * migration, device, marker, ending at 31. Since Linux commit 6c287605fd56 ("mm:
 * remember exclusively mapped anonymous pages with PG_anon_exclusive") (in v5.19)
 * there are three migration types, and markers came with the same release. How
 * many device types there are has changed too often: with them only what lies
 * below all of them is known.
 */
void layout_learn_types(struct ft_layout *layout, bool modern)
{
	struct kconfig_option config[] = {
		{ "CONFIG_DEVICE_PRIVATE", false },
		{ "CONFIG_MIGRATION", false },
		{ "CONFIG_MEMORY_FAILURE", false },
	};
	unsigned int next = NR_TYPES;

	layout->swap_types = NR_TYPES - MAX_SPECIAL_TYPES;
	if (!kconfig_read(config, sizeof(config) / sizeof(*config)) || config[0].on)
		return;
	if (modern)
		layout->marker_type = --next;
	if (config[1].on) {
		layout->nr_migration_types = modern ? 3 : 2;
		next -= layout->nr_migration_types;
		layout->migration_type = next;
	}
	if (config[2].on)
		layout->poison_type = --next;
	layout->swap_types = next;
}
