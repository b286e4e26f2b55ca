/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process may cost: time spent on its names, and memory for its mappings. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/host/clock.h"
#include "../../src/symbols/proc_snapshot.h"
#include "../../src/symbols/work_budget.h"
#include "test.h"

#define SECOND 1000000000ULL

/* Charges work that began some time ago. */
static void charge(struct work_budget *budget, int pid, uint64_t ns)
{
	work_budget__charge(budget, pid, clock_ns(CLOCK_MONOTONIC) - ns);
}

static void test_one_process(void)
{
	static struct work_budget budget;

	CHECK(work_budget__allows(&budget, 1));
	charge(&budget, 1, 3 * SECOND);
	charge(&budget, 2, SECOND / 100);
	CHECK(work_budget__allows(&budget, 1));
	CHECK_EQ(budget.nr_given_up, 0);
	for (int i = 0; i < 3; i++)
		charge(&budget, 1, 2 * SECOND);
	CHECK(!work_budget__allows(&budget, 1));
	CHECK(!work_budget__allows(&budget, 1));
	CHECK_EQ(budget.nr_given_up, 2);
	/* Neighbours keep their names. */
	CHECK(work_budget__allows(&budget, 2));
	CHECK(work_budget__allows(&budget, 3));
	CHECK_EQ(budget.nr_given_up, 2);
	test_done("a process that costs more than its share loses names");
}

static void test_many_processes(void)
{
	static struct work_budget budget;

	for (int pid = 1; pid < 200; pid++)
		charge(&budget, pid, SECOND / 4);
	charge(&budget, 300, SECOND / 100);
	CHECK(!work_budget__allows(&budget, 1));
	CHECK(!work_budget__allows(&budget, 199));
	CHECK(work_budget__allows(&budget, 300));
	test_done("so do many that cost too much together");
}

/* A file at the end of a path as long as paths may be. */
static int open_deep(const char *name)
{
	char folder[250];
	int dir = open(".", O_RDONLY | O_DIRECTORY), fd;

	memset(folder, 'd', sizeof(folder) - 1);
	folder[sizeof(folder) - 1] = '\0';
	for (int i = 0; i < 15; i++) {
		int next;

		mkdirat(dir, folder, 0700);
		next = openat(dir, folder, O_RDONLY | O_DIRECTORY);
		close(dir);
		dir = next;
	}
	fd = openat(dir, name, O_RDWR | O_CREAT, 0600);
	unlinkat(dir, name, 0);
	close(dir);
	return fd;
}

/* Neighbouring mappings of one file share its name; so two take turns. */
static void test_mappings(void)
{
	char top[] = "/tmp/faulttrace-test-XXXXXX", command[64];
	struct proc_snapshot process;
	int fds[2], nr = 0;

	CHECK(mkdtemp(top) && !chdir(top));
	for (int i = 0; i < 2; i++)
		fds[i] = open_deep(i ? "one" : "other");
	while (nr < 10000 && mmap(NULL, 4096, PROT_READ, MAP_SHARED, fds[nr % 2], 0) != MAP_FAILED)
		nr++;
	CHECK_EQ(nr, 10000);
	proc_snapshot__init(&process, (int)getpid());
	CHECK(process.nr > 3000 && process.nr < 10000);
	CHECK(process.bytes > 15 << 20 && process.bytes < 17 << 20);
	proc_snapshot__free(&process);
	CHECK_EQ(process.bytes, 0);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	CHECK(!chdir("/") && !system(command));
	test_done("the names of 10,000 mappings, 4 KB each");
}

int main(void)
{
	test_one_process();
	test_many_processes();
	test_mappings();
	return test_status();
}
