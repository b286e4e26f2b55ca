/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/host/maps.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *line;
	const char *name;
	uint64_t start, end, offset, inode;
	uint32_t dev;
	const char *perms;
} cases[] = {
	{ "55d0c8a17000-55d0c8a38000 rw-p 00000000 00:00 0                          [heap]\n",
	  "[heap]", 0x55d0c8a17000, 0x55d0c8a38000, 0, 0, 0, "rw-p" },
	{ "7f12a4c00000-7f12a6601000 r--p 01a01000 08:02 131 /usr/lib/lib icu.so.72\n",
	  "/usr/lib/lib icu.so.72", 0x7f12a4c00000, 0x7f12a6601000, 0x1a01000, 131, 8 << 20 | 2,
	  "r--p" },
	{ "7f12a4c00000-7f12a4c01000 rw-s 00000000 00:01 1042 /memfd:x (deleted)\n",
	  "/memfd:x (deleted)", 0x7f12a4c00000, 0x7f12a4c01000, 0, 1042, 1, "rw-s" },
	{ "7f12a4c00000-7f12a4c01000 ---p 00000000 00:00 0 \n", "", 0x7f12a4c00000, 0x7f12a4c01000,
	  0, 0, 0, "---p" },
	{ "ff11000000000000-ff11000000001000 r-xp 00000000 103:1f 9 /x\n", "/x", 0xff11000000000000,
	  0xff11000000001000, 0, 9, 0x103u << 20 | 0x1f, "r-xp" },
};

static void test_lines(void)
{
	for (size_t i = 0; i < NR(cases); i++) {
		struct mapping m;
		char perms[5];

		CHECK_EQ(maps__parse_line(cases[i].line, &m), 0);
		snprintf(perms, sizeof(perms), "%c%c%c%c", (m.vma.facts & FT_VMA_READ) ? 'r' : '-',
			 (m.vma.facts & FT_VMA_WRITE) ? 'w' : '-',
			 (m.vma.facts & FT_VMA_EXEC) ? 'x' : '-',
			 (m.vma.facts & FT_VMA_MAYSHARE) ? 's' : 'p');
		CHECK_EQ(m.vma.start, cases[i].start);
		CHECK_EQ(m.vma.end, cases[i].end);
		CHECK_EQ(m.vma.offset, cases[i].offset);
		CHECK_EQ(m.vma.inode, cases[i].inode);
		CHECK_EQ(m.vma.dev, cases[i].dev);
		CHECK_STR(m.name, cases[i].name);
		CHECK_STR(perms, cases[i].perms);
	}
	test_done("lines");
}

static void test_nonsense(void)
{
	static const char *const lines[] = { "", "x", "1234", "1-2 rw-p", "zz-yy rw-p 0 0:0 0" };
	struct mapping m;

	for (size_t i = 0; i < NR(lines); i++)
		CHECK_EQ(maps__parse_line(lines[i], &m), -EINVAL);
	test_done("nonsense");
}

/* Our own mappings, by whichever way this kernel has. */
static void test_query(void)
{
	size_t size = 3 * (size_t)getpagesize();
	char *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct mapping m;

	CHECK_EQ(maps__query(getpid(), (uintptr_t)own + size - 1, &m), 0);
	CHECK(m.vma.start <= (uintptr_t)own && m.vma.end >= (uintptr_t)own + size);
	CHECK((m.vma.facts & FT_VMA_READ) && (m.vma.facts & FT_VMA_WRITE) &&
	      !(m.vma.facts & FT_VMA_EXEC) && (m.vma.facts & FT_VMA_MAYSHARE) && m.vma.inode);
	CHECK_STR(m.name, "/dev/zero (deleted)");
	CHECK_EQ(maps__query(getpid(), 0, &m), -ENOENT);
	CHECK(maps__query(0x7fffffff, 0, &m) < 0);
	munmap(own, size);
	test_done("query");
}

static const char smaps[] =
	"1000-3000 rw-p 00000000 00:00 0                          [heap]\n"
	"Size:                  8 kB\n"
	"KernelPageSize:        4 kB\n"
	"Rss:                   4 kB\n"
	"SwapPss:               9 kB\n"
	"Shared_Dirty:          1 kB\n"
	"Private_Dirty:         2 kB\n"
	"AnonHugePages:         3 kB\n"
	"FilePmdMapped:         4 kB\n"
	"Shared_Hugetlb:        5 kB\n"
	"Private_Hugetlb:       6 kB\n"
	"Swap:                  7 kB\n"
	"Locked:                8 kB\n"
	"VmFlags: rd wr mr mw me ac \n"
	/* Twice, as it comes when the process changes its mappings meanwhile. */
	"2000-3000 rw-p 00000000 00:00 0\n"
	"Rss:                   4 kB\n"
	"3000-4000 r--p 00000000 00:00 0 \n"
	"NoSuchThing:          99 kB\n"
	"5000-6000 r-xp 00001000 08:02 9                          /a b\n";

static struct maps_reader *open_text(const char *text)
{
	FILE *f = tmpfile();
	struct maps_reader *r = NULL;

	fputs(text, f);
	rewind(f);
	CHECK_EQ(maps__open_text(f, &r), 0);
	return r;
}

static void test_smaps(void)
{
	struct maps_reader *r = open_text(smaps);
	struct mapping_usage usage;
	struct mapping m;

	CHECK_EQ(maps__next(r, &m, &usage), 1);
	CHECK(m.vma.start == 0x1000 && m.vma.end == 0x3000);
	CHECK_STR(m.name, "[heap]");
	CHECK_EQ(usage.rss, 4 << 10);
	CHECK_EQ(usage.dirty, 3 << 10);
	CHECK_EQ(usage.huge, 18 << 10);
	CHECK_EQ(usage.hugetlb, 11 << 10);
	CHECK_EQ(usage.swap, 7 << 10);
	CHECK_EQ(usage.locked, 8 << 10);
	CHECK_EQ(usage.page_size, 4 << 10);
	CHECK_EQ(maps__next(r, &m, &usage), 1);
	CHECK(m.vma.start == 0x3000 && usage.rss == MAPPING_UNKNOWN &&
	      usage.huge == MAPPING_UNKNOWN);
	CHECK_EQ(maps__next(r, &m, &usage), 1);
	CHECK(m.vma.start == 0x5000 && (m.vma.facts & FT_VMA_EXEC) && m.vma.inode == 9 &&
	      usage.swap == MAPPING_UNKNOWN);
	CHECK_STR(m.name, "/a b");
	CHECK_EQ(maps__next(r, &m, &usage), 0);
	CHECK_EQ(maps__next(r, &m, &usage), 0);
	CHECK(!maps__gone(r));
	maps__close(r);

	r = open_text("");
	CHECK_EQ(maps__next(r, &m, &usage), 0);
	CHECK(maps__gone(r));
	maps__close(r);
	CHECK_EQ(maps__open(0x7fffffff, &r), -ESRCH);
	test_done("smaps");
}

int main(void)
{
	test_lines();
	test_smaps();
	test_nonsense();
	test_query();
	return test_status();
}
