/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real processes: this program is started again, held until it is watched, says
 * what is mapped in it at some points of its life, and ends at once. When it is
 * gone, each of these mappings must be found as it was then.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/host/child.h"
#include "../../src/host/clock.h"
#include "../../src/host/mmap_events.h"
#include "../../src/symbols/process_histories.h"
#include "test.h"

#define RING_BYTES     (64u << 10)
#define ALL_RING_BYTES (1u << 20) /* others are busy, too */

static char work[] = "/tmp/faulttrace-mmap-events.XXXXXX";
static struct process_histories *histories;
static struct mmap_events *events;

static uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static char *in_work(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", work, name);
	return path;
}

/* ---- What is watched -------------------------------------------------------------------------- */

/* To the file that is named in the environment. */
static FILE *open_said(void)
{
	return fopen(getenv("SAID"), "a");
}

/* Who it is, when, and all that is mapped. */
static void say(void)
{
	FILE *maps = fopen("/proc/self/maps", "r"), *said = open_said();
	char line[4096 + 128];

	fprintf(said, "at %d %llu\n", getpid(), (unsigned long long)now_ns());
	while (fgets(line, sizeof(line), maps))
		fputs(line, said);
	fclose(said);
	fclose(maps);
}

static void say_nothing_is_at(const char *address)
{
	FILE *said = open_said();

	fprintf(said, "no %d %llu %s\n", getpid(), (unsigned long long)now_ns(), address);
	fclose(said);
}

static void *load(const char *library)
{
	void *handle = dlopen(in_work(library), RTLD_NOW);
	int (*answer)(void) = handle ? (int (*)(void))dlsym(handle, "answer") : NULL;

	if (!answer || answer() != 42)
		_exit(3);
	return handle;
}

static void *load_in_thread(void *library)
{
	load(library);
	say();
	return NULL;
}

static void say_and_exec(void *library)
{
	char address[32];

	say();
	snprintf(address, sizeof(address), "%p", dlsym(library, "answer"));
	execl("/proc/self/exe", "again", "say", work, address, NULL);
	_exit(127);
}

/* Where the first library was, the second one is: the kernel uses the same place. */
static void live(void)
{
	pthread_t thread;
	void *first;

	say();
	first = load("first.so");
	say();
	dlclose(first);
	load("second.so");
	say();
	if (fork() == 0) {
		first = load("first.so");
		say();
		if (fork() == 0)
			say_and_exec(first);
		wait(NULL);
		_exit(0);
	}
	wait(NULL);
	pthread_create(&thread, NULL, load_in_thread, "third.so");
	pthread_join(thread, NULL);
}

static int be_watched(char **argv)
{
	strcpy(work, argv[2]);
	if (!strcmp(argv[1], "live"))
		live();
	else
		say();
	if (argv[3])
		say_nothing_is_at(argv[3]);
	_exit(0);
}

/* ---- Watching -------------------------------------------------------------------------------- */

static void see(void *ctx, const struct mmap_event *event)
{
	(void)ctx;
	process_histories__see(histories, event);
}

/* 0, or why it cannot be. */
static int watch(const int *ids, size_t nr_ids, size_t ring_bytes)
{
	struct mmap_events_options opts = {
		.ids = ids, .nr_ids = nr_ids, .ring_bytes = ring_bytes, .see = see
	};
	int err = mmap_events__open(&opts, &events);

	if (!err)
		CHECK(!process_histories__new(HISTORIES_MAX, HISTORIES_BYTES_MAX, &histories));
	return err;
}

static void stop(void)
{
	mmap_events__free(events);
	process_histories__free(histories);
}

static bool start(struct child *child, const char *what)
{
	char *argv[] = { "/proc/self/exe", (char *)what, work, NULL };

	unlink(in_work("said"));
	setenv("SAID", in_work("said"), 1);
	return CHECK(!child__fork(child, argv, true, false));
}

static void run(struct child *child)
{
	CHECK(!child__go(child));
	while (!child__ended(child))
		usleep(1000);
	CHECK_EQ(child__exit_status(child), 0);
}

