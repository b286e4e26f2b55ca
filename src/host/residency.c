/* SPDX-License-Identifier: GPL-2.0-only */
#include "residency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../base/cleanup.h"

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

/* Linux commit cf264e1329fb ("cachestat: implement cachestat syscall") (in v6.5). */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct cachestat_range {
	uint64_t off;
	uint64_t len;
};

struct cachestat {
	uint64_t nr_cache;
	uint64_t nr_dirty;
	uint64_t nr_writeback;
	uint64_t nr_evicted;
	uint64_t nr_recently_evicted;
};

#define TMPFS_MAGIC	0x01021994
#define HUGETLBFS_MAGIC 0x958458f6
#define OVERLAYFS_MAGIC 0x794c7630
#define FUSE_MAGIC	0x65735546
#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000
#endif

/* Past the end of a file, and past any large folio that holds its end. */
#define FAR_PAST_END (1ULL << 30)

static uint64_t page_bytes(void)
{
	return (uint64_t)getpagesize();
}

/* ---- Page tables ---- */

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

/* Guard pages, which cannot be touched, look like swapped ones otherwise. */
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

/* Only what is there is told: a hole costs nothing, however large. */
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

/* For kernels without PAGEMAP_SCAN: eight bytes a page, of holes too. */
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

/* ---- Page cache ---- */

/*
 * False where the kernel has none, or does not tell this user. Of a file of overlayfs,
 * or of FUSE with passthrough, it counts nothing: it looks at that file's own pages,
 * while mmap(), and so mincore(), go to the file below.
 */
static bool ask_cachestat(const struct file_cache *c, uint64_t offset, uint64_t len,
			  struct cachestat *ret)
{
	struct cachestat_range range = { offset, len };

	return !c->is_stacked && !syscall(SYS_cachestat, c->fd, &range, ret, 0);
}

/* Asks for nr pages, a byte each: bit 0 is the answer. */
static int ask_mincore(int fd, uint64_t offset, size_t nr, unsigned char *vec)
{
	size_t len = nr * page_bytes();
	void *map = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, (off_t)offset);
	int err = 0;

	/* Nothing here reads what is mapped: a file that shrinks cannot hurt. */
	if (map == MAP_FAILED)
		return -errno;
	if (mincore(map, len, vec))
		err = -errno;
	munmap(map, len);
	return err;
}

static uint64_t file_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_size;
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/*
 * Since Linux commit 134fca9063ad ("mm/mincore.c: make mincore() more conservative")
 * (in v5.2), mincore() says that everything is in memory when the caller neither owns
 * the file nor may write to it. It then says so of pages that do not exist, too.
 */
static bool does_mincore_lie(int fd)
{
	uint64_t offset = round_up(file_size(fd), FAR_PAST_END) + FAR_PAST_END;
	unsigned char answer;

	return ask_mincore(fd, offset, 1, &answer) || answer & 1;
}

/* By what the kernel says the file is, not by its name: that may be another's now. */
static bool is_same_file(int fd, const struct mapping *m)
{
	struct statx st;

	return !statx(fd, "", AT_EMPTY_PATH, STATX_INO, &st) && st.stx_ino == m->inode &&
	       (st.stx_dev_major << 20 | st.stx_dev_minor) == m->dev;
}

/* In /proc/PID/maps a newline in a path is "\012". */
static void add_path(char *path, size_t size, const char *name)
{
	size_t n = strlen(path);

	while (*name && n + 1 < size) {
		bool newline = strncmp(name, "\\012", 4) == 0;

		path[n++] = newline ? '\n' : *name;
		name += newline ? 4 : 1;
	}
	path[n] = '\0';
}

/*
 * map_files leads to the file itself, deleted or hidden by a mount as it may be, but
 * needs CAP_CHECKPOINT_RESTORE. What else has the path of the file may be another.
 */
static int open_path(int pid, const struct mapping *m)
{
	char path[sizeof(m->name) + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", pid, m->start, m->end);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0 || *m->name != '/')
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	/* Of a process that is gone, its root is not known: it may have been ours. */
	if (access(path, F_OK))
		*path = '\0';
	add_path(path, sizeof(path), m->name);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || is_same_file(fd, m))
		return fd;
	close(fd);
	return -1;
}

