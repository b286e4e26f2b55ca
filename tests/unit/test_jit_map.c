/* SPDX-License-Identifier: GPL-2.0-only */
/* Perf maps that a process writes to harm who reads them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/host/clock.h"
#include "../../src/symbols/jit_map.h"
#include "test.h"

static char path[64];
static int process;
static struct symbolizer *reader; /* in this process */

static long peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static int create(void)
{
	unlink(path);
	return open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
}

static const char *name_at(struct jit_map *map, uint64_t address)
{
	uint64_t start;
	const char *name = jit_map__name(map, address, &start);

	return name ? name : "";
}

static void test_hole(void)
{
	unsigned long long start_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	struct jit_map map = { 0 };
	long before_kb = peak_kb();
	int fd = create();

	dprintf(fd, "1000 10 before\n");
	if (ftruncate(fd, 1LL << 40)) {
		test_skip("a hole of 1 TiB", "no such large files here");
	} else {
		CHECK_EQ(jit_map__update(&map, reader, process), 0);
		CHECK_STR(name_at(&map, 0x1008), "before");
		CHECK(map.read_bytes < 100u << 20);
		CHECK(peak_kb() - before_kb < 64 << 10);
		CHECK(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns < 5000000000ULL);
		test_done("a hole of 1 TiB");
	}
	jit_map__free(&map);
	close(fd);
}

/* A line of this length, then a short one. */
static void write_long(int fd, size_t len)
{
	char *line = malloc(len);

	memset(line, 'x', len);
	dprintf(fd, "2000 10 ");
	if (write(fd, line, len) != (ssize_t)len)
		CHECK(!"written");
	dprintf(fd, "\n3000 10 after%zu\n", len);
	free(line);
}

static void test_long_lines(void)
{
	struct jit_map map = { 0 };
	int fd = create();

	write_long(fd, 10000);
	CHECK_EQ(jit_map__update(&map, reader, process), 0);
	CHECK_EQ(strlen(name_at(&map, 0x2000)), 4095);
	CHECK_STR(name_at(&map, 0x3000), "after10000");
	write_long(fd, 3000000);
	CHECK_EQ(jit_map__update(&map, reader, process), 0);
	CHECK_EQ(strlen(name_at(&map, 0x2000)), 4095);
	CHECK_STR(name_at(&map, 0x3000), "after3000000");
	CHECK(map.bytes < 100000);
	jit_map__free(&map);
	close(fd);
	test_done("long lines");
}

static void test_incomplete_line(void)
{
	struct jit_map map = { 0 };
	int fd = create();

	dprintf(fd, "1000 10 one\n1010 10 tw");
	CHECK_EQ(jit_map__update(&map, reader, process), 0);
	CHECK_STR(name_at(&map, 0x1010), "");
	dprintf(fd, "o\n1020 10 three");
	CHECK_EQ(jit_map__update(&map, reader, process), 0);
	CHECK_STR(name_at(&map, 0x1000), "one");
	CHECK_STR(name_at(&map, 0x1010), "two");
	CHECK_STR(name_at(&map, 0x1020), "");
	jit_map__free(&map);
	close(fd);
	test_done("a line that is not complete yet");
}

/* A process of another user, which waits. */
static pid_t start_process(void)
{
	pid_t pid = fork();

	if (!pid) {
		if (!setresuid(65534, 65534, 65534))
			pause();
		_exit(1);
	}
	return pid;
}

static int try_links(int of_process, const char *map_path)
{
	struct jit_map map = { 0 };
	char target[80];
	int fd = open(map_path, O_RDWR | O_CREAT | O_TRUNC, 0644), as_link, as_file;

	snprintf(target, sizeof(target), "%s.target", map_path);
	dprintf(fd, "1000 10 name\n");
	close(fd);
	CHECK(!rename(map_path, target) && !symlink(target, map_path));
	as_link = jit_map__update(&map, reader, of_process);
	jit_map__free(&map);
	CHECK(!rename(target, map_path));
	as_file = jit_map__update(&map, reader, of_process);
	jit_map__free(&map);
	unlink(map_path);
	CHECK_EQ(as_file, 0);
	return as_link;
}

static void test_link(void)
{
	pid_t pid = geteuid() ? -1 : start_process();
	char other[64], folder[32];
	int of_other;

	if (pid < 0) {
		test_skip("links", "needs root");
		return;
	}
	usleep(100000);
	snprintf(folder, sizeof(folder), "/proc/%d", (int)pid);
	snprintf(other, sizeof(other), "/tmp/perf-%d.map", (int)pid);
	of_other = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_EQ(try_links(process, path), 0);
	CHECK_EQ(try_links(of_other, other), -EPERM);
	close(of_other);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	test_done("a link to a file of root's is believed of processes of root's, the file of all");
}

int main(void)
{
	process = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	if (symbolizer__new(false, &reader))
		return 1;
	test_incomplete_line();
	test_long_lines();
	test_link();
	test_hole();
	symbolizer__free(reader);
	unlink(path);
	return test_status();
}
