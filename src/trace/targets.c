/* SPDX-License-Identifier: GPL-2.0-only */
#include "targets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/task.h"

static const char *const refusals[] = {
	[TASK_GONE] = "there is none with this id",
	[TASK_ZOMBIE] = "it has exited already (a zombie)",
	[TASK_KERNEL] = "a kernel thread has no user memory to fault on",
};

int targets__check(const struct options *opts)
{
	const char *what = opts->target == TARGET_TID ? "thread" : "process";

	for (size_t i = 0; i < opts->nr_ids; i++) {
		enum task_status status = task_status(opts->ids[i]);

		if (status == TASK_RUNS && opts->target == TARGET_PID &&
		    task_is_thread(opts->ids[i])) {
			log_error("cannot trace process %d: it is a thread of another process",
				  opts->ids[i]);
			log_hint("-t %d traces the thread", opts->ids[i]);
			return -ESRCH;
		}
		if (status == TASK_RUNS)
			continue;
		log_error("cannot trace %s %d: %s", what, opts->ids[i], refusals[status]);
		return -ESRCH;
	}
	return 0;
}

/* Of one thread: Linux commit 64bef697d33b ("pidfd: implement PIDFD_THREAD flag for pidfd_open()") (in v6.9). */
#define FT_PIDFD_THREAD O_EXCL

static int open_pidfd(int id, bool thread)
{
	return (int)syscall(SYS_pidfd_open, id, thread ? FT_PIDFD_THREAD : 0);
}

int targets__watch(struct targets *targets, const struct options *opts, const int *command_pid)
{
	const int *ids = command_pid ? command_pid : opts->ids;
	size_t nr = command_pid ? 1 : opts->nr_ids;

	targets->fds = calloc(nr + 1, sizeof(*targets->fds));
	if (!targets->fds)
		return -ENOMEM;
	targets->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		struct pollfd *fd = &targets->fds[1 + i];

		*fd = (struct pollfd) { .fd = open_pidfd(ids[i], opts->target == TARGET_TID),
					.events = POLLIN };
		/* Gone already, or no pidfds for it: /proc knows. */
		if (fd->fd < 0) {
			targets->ids = ids;
			targets->nr_ids = nr;
		}
	}
	return 0;
}

void targets__free(struct targets *targets)
{
	for (size_t i = 1; targets->fds && i <= targets->nr; i++)
		if (targets->fds[i].fd >= 0)
			close(targets->fds[i].fd);
	free(targets->fds);
}

void targets__wait(struct targets *targets, int fd, int timeout_ms)
{
	struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
	sigset_t mask;

	targets->fds[0] = (struct pollfd) { .fd = fd, .events = POLLIN };
	/* Who handles it has blocked it elsewhere (child__hold_at_exit()). */
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGCHLD);
	if (ppoll(targets->fds, 1 + targets->nr, &timeout, &mask) <= 0)
		return;
	for (size_t i = 1; i <= targets->nr; i++) {
		if (!targets->fds[i].revents)
			continue;
		close(targets->fds[i].fd);
		targets->fds[i].fd = -1;
		targets->nr_ended++;
	}
}

bool targets__gone(const struct targets *targets)
{
	if (!targets->ids)
		return targets->nr && targets->nr_ended == targets->nr;
	for (size_t i = 0; i < targets->nr_ids; i++)
		if (task_status(targets->ids[i]) == TASK_RUNS)
			return false;
	return true;
}
