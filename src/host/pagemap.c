/* SPDX-License-Identifier: GPL-2.0-only */
#include "pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * From the kernel's <linux/fs.h>, for older headers: Linux commit 52526ca7fdb9
 * ("fs/proc/task_mmu: implement IOCTL to get and optionally clear info about PTEs")
 * (in v6.7).
 */
struct page_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct pm_scan_arg {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define PAGEMAP_SCAN_IOCTL _IOWR('f', 16, struct pm_scan_arg)
#define CATEGORY_PRESENT   (1ULL << 3)
#define CATEGORY_SWAPPED   (1ULL << 4)
#define CATEGORY_ZERO	   (1ULL << 5)
#define CATEGORY_GUARD	   (1ULL << 8) /* since v6.15 */

/* Bits of an entry of /proc/PID/pagemap. */
#define ENTRY_PRESENT (1ULL << 63)
#define ENTRY_SWAPPED (1ULL << 62)
#define ENTRY_GUARD   (1ULL << 58)

void pagemap__open(struct pagemap *p, int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	*p = (struct pagemap) {
		.fd = open(path, O_RDONLY | O_CLOEXEC),
		.has_scan = true,
		.knows_guards = true,
	};
}

void pagemap__close(struct pagemap *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

/* A guard page cannot be touched: absent, although it looks swapped otherwise. */
static enum page_state state_of(bool present, bool swapped, bool guard, bool zero)
{
	if (guard)
		return PAGE_ABSENT;
	if (zero)
		return PAGE_ZERO;
	return present ? PAGE_PRESENT : swapped ? PAGE_SWAPPED : PAGE_ABSENT;
}

static int scan_ioctl(struct pagemap *p, struct pm_scan_arg *arg)
{
	int nr;

	arg->return_mask = arg->category_anyof_mask | CATEGORY_ZERO;
	if (p->knows_guards)
		arg->return_mask |= CATEGORY_GUARD;
	nr = ioctl(p->fd, PAGEMAP_SCAN_IOCTL, arg);
	if (nr >= 0 || errno != EINVAL || !p->knows_guards)
		return nr < 0 ? -errno : nr;
	p->knows_guards = false;
	return scan_ioctl(p, arg);
}

/* PAGEMAP_SCAN reports only ranges with pages: a hole costs nothing, however large. */
static int scan(struct pagemap *p, uint64_t start, size_t nr, unsigned char *pages)
{
	struct page_region regions[256];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = start,
		.end = start + nr * page_bytes(),
		.vec = (uintptr_t)regions,
		.vec_len = sizeof(regions) / sizeof(regions[0]),
		.category_anyof_mask = CATEGORY_PRESENT | CATEGORY_SWAPPED,
	};
	bool any = false;

	while (arg.start < arg.end) {
		int found = scan_ioctl(p, &arg);

		if (found < 0)
			return found;
		if (found && !any)
			memset(pages, PAGE_ABSENT, nr);
		any |= found > 0;
		for (const struct page_region *r = regions; r < regions + found; r++)
			memset(pages + (r->start - start) / page_bytes(),
			       (int)state_of(r->categories & CATEGORY_PRESENT,
					     r->categories & CATEGORY_SWAPPED,
					     r->categories & CATEGORY_GUARD,
					     r->categories & CATEGORY_ZERO),
			       (r->end - r->start) / page_bytes());
		if (arg.walk_end <= arg.start)
			return -EIO;
		arg.start = arg.walk_end;
	}
	return any;
}

/* For kernels without PAGEMAP_SCAN: reads eight bytes for each page, also in holes. */
static int read_entries(const struct pagemap *p, uint64_t start, size_t nr, unsigned char *pages)
{
	uint64_t entries[4096];
	bool any = false;

	for (size_t done = 0; done < nr;) {
		size_t want = nr - done < sizeof(entries) / 8 ? nr - done : sizeof(entries) / 8;
		ssize_t got =
			pread(p->fd, entries, want * 8, (off_t)((start / page_bytes() + done) * 8));

		if (got < 8)
			return got < 0 ? -errno : -ESRCH;
		for (size_t i = 0; i < (size_t)got / 8; i++) {
			enum page_state state =
				state_of(entries[i] & ENTRY_PRESENT, entries[i] & ENTRY_SWAPPED,
					 entries[i] & ENTRY_GUARD, false);
			pages[done + i] = (unsigned char)state;
			any |= state != PAGE_ABSENT;
		}
		done += (size_t)got / 8;
	}
	return any;
}

int pagemap__ask(struct pagemap *p, uint64_t start, size_t nr, unsigned char *pages)
{
	int err = -ENOTTY;

	if (p->fd < 0)
		return -EACCES;
	if (p->has_scan)
		err = scan(p, start, nr, pages);
	if (err != -ENOTTY)
		return err;
	p->has_scan = false;
	return read_entries(p, start, nr, pages);
}