static void check_address(const struct mapping *want, int pid, uint64_t time_ns, uint64_t address)
{
	struct named_vma found;
	char what[256];

	snprintf(what, sizeof(what), "%d at %llu, %llx: %.128s", pid, (unsigned long long)time_ns,
		 (unsigned long long)address, want->name);
	if (!test_check(process_histories__find(histories, pid, address, time_ns, &found), __FILE__,
			__LINE__, what))
		return;
	test_check(!strcmp(found.name, want->name) && found.vma.inode == want->vma.inode &&
			   found.vma.dev == want->vma.dev &&
			   address - found.vma.start + found.vma.offset ==
				   address - want->vma.start + want->vma.offset,
		   __FILE__, __LINE__, what);
}

/* How many executable mappings were said; and how many of them are of this file. */
static size_t check_said(const char *name, size_t *nr_named)
{
	FILE *f = fopen(in_work("said"), "r");
	char line[4096 + 128];
	unsigned long long time_ns = 0, address;
	struct named_vma found;
	struct mapping m;
	size_t nr = 0;
	int pid = 0;

	*nr_named = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "no %d %llu %llx", &pid, &time_ns, &address) == 3)
			CHECK(!process_histories__find(histories, pid, address, time_ns, &found));
		if (sscanf(line, "at %d %llu", &pid, &time_ns) == 2 || maps__parse_line(line, &m) ||
		    !(m.vma.facts & FT_VMA_EXEC) || !strcmp(m.name, "[vsyscall]"))
			continue;
		check_address(&m, pid, time_ns, m.vma.start);
		check_address(&m, pid, time_ns, m.vma.start + (m.vma.end - m.vma.start) / 2);
		check_address(&m, pid, time_ns, m.vma.end - 1);
		nr++;
		*nr_named += strstr(m.name, name) != NULL;
	}
	if (f)
		fclose(f);
	return nr;
}

/* The first and the second library were at the same address, one after the other. */
static bool was_replaced(void)
{
	FILE *f = fopen(in_work("said"), "r");
	uint64_t first = 0, second = 1;
	char line[4096 + 128];
	struct mapping m;

	while (f && fgets(line, sizeof(line), f)) {
		if (maps__parse_line(line, &m) || !(m.vma.facts & FT_VMA_EXEC))
			continue;
		if (!first && strstr(m.name, "first.so"))
			first = m.vma.start;
		if (strstr(m.name, "second.so"))
			second = m.vma.start;
	}
	if (f)
		fclose(f);
	return first == second;
}

static bool may_not(int err, const char *test)
{
	if (err != -EACCES && err != -EPERM && err != -ENOSYS)
		return false;
	test_skip(test, strerror(-err));
	return true;
}

/* ---- Tests ------------------------------------------------------------------------------------ */

static void test_child(bool all, const char *test)
{
	struct child child = { 0 };
	size_t nr_named;
	int err;

	if (!start(&child, "live"))
		return;
	err = watch(all ? NULL : &child.pid, 1, all ? ALL_RING_BYTES : RING_BYTES);
	if (may_not(err, test)) {
		child__stop(&child);
		return;
	}
	CHECK_EQ(err, 0);
	CHECK(mmap_events__are_of_all(events) == all);
	run(&child);
	mmap_events__drain(events);
	CHECK_EQ(mmap_events__lost(events), 0);
	/* Seven times, a program, the linker, libc and the vdso at least. */
	CHECK(check_said("/first.so", &nr_named) >= 28);
	CHECK_EQ(nr_named, 3);
	check_said("/second.so", &nr_named);
	CHECK_EQ(nr_named, 4);
	CHECK(was_replaced());
	stop();
	test_done(test);
}

/* One that runs: what it had before, what a thread that is there already adds. */
static int go[2], done[2];

static void *map_when_told(void *ctx)
{
	char byte;

	(void)ctx;
	while (read(go[0], &byte, 1) == 1) {
		load("first.so");
		say();
		if (write(done[1], "", 1) != 1)
			break;
	}
	return NULL;
}

static void test_running(void)
{
	const char *test = "a process that runs";
	size_t nr_named;
	pthread_t thread;
	char byte;
	int err, pid = getpid();

	unlink(in_work("said"));
	CHECK(!pipe(go) && !pipe(done));
	CHECK(!pthread_create(&thread, NULL, map_when_told, NULL));
	err = watch(&pid, 1, RING_BYTES);
	if (!may_not(err, test)) {
		CHECK_EQ(err, 0);
		process_histories__read(histories, &pid, 1);
		CHECK(write(go[1], "", 1) == 1 && read(done[0], &byte, 1) == 1);
		mmap_events__drain(events);
		CHECK(check_said("/first.so", &nr_named) >= 4);
		CHECK_EQ(nr_named, 1);
		stop();
		test_done(test);
	}
	close(go[1]);
	pthread_join(thread, NULL);
}

