/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Swap-in: 61 anonymous pages are filled, paged out to a swap file made for
 * it, and read back without readahead. Major or minor depends on whether a
 * page is in the swap cache still. With -z it is a zram device instead, which
 * has no swap cache: all major.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include "workload.h"

#define PAGES	     61
#define AREA_PAGES   1024
#define TRIES	     100
#define ZRAM_CONTROL "/sys/class/zram-control/"
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

/*
 * What mkswap(8) writes: version 1, the last page, and the mark at the end.
 * Closes the file, since a zram device in use cannot be taken away again.
 */
static void write_header(int fd)
{
	uint32_t header[] = { 1, AREA_PAGES - 1, 0 };
	bool bad = pwrite(fd, header, sizeof(header), 1024) != sizeof(header) ||
		   pwrite(fd, "SWAPSPACE2", 10, page_size - 10) != 10 || fsync(fd);

	close(fd);
	if (bad)
		fail("cannot write the swap area: %s", strerror(errno));
}

static void undo_swapon(const char *path, const char *value)
{
	(void)value;
	swapoff(path);
}

/* Before all other swap areas. Registered first: a signal may come between. */
static void use_area(const char *path)
{
	at_cleanup(undo_swapon, path, NULL);
	if (swapon(path, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK))
		skip("cannot swap on %s: %s", path, strerror(errno));
}

static void swap_to_file(void)
{
	static const char zeroes[4096];
	struct file f;

	temp_file(&f);
	fchmod(f.fd, 0600);
	for (size_t at = 0; at < AREA_PAGES * page_size; at += sizeof(zeroes)) {
		if (pwrite(f.fd, zeroes, sizeof(zeroes), at) != sizeof(zeroes))
			skip("cannot write %s: %s", f.path, strerror(errno));
	}
	write_header(f.fd);
	use_area(f.path);
}

/* Whoever looks at new devices may still have it open. */
static void undo_zram(const char *path, const char *number)
{
	for (int i = 0; i < TRIES && !knob_write(path, "1"); i++)
		sleep_ms(20);
	knob_write(ZRAM_CONTROL "hot_remove", number);
}

/* The kernel's own choice of a compressor may be a module that is not there. */
static bool set_size(const char *number)
{
	static const char *const compressors[] = { NULL, "lz4", "lzo", "zstd" };
	char compressor[64], disksize[64], size[32];

	snprintf(compressor, sizeof(compressor), "/sys/block/zram%s/comp_algorithm", number);
	snprintf(disksize, sizeof(disksize), "/sys/block/zram%s/disksize", number);
	snprintf(size, sizeof(size), "%zu", AREA_PAGES * page_size);
	for (size_t i = 0; i < sizeof(compressors) / sizeof(*compressors); i++) {
		if (compressors[i])
			knob_write(compressor, compressors[i]);
		if (knob_write(disksize, size))
			return true;
	}
	return false;
}

static void swap_to_zram(void)
{
	char number[16], path[64];
	int fd;

	if (!knob_read(ZRAM_CONTROL "hot_add", number, sizeof(number)))
		skip("no zram device to be had: %s", strerror(errno));
	snprintf(path, sizeof(path), "/sys/block/zram%s/reset", number);
	at_cleanup(undo_zram, path, number);
	if (!set_size(number))
		skip("cannot set up zram%s", number);
	snprintf(path, sizeof(path), "/dev/zram%s", number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		skip("%s: %s", path, strerror(errno));
	write_header(fd);
	use_area(path);
}

static void page_out(char *p)
{
	drain_lru();
	for (int i = 0; i < TRIES; i++) {
		if (madvise(p, PAGES * page_size, MADV_PAGEOUT))
			skip("MADV_PAGEOUT: %s", strerror(errno));
		if (swapped_pages(p, PAGES) == PAGES)
			return;
		sleep_ms(20);
	}
	skip("only %zu pages of %d were paged out", swapped_pages(p, PAGES), PAGES);
}

int main(int argc, char **argv)
{
	bool zram = argc == 2 && !strcmp(argv[1], "-z");
	char *p;

	workload_begin("swap");
	if (argc > 1 && !zram)
		fail("usage: swap [-z]");
	if (zram)
		swap_to_zram();
	else
		swap_to_file();
	/* One page at a time, or the neighbours come into the swap cache. */
	if (!knob_set("/proc/sys/vm/page-cluster", "0"))
		skip("cannot set vm.page-cluster");
	pin_cpu();
	p = map_pages(PAGES);
	measured_write(p, PAGES, page_size);
	page_out(p);
	measured_read(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .count = PAGES });
	expect((struct expectation) {
		.kind = "swap", .access = "read", .major = MAJOR_DIFFERS, .count = PAGES });
	return report(zram ? "pages read back from zram" : "pages read back from a swap file");
}
