/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that answers the range's userfaultfd, once the faulting thread sleeps: a
 * thread that is preempted before it sleeps finds its answer there, and never does.
 */
#ifndef FT_WORKLOAD_UFFD_H
#define FT_WORKLOAD_UFFD_H

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#define UFFD_ANSWER_MS	  2
#define UFFD_SLEEP_MS_MAX 1000

struct uffd {
	int fd;
	void (*answer)(int fd, unsigned long page);
};

/* Without privilege only faults from user mode may be handled. */
static int uffd_open(unsigned long long features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 && errno == EPERM)
		fd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (fd < 0)
		skip("userfaultfd: %s", strerror(errno));
	if (ioctl(fd, UFFDIO_API, &api))
		skip("userfaultfd without features %#llx: %s", features, strerror(errno));
	return fd;
}

/* Gives the page its content; false if the page is there already. */
static inline bool uffd_try_provide(int fd, unsigned long page)
{
	static char content[64 << 10] __attribute__((aligned(64 << 10))) = "faulttrace";
	struct uffdio_copy copy = { .dst = page, .src = (unsigned long)content, .len = page_size };

	if (!ioctl(fd, UFFDIO_COPY, &copy))
		return true;
	if (errno != EEXIST)
		fail("UFFDIO_COPY: %s", strerror(errno));
	return false;
}

static inline void uffd_provide(int fd, unsigned long page)
{
	if (!uffd_try_provide(fd, page))
		fail("UFFDIO_COPY: %s", strerror(errno));
}

/*
 * Waits until the thread that takes the faults sleeps: read(2) of this file does not return while a
 * thread that is about to sleep still has to run, and says "running" of any other one that has.
 */
static void uffd_wait_for_sleep(pid_t tid)
{
	char path[64], said = 'r';

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	for (int i = 0; fd >= 0 && said == 'r' && i < UFFD_SLEEP_MS_MAX; i++) {
		if (pread(fd, &said, 1, 0) == 1 && said == 'r')
			sleep_ms(1);
	}
	if (fd >= 0)
		close(fd);
}

static inline void *uffd_serve(void *arg)
{
	const struct uffd *u = arg;
	struct uffd_msg msg;

	while (read(u->fd, &msg, sizeof(msg)) == sizeof(msg)) {
		sleep_ms(UFFD_ANSWER_MS);
		/* The faults are taken by the process's first thread, whose tid is the pid. */
		uffd_wait_for_sleep(getpid());
		u->answer(u->fd, msg.arg.pagefault.address / page_size * page_size);
	}
	fail("userfaultfd: %s", strerror(errno));
}

static inline void uffd_register(int fd, char *start, size_t len, unsigned long long mode)
{
	struct uffdio_register range = { .range = { (unsigned long)start, len }, .mode = mode };

	if (ioctl(fd, UFFDIO_REGISTER, &range))
		skip("UFFDIO_REGISTER: %s", strerror(errno));
}

/* The thread has its own copy: it may be at it still when main() has returned, and its stack is gone. */
static inline pthread_t uffd_start(const struct uffd *u, char *start, size_t len,
				   unsigned long long mode)
{
	static struct uffd served;
	pthread_t id;

	uffd_register(u->fd, start, len, mode);
	served = *u;
	if (pthread_create(&id, NULL, uffd_serve, &served))
		fail("cannot start a thread");
	return id;
}

#endif /* FT_WORKLOAD_UFFD_H */
