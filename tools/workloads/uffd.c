/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd, missing pages: 17 pages, each of which another thread has to
 * provide before the fault can end. With -s another process does that: it stops this one
 * first, so that the faulting thread leaves its fault, and provides the page when the thread
 * has come back and asks once more. With -l it provides the page while this process is stopped: the
 * faulting thread leaves its fault, and finds the page there. Then it locks 3 new pages.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <stdlib.h>

#include "uffd.h"

#define PAGES	     17
#define LOCKED_PAGES 3

static char state_of(pid_t pid)
{
	char path[64], stat[512] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(stat, sizeof(stat), file))
		*stat = 0;
	fclose(file);
	return *stat ? strrchr(stat, ')')[2] : 0;
}

static void wait_for_state(pid_t pid, char wanted)
{
	for (int i = 0; state_of(pid) != wanted; i++) {
		if (i == UFFD_SLEEP_MS_MAX)
			_exit(EXIT_FAILURE);
		sleep_ms(1);
	}
}

/* The signal is another thread's, and is not delivered to the one that faults. */
static void *be_stopped(void *tid)
{
	*(_Atomic pid_t *)tid = (pid_t)syscall(SYS_gettid);
	for (;;)
		pause();
	return NULL;
}

static pid_t start_thread_to_stop(void)
{
	static _Atomic pid_t tid;
	pthread_t thread;

	if (pthread_create(&thread, NULL, be_stopped, &tid))
		fail("cannot start a thread");
	while (!tid)
		sleep_ms(1);
	return tid;
}

static void stop(pid_t pid, pid_t tid)
{
	wait_for_state(pid, 'S');
	syscall(SYS_tgkill, pid, tid, SIGSTOP);
	wait_for_state(pid, 'T');
}

/* Answers what the parent asks; provides_at_once: before it goes on. */
static void answer_parent(pid_t parent, pid_t tid, int fd, bool provides_at_once)
{
	unsigned long asked = 0, page;
	struct uffd_msg msg;

	while (read(fd, &msg, sizeof(msg)) == sizeof(msg)) {
		page = msg.arg.pagefault.address / page_size * page_size;
		if (page == asked) {
			wait_for_state(parent, 'S');
			uffd_try_provide(fd, page);
			continue;
		}
		asked = page;
		stop(parent, tid);
		if (provides_at_once)
			uffd_provide(fd, page);
		kill(parent, SIGCONT);
	}
}

static void start_answering(int fd, bool provides_at_once)
{
	pid_t tid = start_thread_to_stop(), parent = getpid(), child = fork();

	if (child < 0)
		fail("fork: %s", strerror(errno));
	if (child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	answer_parent(parent, tid, fd, provides_at_once);
	_exit(EXIT_FAILURE);
}

static void find_pages_and_lock_others(char *p)
{
	char *others = p + PAGES * page_size;

	for (size_t i = 0; i < PAGES; i++) {
		touch_write(p + i * page_size, 1, page_size);
		if (mlock(others + i * LOCKED_PAGES * page_size, LOCKED_PAGES * page_size))
			skip("mlock: %s", strerror(errno));
	}
}

int main(int argc, char **argv)
{
	struct uffd u = { .answer = uffd_provide };
	bool stops = argc > 1 && !strcmp(argv[1], "-s");
	bool finds = argc > 1 && !strcmp(argv[1], "-l");
	char *p;

	workload_begin("uffd");
	u.fd = uffd_open(0);
	p = map_pages(PAGES + PAGES * LOCKED_PAGES);
	if (stops || finds) {
		uffd_register(u.fd, p, PAGES * page_size, UFFDIO_REGISTER_MODE_MISSING);
		start_answering(u.fd, finds);
	} else {
		uffd_start(&u, p, PAGES * page_size, UFFDIO_REGISTER_MODE_MISSING);
	}
	if (finds) {
		find_pages_and_lock_others(p);
		return EXIT_SUCCESS;
	}
	measured_write(p, PAGES, page_size);
	/* Having slept counts as major up to Linux 6.4. After fork(2) pages of the stack are copied, too. */
	expect((struct expectation) {
		.kind = "uffd", .major = MAJOR_DIFFERS, .count = PAGES, .at_least = stops });
	return report("missing pages provided by another thread");
}
