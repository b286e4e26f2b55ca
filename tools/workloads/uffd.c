/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd, missing pages: 17 pages, each of which another thread has to
 * provide before the fault can end. With -s that thread first stops the process, which
 * another process lets go on: the faulting thread leaves its fault, and comes back.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <stdlib.h>

#include "uffd.h"

#define PAGES 17

static void provide_after_stop(int fd, unsigned long page)
{
	static unsigned long provided;

	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSTOP);
	/* Who comes back asks once more. */
	if (page != provided)
		uffd_provide(fd, page);
	provided = page;
}

static void let_go_on(void)
{
	pid_t parent = getpid(), child = fork();

	if (child < 0)
		fail("fork: %s", strerror(errno));
	if (child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (;;) {
		sleep_ms(UFFD_ANSWER_MS);
		if (kill(parent, SIGCONT))
			_exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	struct uffd u = { .answer = uffd_provide };
	bool stops = argc > 1 && !strcmp(argv[1], "-s");
	char *p;

	workload_begin("uffd");
	u.fd = uffd_open(0);
	p = map_pages(PAGES);
	if (stops) {
		u.answer = provide_after_stop;
		let_go_on();
	}
	uffd_start(&u, p, PAGES * page_size, UFFDIO_REGISTER_MODE_MISSING);
	measured_write(p, PAGES, page_size);
	/* Having slept counts as major up to Linux 6.4. */
	expect((struct expectation) { .kind = "uffd",
				      .major = MAJOR_DIFFERS,
				      .count = stops ? 1 : PAGES,
				      .at_least = stops });
	return report("missing pages provided by another thread");
}