static void test_gone(void)
{
	struct child child = { 0 };

	if (!start(&child, "say"))
		return;
	child__stop(&child);
	CHECK_EQ(watch(&child.pid, 1, RING_BYTES), -ESRCH);
	test_done("a process that is gone");
}

/* Read often enough, a ring that is much smaller than all of it. */
static void test_around(void)
{
	const char *test = "many times around the rings";
	int err, pid = getpid(), fd = open(in_work("first.so"), O_RDONLY);
	struct named_vma found;
	int nr_found = 0;

	err = watch(&pid, 1, 16384);
	if (may_not(err, test)) {
		close(fd);
		return;
	}
	for (int i = 0; i < 1000; i++) {
		char *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

		mmap_events__drain(events);
		if (process_histories__find(histories, pid, (uintptr_t)page, now_ns(), &found))
			nr_found += found.vma.start == (uintptr_t)page && !found.vma.offset &&
				    !strcmp(found.name, in_work("first.so"));
		munmap(page, 4096);
		CHECK(mmap(page, 4096, PROT_READ | PROT_EXEC,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page);
		mmap_events__drain(events);
		if (process_histories__find(histories, pid, (uintptr_t)page, now_ns(), &found))
			nr_found += !*found.name;
		munmap(page, 4096);
	}
	CHECK_EQ(nr_found, 2000);
	CHECK_EQ(mmap_events__lost(events), 0);
	close(fd);
	stop();
	test_done(test);
}

/* Each CPU's ring tells what it lost with its own next event. */
static void stay_on_this_cpu(cpu_set_t *before)
{
	cpu_set_t one;

	CHECK(!sched_getaffinity(0, sizeof(*before), before));
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	CHECK(!sched_setaffinity(0, sizeof(one), &one));
}

/* So many at a time that the ring cannot hold them: counted, and read again. */
static void test_overflow(void)
{
	const char *test = "more than the rings hold";
	int err, pid = getpid();
	struct named_vma found;
	struct mapping own;
	cpu_set_t before;
	char *memory;

	err = watch(&pid, 1, 16384);
	if (may_not(err, test))
		return;
	CHECK_EQ(err, 0);
	stay_on_this_cpu(&before);
	process_histories__read(histories, &pid, 1);
	memory = mmap(NULL, 2000 * 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < 2000; i++)
		CHECK(!mprotect(memory + i * 8192, 4096, PROT_READ | PROT_EXEC));
	mmap_events__drain(events);
	/* The next one tells how many were lost. */
	for (int i = 0; i < 10 && !mmap_events__lost(events); i++) {
		CHECK(!mprotect(memory + 4096, 4096, PROT_READ | PROT_EXEC));
		CHECK(!mprotect(memory + 4096, 4096, PROT_READ));
		mmap_events__drain(events);
	}
	CHECK(mmap_events__lost(events) > 1000);
	CHECK(!maps__query(pid, (uintptr_t)memory + 1999 * 8192, &own));
	if (CHECK(process_histories__find(histories, pid, (uintptr_t)memory + 1999 * 8192, now_ns(),
					  &found)))
		CHECK_EQ(found.vma.start, own.vma.start);
	if (CHECK(process_histories__find(histories, pid, (uintptr_t)test_overflow, now_ns(),
					  &found)))
		CHECK(strstr(found.name, "test_mmap_events") != NULL);
	munmap(memory, 2000 * 8192);
	CHECK(!sched_setaffinity(0, sizeof(before), &before));
	stop();
	test_done(test);
}

static bool build(void)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "cd %s && echo 'int answer(void) { return 42; }' >a.c && "
		 "for l in first second third; do cc -shared -fPIC -o $l.so a.c || exit 1; done",
		 work);
	return system(command) == 0;
}

static void remove_work(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", work);
	if (system(command))
		printf("# %s is left\n", work);
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return be_watched(argv);
	if (!mkdtemp(work) || !CHECK(build()))
		return 1;
	setenv("SAID", in_work("said"), 1);
	test_child(false, "a command, from its first instruction on");
	test_child(true, "the same, with the whole system");
	test_running();
	test_gone();
	test_around();
	test_overflow();
	remove_work();
	return test_status();
}
