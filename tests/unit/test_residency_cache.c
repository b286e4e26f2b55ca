/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../../src/host/clock.h"
#include "../../src/faults/residency_cache.h"
#include "../../src/host/file_cache.h"
#include "test.h"

#define PAGES 64

/* A file whose upper half is mapped. */
static struct {
	char path[PATH_MAX];
	int fd;
	struct ft_fault fault;
} file;

static bool make_file(void)
{
	size_t half = PAGES / 2 * page_bytes();
	char *content = calloc(1, half);
	struct stat st;
	void *map;

	snprintf(file.path, sizeof(file.path), "/var/tmp/faulttrace-test-XXXXXX");
	file.fd = mkostemp(file.path, O_CLOEXEC);
	if (file.fd < 0)
		return false;
	/* In two, so that no large folio is in both halves: it could not be dropped from one. */
	for (int i = 0; i < 2; i++)
		if (write(file.fd, content, half) != (ssize_t)half || fsync(file.fd))
			return false;
	if (fstat(file.fd, &st))
		return false;
	free(content);
	map = mmap(NULL, half, PROT_READ, MAP_SHARED, file.fd, (off_t)half);
	file.fault = (struct ft_fault) {
		.pid = (__u32)getpid(),
		.vma.start = (__u64)map,
		.vma.end = (__u64)map + half,
		.vma.offset = half,
		.vma.inode = st.st_ino,
		.vma.dev = major(st.st_dev) << 20 | minor(st.st_dev),
		.vma.facts = FT_VMA_COVERS | FT_VMA_FILE,
	};
	return map != MAP_FAILED;
}

/* -1: not known. */
static int percent(struct residency_cache *cached, const char *name)
{
	unsigned int percent;

	return residency_cache__percent(cached, (int)file.fault.pid, &file.fault.vma, name,
					clock_ns(CLOCK_MONOTONIC), &percent)
		       ? (int)percent
		       : -1;
}

/* False where nothing can be dropped, as in memory. */
static bool drop(off_t offset, off_t len)
{
	unsigned char page = 1;
	char *first = mmap(NULL, page_bytes(), PROT_READ, MAP_SHARED, file.fd, offset);

	for (int i = 0; i < 50 && page & 1; i++) {
		posix_fadvise(file.fd, offset, len, POSIX_FADV_DONTNEED);
		mincore(first, page_bytes(), &page);
		usleep(page & 1 ? 10000 : 0);
	}
	munmap(first, page_bytes());
	return !(page & 1);
}

static void test_ranges(struct residency_cache *range, struct residency_cache *whole)
{
	CHECK_EQ(percent(range, file.path), 100);
	CHECK_EQ(percent(whole, file.path), 100);
	if (!drop(0, (off_t)(PAGES / 2 * page_bytes()))) {
		printf("# %s cannot be dropped from the page cache\n", file.path);
		return;
	}
	/* Remembered, and then asked for again. */
	CHECK_EQ(percent(range, file.path), 100);
	CHECK_EQ(percent(whole, file.path), 100);
	residency_cache__forget(range);
	residency_cache__forget(whole);
	CHECK_EQ(percent(range, file.path), 100);
	CHECK_EQ(percent(whole, file.path), 50);
	if (!drop((off_t)(PAGES / 2 * page_bytes()), 0))
		return;
	residency_cache__forget(range);
	CHECK_EQ(percent(range, file.path), 0);
	test_done("a mapping's range, and a whole file");
}

/* Neither is any other file by that name, nor one that has none. */
static void test_unknown(struct residency_cache *cached)
{
	munmap((void *)file.fault.vma.start, file.fault.vma.end - file.fault.vma.start);
	residency_cache__forget(cached);
	CHECK_EQ(percent(cached, "/"), -1);
	CHECK_EQ(percent(cached, ""), -1);
	residency_cache__forget(cached);
	file.fault.vma.inode++;
	CHECK_EQ(percent(cached, file.path), -1);
	test_done("what cannot be known");
}

/* Where only mincore() tells, as on overlayfs, a hole of any size is looked at page by page. */
static void test_huge_file(void)
{
	struct file_cache on_overlayfs = { .fd = file.fd, .is_stacked = true };
	unsigned long long start_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t cached, whole;

	if (ftruncate(file.fd, 8LL << 40)) {
		test_skip("a huge file", "no such large files here");
		return;
	}
	CHECK(!file_cache__count(&on_overlayfs, 0, UINT64_MAX / 2, 50000000, &cached, &whole));
	CHECK(clock_ns(CLOCK_MONOTONIC) - start_ns < 2000000000ULL);
	CHECK(file_cache__count(&on_overlayfs, 0, page_bytes(), 50000000, &cached, &whole));
	CHECK_EQ(whole, page_bytes());
	test_done("a huge file");
}

int main(void)
{
	struct residency_cache *range = NULL, *whole = NULL;

	if (CHECK(make_file()) && CHECK(!residency_cache__new(false, UINT64_MAX, &range)) &&
	    CHECK(!residency_cache__new(true, UINT64_MAX, &whole))) {
		test_ranges(range, whole);
		test_unknown(range);
		test_huge_file();
	}
	unlink(file.path);
	residency_cache__free(whole);
	residency_cache__free(range);
	return test_status();
}
