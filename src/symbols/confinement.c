/* SPDX-License-Identifier: GPL-2.0-only */
#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../host/privileges.h"
#include "arch/arch.h"

#define MEMORY_MAX (1UL << 30)
#define FILES_MAX  2048

/*
 * Users that own nothing, best first. The first one is in a range that systemd's list of user ids
 * leaves to nobody; a user namespace may have only the second one.
 */
static const unsigned int users[] = { 1879074420, 65534 };

/* ---- Descriptors and signals ---------------------------------------------------------------- */

static void close_from(unsigned int first, unsigned int last)
{
	if (first > last || !syscall(SYS_close_range, first, last, 0))
		return;
	for (unsigned int fd = first; fd <= last && fd < 65536; fd++)
		close((int)fd);
}

void confine__stand_alone(int keep)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	setsid();
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		sigaction(ignored[i], &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_from(0, (unsigned int)keep - 1);
	close_from((unsigned int)keep + 1, ~0U);
	/* As descriptors 0, 1 and 2: what a library writes to standard output must not go elsewhere. */
	while (open("/dev/null", O_RDWR | O_CLOEXEC) < STDERR_FILENO)
		;
	if (chdir("/"))
		_exit(1);
}

/* ---- The user, and memory ------------------------------------------------------------------- */

static bool become_nobody(void)
{
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++)
		if (!setgroups(0, NULL) && !setresgid(users[i], users[i], users[i]) &&
		    !setresuid(users[i], users[i], users[i]))
			return true;
	return false;
}

static void limit(int resource, unsigned long max)
{
	const struct rlimit limits = { max, max };

	setrlimit((__rlimit_resource_t)resource, &limits);
}

static void limit_memory(void)
{
	/* Sanitizers reserve terabytes of addresses. */
#ifndef __SANITIZE_ADDRESS__
	limit(RLIMIT_AS, MEMORY_MAX);
#endif
}

/* ---- System calls --------------------------------------------------------------------------- */

#define ALLOW(name)                                            \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static const struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_AUDIT, 1, 0),
	REFUSE,
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	/* reading, of what is open: libelf asks for sizes */
	ALLOW(pread64),
	ALLOW(read),
	ALLOW(lseek),
	ALLOW(fstat),
	ALLOW(newfstatat),
	ALLOW(statx),
	ALLOW(dup),
	ALLOW(fcntl),
	ALLOW(close),
	/* questions and answers */
	ALLOW(recvmsg),
	ALLOW(sendmsg),
	/* memory */
	ALLOW(brk),
	ALLOW(mmap),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(mprotect),
	ALLOW(madvise),
	ALLOW(futex),
	/* clocks */
	ALLOW(clock_gettime),
	ALLOW(gettimeofday),
	ALLOW(getpid),
	ALLOW(rt_sigreturn),
	ALLOW(exit),
	ALLOW(exit_group),
	REFUSE,
};

static bool filter_calls(void)
{
	const struct sock_fprog program = { sizeof(filter) / sizeof(*filter),
					    (struct sock_filter *)filter };

	return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

unsigned int confine__reader(int parent)
{
	unsigned int missing = become_nobody() ? 0 : CONFINE_USER;

	privileges__keep(0);
	/* Set only now: a change of the user id clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, FILES_MAX);
	limit_memory();
	if (!filter_calls())
		missing |= CONFINE_SECCOMP;
	return missing;
}
