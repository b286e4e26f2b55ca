/* SPDX-License-Identifier: GPL-2.0-only */
#include "page_layout.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../host/kconfig.h"
#include "../../host/memory_encryption.h"

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

/* Searches the struct pages, with a direct map through which a page table walk succeeds. */
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

static bool find_at(const struct layout_search *search, unsigned long long addr,
		    unsigned long long page_size)
{
	for (unsigned int levels = 4; levels <= 5; levels++) {
		search->layout->levels = levels;
		if (find_pages(search, addr, page_size))
			return true;
	}
	return false;
}

/* Searches with encryption, after a search without: no interface tells if the kernel encrypts. */
static bool find_encrypted(const struct layout_search *search, unsigned long long addr,
			   unsigned long long page_size)
{
	search->layout->encrypted = memory_encryption_bit();
	return search->layout->encrypted && find_at(search, addr, page_size);
}

bool page_layout_find(const struct layout_search *search)
{
	size_t page_size = (size_t)getpagesize(), size = 2 * page_size;
	char *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool found = false;

	if (own == MAP_FAILED)
		return false;
	madvise(own, size, MADV_NOHUGEPAGE);
	memset(own, 1, size);
	if (run(search, (unsigned long)own) && search->calibration->pgd)
		found = find_at(search, (unsigned long)own, page_size) ||
			find_encrypted(search, (unsigned long)own, page_size);
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
 * A page table entry that is not present has a type of 0 to 31. The low types are swap
 * areas, the high ones those that the kernel was configured for, in the order poison,
 * migration, device, marker, which ends at 31. Since Linux commit 6c287605fd56 ("mm:
 * remember exclusively mapped anonymous pages with PG_anon_exclusive") (in v5.19)
 * there are three migration types, and markers came with the same release. The
 * number of device types has changed often: with them only the swap areas, below
 * all other types, are known.
 */
void page_layout_learn_types(struct ft_layout *layout, bool modern)
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