/* Not a block device, which has a page cache. An anonymous inode is of no type. */
static bool is_device(const struct statx *st)
{
	unsigned int type = st->stx_mode & S_IFMT;

	return st->stx_mask & STATX_TYPE && (type == S_IFCHR || type == S_IFSOCK || !type);
}

/* hugetlbfs reserves pages when it is mapped; with DAX there is no cache. */
static bool has_page_cache(int fd, const struct statx *st)
{
	struct statfs fs;

	return S_ISREG(st->stx_mode) && !(st->stx_attributes & STATX_ATTR_DAX) &&
	       !fstatfs(fd, &fs) && fs.f_type != HUGETLBFS_MAGIC;
}

static int reopen(int path_fd)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	/* To look must not change the time of last access; the owner can say so. */
	fd = open(path, flags | O_NOATIME);
	return fd < 0 && errno == EPERM ? open(path, flags) : fd;
}

/* 0 or -errno; path_fd is closed. */
static int open_cache(struct file_cache *c, int path_fd)
{
	struct statfs fs;
	struct statx st;
	int err = -ENODEV;

	*c = (struct file_cache) { .fd = -1 };
	/* It was opened only as a path so far: to open a device can have consequences. */
	if (statx(path_fd, "", AT_EMPTY_PATH, STATX_TYPE, &st))
		st = (struct statx) { 0 };
	c->is_device = is_device(&st);
	if (has_page_cache(path_fd, &st)) {
		c->fd = reopen(path_fd);
		err = c->fd < 0 ? -errno : 0;
	}
	close(path_fd);
	if (err)
		return err;
	if (!fstatfs(c->fd, &fs)) {
		c->is_shmem = fs.f_type == TMPFS_MAGIC;
		c->is_stacked = fs.f_type == OVERLAYFS_MAGIC || fs.f_type == FUSE_MAGIC;
	}
	c->mincore_lies = does_mincore_lie(c->fd);
	return 0;
}

void file_cache__open(struct file_cache *c, int pid, const struct mapping *m)
{
	int path_fd = open_path(pid, m);

	*c = (struct file_cache) { .fd = -1 };
	if (path_fd >= 0)
		open_cache(c, path_fd);
}

int file_cache__open_path(struct file_cache *c, const char *path)
{
	int path_fd = open(path, O_PATH | O_CLOEXEC);

	return path_fd < 0 ? -errno : open_cache(c, path_fd);
}

void file_cache__close(struct file_cache *c)
{
	if (c->fd >= 0)
		close(c->fd);
	*c = (struct file_cache) { .fd = -1 };
}

/*
 * What is not cached of a file in memory is either in swap, or it is a hole. (Swap
 * has a cache, too: what mincore() finds there is told as cached, and is.) In files on
 * a disk, a hole is on disk: the kernel calls the fault that fills it a major one.
 */
static void tell_swapped(const struct file_cache *c, uint64_t offset, size_t nr,
			 unsigned char *pages)
{
	off_t start = (off_t)offset, end = (off_t)(offset + nr * page_bytes());

	while (start < end && (start = lseek(c->fd, start, SEEK_DATA)) >= 0 && start < end) {
		off_t hole = lseek(c->fd, start, SEEK_HOLE);

		for (; start < end && start < hole; start += (off_t)page_bytes()) {
			unsigned char *page = &pages[((uint64_t)start - offset) / page_bytes()];

			if (*page == PAGE_ABSENT)
				*page = PAGE_SWAPPED;
		}
		if (hole < 0)
			return;
	}
}

