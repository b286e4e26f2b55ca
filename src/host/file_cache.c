/* SPDX-License-Identifier: GPL-2.0-only */
#include "file_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/stop.h"
#include "clock.h"

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

/* A file offset this far past the end is past any large folio that holds the end. */
#define FAR_PAST_END (1ULL << 30)

/*
 * False where the kernel has no cachestat(), or does not let this user call it. On overlayfs, or
 * FUSE with passthrough, it would count nothing: it looks at that file's own pages, while
 * mmap(), and so mincore(), go to the file below.
 */
static bool ask_cachestat(const struct file_cache *c, uint64_t offset, uint64_t len,
			  struct cachestat *ret)
{
	struct cachestat_range range = { offset, len };

	return !c->is_stacked && !syscall(SYS_cachestat, c->fd, &range, ret, 0);
}

/* Asks mincore() for nr pages. Bit 0 of each byte of vec: the page is in memory. */
static int ask_mincore(int fd, uint64_t offset, size_t nr, unsigned char *vec)
{
	size_t len = nr * page_bytes();
	void *map = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, (off_t)offset);
	int err = 0;

	/* Nothing is read through this mapping: it does no harm if the file shrinks. */
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
 * Since Linux commit 134fca9063ad ("mm/mincore.c: make mincore() more conservative") (in v5.2),
 * mincore() says that everything is in memory when the caller neither owns the file nor may
 * write to it. It then says so of pages past the end of the file, too.
 */
static bool does_mincore_lie(int fd)
{
	uint64_t offset = round_up(file_size(fd), FAR_PAST_END) + FAR_PAST_END;
	unsigned char answer;

	return ask_mincore(fd, offset, 1, &answer) || answer & 1;
}

/* By what the kernel says the file is, not by its name: that may be another's now. */
static bool is_same_file(int fd, const struct ft_vma *vma)
{
	struct statx st;

	return !statx(fd, "", AT_EMPTY_PATH, STATX_INO, &st) && st.stx_ino == vma->inode &&
	       (st.stx_dev_major << 20 | st.stx_dev_minor) == vma->dev;
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
 * map_files leads to the file itself, even if it is deleted or hidden by a mount, but needs
 * CAP_CHECKPOINT_RESTORE. The path may lead to another file by now.
 */
static int open_path(int pid, const struct ft_vma *vma, const char *name)
{
	char path[PATH_MAX + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", pid, vma->start, vma->end);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0 || *name != '/')
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	/* The process is gone, and its root not known: it may have been ours. */
	if (access(path, F_OK))
		*path = '\0';
	add_path(path, sizeof(path), name);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || is_same_file(fd, vma))
		return fd;
	close(fd);
	return -1;
}

/* Not a block device, which has a page cache. An anonymous inode has no type. */
static bool is_device(const struct statx *st)
{
	unsigned int type = st->stx_mode & S_IFMT;

	return st->stx_mask & STATX_TYPE && (type == S_IFCHR || type == S_IFSOCK || !type);
}

/* False on hugetlbfs, which reserves pages for a mapping, and with DAX, which has no cache. */
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
	/* Reading must not change the access time; only the owner may ask for that. */
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
	/* Only O_PATH so far: opening a device can have side effects. */
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

void file_cache__open(struct file_cache *c, int pid, const struct ft_vma *vma, const char *name)
{
	int path_fd = open_path(pid, vma, name);

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
 * A page of a file in memory that is not cached is in swap, or is a hole. (mincore() also finds
 * pages in the swap cache: they count as cached, and are.) In files on a disk, a hole counts as
 * on disk: the kernel calls the fault that fills it a major one.
 */
static void tell_swapped(const struct file_cache *c, uint64_t offset, size_t nr,
			 unsigned char *pages)
{
	off_t start = (off_t)offset, end = (off_t)(offset + nr * page_bytes());

	while (start < end && !stop_asked() && (start = lseek(c->fd, start, SEEK_DATA)) >= 0 &&
	       start < end) {
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

/* Asks for pages that the file has. Tries counts first: they cost less than single pages. */
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
	/* The file may have shrunk meanwhile. */
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

/* Counts page by page, where cachestat() cannot. */
static bool count_pages(const struct file_cache *c, uint64_t offset, uint64_t nr, uint64_t max_ns,
			uint64_t *cached)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	unsigned char *pages __cleanup_free = malloc(RESIDENCY_WINDOW);
	uint64_t sum = 0;

	for (uint64_t first = 0; pages && first < nr; first += RESIDENCY_WINDOW) {
		uint64_t left = nr - first;
		size_t n = left < RESIDENCY_WINDOW ? (size_t)left : RESIDENCY_WINDOW;

		if (stop_asked() || clock_ns(CLOCK_MONOTONIC) - start_ns > max_ns)
			return false;
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

bool file_cache__count(const struct file_cache *c, uint64_t offset, uint64_t len, uint64_t max_ns,
		       uint64_t *cached, uint64_t *whole)
{
	struct cachestat counts = { 0 };
	uint64_t nr;

	if (c->fd < 0)
		return false;
	nr = existing_pages(c, offset, len / page_bytes() + (len % page_bytes() != 0));
	/* To cachestat(), a length of 0 means up to the end of the file. */
	if (nr && ask_cachestat(c, offset, nr * page_bytes(), &counts))
		*cached = counts.nr_cache;
	else if (!count_pages(c, offset, nr, max_ns, cached))
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
