/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults without end, in code or on data of a file that somebody made to harm the one who traces
 * them: tests/live/hostile.py makes such files. With -c it calls code, without -f in memory, each
 * time at the next of so many places; else it writes to the mapping itself.
 *
 *	hostile [-f FILE] [-a OFFSET] [-n BYTES] [-c STEP] [-m TIMES] [-j] [-g] [-r RATE]
 *
 * -m maps the file's first page so often, -j calls /tmp/map what perf looks for, -g lets it grow by
 * a line each 20 ms, and -r is how many faults a second to take: as many as can be had without it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "workload.h"

/* What the perf maps of hostile.py name is at CODE. */
#define CODE	    ((char *)0x290000000000UL)
#define MEMORY	    ((char *)0x2a0000000000UL)
#define MEMORY_SIZE (4UL << 20)
#define GROW_NS	    20000000ULL

static struct {
	const char *file;
	unsigned long offset;
	unsigned long size;
	unsigned long step;
	unsigned long times;
	unsigned long rate;
	bool renames_map;
	bool grows_map;
} options = { .size = 4096 };

/* movb $1, (%rdi); ret */
static const unsigned char code[] = { 0xc6, 0x07, 0x01, 0xc3 };

static char *map_at(char *at, size_t size, int prot, int flags, int fd)
{
	char *p = mmap(at, size, prot, MAP_PRIVATE | MAP_NORESERVE | flags, fd,
		       (off_t)options.offset);

	if (p == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	return p;
}

static void map_file(void)
{
	int fd = open(options.file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail("%s: %s", options.file, strerror(errno));
	map_at(CODE, options.size, PROT_READ | (options.step ? PROT_EXEC : PROT_WRITE), MAP_FIXED,
	       fd);
	for (unsigned long i = 0; i < options.times; i++)
		map_at(NULL, page_size, PROT_READ, 0, fd);
	close(fd);
}

static void make_code(void)
{
	map_at(CODE, options.size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_FIXED | MAP_ANONYMOUS,
	       -1);
	for (unsigned long at = 0; at < options.size; at += options.step)
		memcpy(CODE + at, code, sizeof(code));
}

static FILE *take_map(void)
{
	char path[64];
	FILE *map;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	if (rename("/tmp/map", path))
		fail("%s: %s", path, strerror(errno));
	if (!options.grows_map)
		return NULL;
	map = fopen(path, "ae");
	if (!map)
		fail("%s: %s", path, strerror(errno));
	return map;
}

static void grow(FILE *map, unsigned long long *due)
{
	unsigned long long now = map ? monotonic_ns() : 0;

	if (now <= *due)
		return;
	*due = now + GROW_NS;
	fprintf(map, "%lx %lx grown\n", (unsigned long)CODE, options.size);
	fflush(map);
}

static void touch_anew(char *start, size_t size, unsigned long i, size_t at)
{
	size_t place = i * page_size % size;

	if (i && !place && madvise(start, size, MADV_DONTNEED))
		fail("madvise: %s", strerror(errno));
	if (options.step)
		((void (*)(char *))(CODE + at))(start + place);
	else
		start[place] = 1;
}

static void __attribute__((noreturn)) fault(FILE *map)
{
	unsigned long long begin = monotonic_ns(), due = begin;

	for (unsigned long i = 0;; i++) {
		if (options.rate)
			keep_pace(begin, i, options.rate);
		if (options.step)
			touch_anew(MEMORY, MEMORY_SIZE, i, i * options.step % options.size);
		else
			touch_anew(CODE, options.size, i, 0);
		grow(map, &due);
	}
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "f:a:n:c:m:r:jg")) != -1) {
		switch (option) {
		case 'f': options.file = optarg; break;
		case 'a': options.offset = positive_number(optarg); break;
		case 'n': options.size = positive_number(optarg); break;
		case 'c': options.step = positive_number(optarg); break;
		case 'm': options.times = positive_number(optarg); break;
		case 'r': options.rate = positive_number(optarg); break;
		case 'j': options.renames_map = true; break;
		case 'g': options.grows_map = true; break;
		default: fail("an option that it does not have");
		}
	}
	if (!options.file && !options.step)
		fail("neither -f nor -c");
}

int main(int argc, char **argv)
{
	FILE *map = NULL;

	workload_begin("hostile");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	parse(argc, argv);
	map_at(MEMORY, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_ANONYMOUS, -1);
	if (options.file)
		map_file();
	else
		make_code();
	if (options.renames_map)
		map = take_map();
	fault(map);
}