/* Pages that the file has. Counts are cheaper than pages: they come first. */
static void ask_existing(const struct file_cache *c, uint64_t offset, size_t nr,
			 unsigned char *pages)
{
	const int missing = c->is_shmem ? PAGE_ABSENT : PAGE_ON_DISK;
	struct cachestat counts = { 0 };
	bool counted = ask_cachestat(c, offset, nr * page_bytes(), &counts);

	if (counted && counts.nr_cache == nr) {
		memset(pages, PAGE_CACHED, nr);
		return;
	}
	if (counted && !counts.nr_cache) {
		memset(pages, missing, nr);
	} else if (c->mincore_lies || ask_mincore(c->fd, offset, nr, pages)) {
		memset(pages, PAGE_UNKNOWN, nr);
		return;
	} else {
		for (size_t i = 0; i < nr; i++)
			pages[i] = (unsigned char)(pages[i] & 1 ? PAGE_CACHED : missing);
	}
	if (c->is_shmem && (!counted || counts.nr_evicted))
		tell_swapped(c, offset, nr, pages);
}

/* How many of nr pages from offset on the file has now. */
static size_t existing_pages(const struct file_cache *c, uint64_t offset, size_t nr)
{
	uint64_t size = file_size(c->fd);
	uint64_t there = size > offset ? (size - offset + page_bytes() - 1) / page_bytes() : 0;

	return there < nr ? (size_t)there : nr;
}

void file_cache__ask(const struct file_cache *c, uint64_t offset, size_t nr, unsigned char *pages)
{
	size_t there;

	if (c->fd < 0) {
		memset(pages, c->is_device ? PAGE_ABSENT : PAGE_UNKNOWN, nr);
		return;
	}
	there = existing_pages(c, offset, nr);
	if (there)
		ask_existing(c, offset, there, pages);
	/* It may have shrunk while it was asked. */
	there = existing_pages(c, offset, there);
	memset(pages + there, PAGE_ABSENT, nr - there);
}

bool file_cache__totals(const struct file_cache *c, uint64_t offset, uint64_t len,
			struct file_totals *ret)
{
	struct cachestat counts;

	if (c->is_device) {
		*ret = (struct file_totals) { 0 };
		return true;
	}
	if (c->fd < 0 || !ask_cachestat(c, offset, len, &counts))
		return false;
	ret->dirty = (counts.nr_dirty + counts.nr_writeback) * page_bytes();
	ret->recently_evicted = counts.nr_recently_evicted * page_bytes();
	return true;
}

/* Page by page, where the kernel does not add up. */
static bool count_pages(const struct file_cache *c, uint64_t offset, uint64_t nr, uint64_t *cached)
{
	unsigned char *pages __cleanup_free = malloc(RESIDENCY_WINDOW);
	uint64_t sum = 0;

	for (uint64_t first = 0; pages && first < nr; first += RESIDENCY_WINDOW) {
		uint64_t left = nr - first;
		size_t n = left < RESIDENCY_WINDOW ? (size_t)left : RESIDENCY_WINDOW;

		file_cache__ask(c, offset + first * page_bytes(), n, pages);
		for (size_t i = 0; i < n; i++) {
			if (pages[i] == PAGE_UNKNOWN)
				return false;
			sum += pages[i] == PAGE_CACHED;
		}
	}
	*cached = sum;
	return pages != NULL;
}

bool file_cache__count(const struct file_cache *c, uint64_t offset, uint64_t len, uint64_t *cached,
		       uint64_t *whole)
{
	struct cachestat counts = { 0 };
	uint64_t nr;

	if (c->fd < 0)
		return false;
	nr = existing_pages(c, offset, len / page_bytes() + (len % page_bytes() != 0));
	/* To cachestat() a length of nothing is all. */
	if (nr && ask_cachestat(c, offset, nr * page_bytes(), &counts))
		*cached = counts.nr_cache;
	else if (!count_pages(c, offset, nr, cached))
		return false;
	*cached *= page_bytes();
	*whole = nr * page_bytes();
	return true;
}

int file_cache__drop(const struct file_cache *c)
{
	struct file_totals totals;

	/* Dirty pages cannot be dropped. */
	if ((!file_cache__totals(c, 0, 0, &totals) || totals.dirty) && fdatasync(c->fd))
		return -errno;
	return -posix_fadvise(c->fd, 0, 0, POSIX_FADV_DONTNEED);
}
