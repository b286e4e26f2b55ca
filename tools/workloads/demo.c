/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One fault of each common kind, for tools/quickstart and for a first look:
 *
 *	faulttrace -- build/tools/workloads/demo
 *
 * One line a step: the address that faults, the kind it ought to be, and what
 * happened there. A step that this machine does not offer has "-" as address.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/* As far apart as the kernel maps pages of a file around a fault, and more. */
#define FILE_WINDOW (2UL << 20)
#define FILE_SIZE   (4 * FILE_WINDOW)
#define HUGE_SIZE   (2UL << 20)

static int file;
static sigjmp_buf after_signal;

/* The pages before fork(), which are shared with the child after it. */
static volatile char *inherited;

/* Where nothing was mapped before, so that an address tells the step. */
static volatile char *map(size_t size, int prot, int flags, int fd, off_t offset)
{
	static uintptr_t hint = 0x100000000000;
	void *p = mmap((void *)hint, size, prot, flags, fd, offset);

	hint += 4 * FILE_SIZE;
	if (p == MAP_FAILED) {
		perror("demo: mmap");
		exit(1);
	}
	return p;
}

/* Anonymous memory in pages of the usual size, whatever this machine prefers. */
static volatile char *map_small(size_t pages, int prot)
{
	volatile char *p = map(pages * page_size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise((void *)p, pages * page_size, MADV_NOHUGEPAGE);
	return p;
}

static void write_file(void)
{
	static char block[1 << 16];
	char path[] = "/var/tmp/faulttrace-demo.XXXXXX";

	file = mkstemp(path);
	if (file < 0) {
		perror("demo: cannot make a file in /var/tmp");
		exit(1);
	}
	unlink(path);
	memset(block, 'x', sizeof(block));
	for (size_t done = 0; done < FILE_SIZE; done += sizeof(block)) {
		if (write(file, block, sizeof(block)) != sizeof(block)) {
			perror("demo: cannot write to /var/tmp");
			exit(1);
		}
	}
	fsync(file);
}

static volatile char *anon(void)
{
	volatile char *p = map_small(1, PROT_READ | PROT_WRITE);

	*p = 1;
	return p;
}

static volatile char *zero(void)
{
	volatile char *p = map_small(1, PROT_READ | PROT_WRITE);

	(void)*p;
	return p;
}

static volatile char *cow_zero(void)
{
	volatile char *p = zero();

	*p = 1;
	return p;
}

static volatile char *huge(void)
{
	volatile char *p =
		map(2 * HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p += -(uintptr_t)p & (HUGE_SIZE - 1);
	if (madvise((void *)p, HUGE_SIZE, MADV_HUGEPAGE))
		return NULL;
	*p = 1;
	return p;
}

static volatile char *file_cached(void)
{
	volatile char *p = map(FILE_WINDOW, PROT_READ, MAP_SHARED, file, 0);

	(void)*p;
	return p;
}

static volatile char *file_cold(void)
{
	volatile char *p = map(FILE_WINDOW, PROT_READ, MAP_SHARED, file, FILE_WINDOW);

	posix_fadvise(file, FILE_WINDOW, FILE_WINDOW, POSIX_FADV_DONTNEED);
	madvise((void *)p, FILE_WINDOW, MADV_RANDOM);
	(void)*p;
	return p;
}

static volatile char *cow_file(void)
{
	volatile char *p =
		map(page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 2 * FILE_WINDOW);

	*p = 1;
	return p;
}

static volatile char *mkwrite(void)
{
	volatile char *p =
		map(page_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 3 * FILE_WINDOW);

	(void)*p;
	*p = 1;
	return p;
}

static volatile char *shmem(void)
{
	volatile char *p =
		map(page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*p = 1;
	return p;
}

/* The child lives while the first page is written, and has ended by the second. */
static volatile char *cow_fork(void)
{
	int hold[2];
	pid_t child;
	char c;

	inherited = map_small(2, PROT_READ | PROT_WRITE);
	inherited[0] = 1;
	inherited[page_size] = 1;
	if (pipe(hold))
		return NULL;
	child = fork();
	if (child < 0)
		return NULL;
	if (child == 0) {
		close(hold[1]);
		_exit(read(hold[0], &c, 1) != 0);
	}
	close(hold[0]);
	inherited[0] = 2;
	close(hold[1]);
	waitpid(child, NULL, 0);
	return inherited;
}

static volatile char *reuse(void)
{
	if (!inherited)
		return NULL;
	inherited[page_size] = 2;
	return inherited + page_size;
}

static volatile char *from_kernel(void)
{
	volatile char *p = map_small(1, PROT_READ | PROT_WRITE);

	return pread(file, (void *)p, 1, 0) == 1 ? p : NULL;
}

static volatile char *populated(void)
{
	volatile char *p = map_small(1, PROT_READ | PROT_WRITE);

	return mlock((void *)p, page_size) ? NULL : p;
}

static void on_signal(int sig)
{
	siglongjmp(after_signal, sig);
}

static volatile char *write_and_survive(volatile char *p)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGSEGV, &action, NULL);
	if (sigsetjmp(after_signal, 1) == 0)
		*p = 1;
	return p;
}

static volatile char *read_only(void)
{
	return write_and_survive(map_small(1, PROT_READ));
}

static volatile char *wild(void)
{
	volatile char *p = map_small(1, PROT_READ);

	munmap((void *)p, page_size);
	return write_and_survive(p);
}

static const struct step {
	volatile char *(*take)(void);
	const char *kind;
	const char *text;
} steps[] = {
	{ anon, "anon", "first write to fresh memory: a page filled with zeros" },
	{ zero, "zero", "first read of fresh memory: the one shared page of zeros" },
	{ cow_zero, "cow:zero", "read (as above), then written: a page of its own" },
	{ huge, "anon 2M", "first write where huge pages are allowed: 2 MiB at once" },
	{ file_cached, "file", "a file's page that was in memory already: minor" },
	{ file_cold, "file M", "a file's page that had to be read from disk: major" },
	{ cow_file, "cow:file", "a write to a private mapping of a file: a copy" },
	{ mkwrite, "mkwrite", "a shared file's page read, then first written: now dirty" },
	{ shmem, "shmem", "first write to memory that processes can share" },
	{ cow_fork, "cow:anon", "a write after fork(), the child being alive: a copy" },
	{ reuse, "reuse", "the same, the child having ended: no copy needed" },
	{ from_kernel, "anon", "read() into fresh memory: the kernel took this fault" },
	{ populated, "anon", "mlock() of fresh memory: brought in ahead of any access" },
	{ read_only, "error SEGV", "a write to read-only memory: SIGSEGV, caught" },
	{ wild, "error SEGV", "a write to where nothing is mapped: SIGSEGV, caught" },
};

/* What some of them are where the kernel maps no zero page. */
static const struct step without_zero_page[] = {
	{ zero, "anon", "first read of fresh memory: its own page (no shared one here)" },
	{ cow_zero, "anon", "read (as above), then written: no fault, the page is its own" },
};

static const struct step *find_without_zero_page(const struct step *step)
{
	for (size_t i = 0; i < sizeof(without_zero_page) / sizeof(without_zero_page[0]); i++)
		if (without_zero_page[i].take == step->take)
			return &without_zero_page[i];
	return step;
}

int main(void)
{
	bool has_zero_page;

	page_size = sysconf(_SC_PAGESIZE);
	write_file();
	has_zero_page = maps_zero_page();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct step *step =
			has_zero_page ? &steps[i] : find_without_zero_page(&steps[i]);
		volatile char *p = step->take();

		if (p)
			printf("%012lx\t", (unsigned long)p);
		else
			printf("-\t");
		printf("%s\t%s\n", step->kind, step->text);
	}
	return 0;
}
