/* SPDX-License-Identifier: GPL-2.0-only */
#include "targets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../base/buf.h"
#include "../../base/log.h"
#include "../../host/cgroup.h"
#include "../../host/find_container.h"
#include "../../host/task.h"

#define FIRST_TARGET 2 /* index in targets->fds: the tracer's and the output's come first */

static const char *const refusals[] = {
	[TASK_GONE] = "there is none with this id",
	[TASK_ZOMBIE] = "it has exited already (a zombie)",
	[TASK_KERNEL] = "a kernel thread has no user memory to fault on",
};

/* The most pids that a list such as "12, 13, 14" has. */
#define LISTED_MAX 16

static void add_list(struct buf *text, const struct pids *pids)
{
	for (size_t i = 0; i < pids->nr && i < LISTED_MAX; i++)
		buf__addf(text, "%s%d", i ? ", " : "", pids->ids[i]);
	if (pids->nr > LISTED_MAX)
		buf__addf(text, " and %zu more", pids->nr - LISTED_MAX);
	buf__addc(text, '\0');
}

/* Lists the processes that share the name; with wants_one that is an error: -EINVAL. */
static int tell_all(const struct target_search *search, const char *name, const struct pids *pids,
		    const char *how)
{
	struct buf list = { 0 };
	int err = search->wants_one ? -EINVAL : 0;

	add_list(&list, pids);
	if (err) {
		log_error("cannot trace the memory of %s: %zu processes are %s %s: %s", name,
			  pids->nr, how, name, list.data);
		log_hint("choose one, such as -p %d", pids->ids[0]);
	} else if (!search->quiet) {
		log_note("%zu processes are %s %s: %s", pids->nr, how, name, list.data);
	}
	buf__free(&list);
	return err;
}

static int find_name(const struct target_search *search, const char *name, struct pids *pids)
{
	size_t nr_named;
	int err = processes_add_named(pids, name);

	nr_named = pids->nr;
	if (!err)
		err = processes_add_unit(pids, name);
	if (err) {
		log_error("cannot look for %s: %s", name, strerror(-err));
		return err;
	}
	if (!pids->nr) {
		log_error("cannot %s %s: no process and no unit has this name", search->verb, name);
		return -ESRCH;
	}
	if (pids->nr == 1)
		return 0;
	return tell_all(search, name, pids,
			nr_named == pids->nr ? "named"
			: nr_named	     ? "named, or in the unit"
					     : "in the unit");
}

static int find_cgroup(struct target *target, const struct target_search *search)
{
	size_t prefix = strlen(TARGET_CONTAINER);
	struct buf several = { 0 };
	const char *name;
	int err;

	if (!target->cgroup || strncmp(target->cgroup, TARGET_CONTAINER, prefix) != 0)
		return 0;
	name = target->cgroup + prefix;
	err = find_container(name, search->host_root, &target->container_path, &several);
	if (!err)
		target->cgroup = target->container_path;
	else if (err == -ENOTUNIQ)
		log_error("cannot trace container %s: several have this name: %.*s", name,
			  (int)several.len, several.data);
	else if (err == -ENODEV)
		log_error("cannot trace container %s: no v2 hierarchy is mounted here", name);
	else
		log_error("cannot trace container %s: no running container has this name or id",
			  name);
	buf__free(&several);
	return err;
}

int targets__find(struct target *target, const struct target_search *search)
{
	struct pids all = { .ids = target->ids, .nr = target->nr_ids, .size = target->nr_ids };
	int err = find_cgroup(target, search);

	for (size_t i = 0; i < target->nr_names && !err; i++) {
		struct pids found = { 0 };

		err = find_name(search, target->names[i], &found);
		for (size_t n = 0; n < found.nr && err >= 0; n++)
			err = pids__add(&all, found.ids[n]);
		err = err < 0 ? err : 0;
		pids__free(&found);
	}
	target->nr_found = all.nr - target->nr_ids;
	target->ids = all.ids;
	target->nr_ids = all.nr;
	return err;
}

int targets__check(const struct target *target)
{
	const char *what = target->kind == TARGET_TID ? "thread" : "process";

	/* Skips those found by name, the last ones: one may have ended since, which is no error. */
	for (size_t i = 0; i < target->nr_ids - target->nr_found; i++) {
		enum task_status status = task_status(target->ids[i]);

		if (status == TASK_RUNS && target->kind == TARGET_PID &&
		    task_is_thread(target->ids[i])) {
			log_error("cannot trace process %d: it is a thread of another process",
				  target->ids[i]);
			log_hint("-t %d traces the thread", target->ids[i]);
			return -ESRCH;
		}
		if (status == TASK_RUNS)
			continue;
		log_error("cannot trace %s %d: %s", what, target->ids[i], refusals[status]);
		return -ESRCH;
	}
	return 0;
}

/* Users often give a v1 path: then the hint names the v2 cgroup of the same path. */
static void complain_about_cgroup(const char *path)
{
	char directory[PATH_MAX], twin[PATH_MAX];
	int err;

	if (cgroup__find_v1(path, directory, sizeof(directory))) {
		log_error("cannot trace cgroup %s: not a cgroup v2 directory", path);
		return;
	}
	log_error("cannot trace cgroup %s: it is of cgroup v1, and v2 is needed", directory);
	err = cgroup__twin(directory, twin, sizeof(twin));
	if (!err)
		log_hint("the cgroup of the same path in v2 is %s", twin);
	else if (err == -ENODEV)
		log_hint("no v2 hierarchy is mounted here (mount -t cgroup2 none DIR)");
	else
		log_hint("there is no v2 cgroup of the same path: no %s", twin);
}

int targets__open_cgroup(const struct target *target)
{
	int fd = cgroup__open(target->cgroup);

	if (fd == -ENOTDIR)
		complain_about_cgroup(target->cgroup);
	else if (fd < 0)
		log_error("cannot trace cgroup %s: %s", target->cgroup, strerror(-fd));
	return fd;
}

int targets__family(const struct target *target, struct pids *family)
{
	int err = 0;

	for (size_t i = 0; i < target->nr_ids && err >= 0; i++)
		err = pids__add(family, target->ids[i]);
	if (err >= 0)
		err = processes_add_descendants(family);
	if (err < 0)
		log_error("cannot look for child processes: %s", strerror(-err));
	return err < 0 ? err : 0;
}

/* Calls choose() for all pids. Returns how many were new, or -errno. */
static int choose_all(const struct pids *pids, int (*choose)(void *ctx, int pid), void *ctx)
{
	int nr = 0, err = 0;

	for (size_t i = 0; i < pids->nr && err >= 0; i++) {
		err = choose(ctx, pids->ids[i]);
		nr += err > 0;
	}
	return err < 0 ? err : nr;
}

/* The search for children is repeated as long as it finds new ones, at most this often. */
#define FOLLOW_ROUNDS 16

int targets__follow(const struct target *target, int (*choose)(void *ctx, int pid),
		    int (*adopt)(void *ctx), void *ctx)
{
	struct pids family = { 0 };
	int err = 0, nr = target__follows_living(target);

	/* The family is kept over rounds: with its parent gone, a process is found no more. */
	for (int round = 0; round < FOLLOW_ROUNDS && nr > 0 && !err; round++) {
		err = targets__family(target, &family);
		if (!err)
			nr = choose_all(&family, choose, ctx);
		if (!err && nr)
			err = nr < 0 ? nr : adopt(ctx);
	}
	pids__free(&family);
	return err;
}

void targets__tell_unfollowed(const struct target *target)
{
	struct pids family = { 0 };
	size_t nr;

	if (target->kind != TARGET_PID || target->follow)
		return;
	if (!targets__family(target, &family) && family.nr > target->nr_ids) {
		nr = family.nr - target->nr_ids;
		log_note("%zu child process%s not traced: -f traces %s, too", nr,
			 nr == 1 ? " is" : "es are", nr == 1 ? "it" : "them");
	}
	pids__free(&family);
}

/* "PID 4242 (postgres)", "6 processes", "cgroup /system.slice" */
static void add_target(struct buf *text, const struct target *target)
{
	bool is_thread = target->kind == TARGET_TID;
	char comm[TASK_COMM];

	if (target->kind == TARGET_ALL) {
		buf__adds(text, "the whole system");
	} else if (target->kind == TARGET_CGROUP) {
		buf__addf(text, "cgroup %s", target->cgroup);
	} else if (target->nr_ids > 1) {
		buf__addf(text, "%zu %s", target->nr_ids, is_thread ? "threads" : "processes");
	} else {
		task_comm(target->ids[0], comm);
		buf__addf(text, "%s %d (%s)", is_thread ? "TID" : "PID", target->ids[0], comm);
	}
	if (target->follow && target->nr_ids)
		buf__adds(text, " and children");
	buf__addc(text, '\0');
}

void targets__tell_begin(const struct target *target)
{
	struct buf text = { 0 };

	if (target->kind == TARGET_COMMAND || !isatty(STDERR_FILENO))
		return;
	add_target(&text, target);
	log_note("tracing %s... Ctrl-C to end", text.data);
	buf__free(&text);
}

/*
 * The pidfd is of one thread: since Linux commit 64bef697d33b ("pidfd: implement PIDFD_THREAD flag
 * for pidfd_open()") (in v6.9).
 */
#define FT_PIDFD_THREAD O_EXCL

static int open_pidfd(int id, bool thread)
{
	return (int)syscall(SYS_pidfd_open, id, thread ? FT_PIDFD_THREAD : 0);
}

int targets__watch(struct targets *targets, const struct target *target, const int *command_pid)
{
	const int *ids = command_pid ? command_pid : target->ids;
	size_t nr = command_pid ? 1 : target->nr_ids;

	targets->fds = calloc(FIRST_TARGET + nr, sizeof(*targets->fds));
	if (!targets->fds)
		return log_no_memory();
	targets->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		struct pollfd *fd = &targets->fds[FIRST_TARGET + i];

		*fd = (struct pollfd) { .fd = open_pidfd(ids[i], target->kind == TARGET_TID),
					.events = POLLIN };
		/* It has ended, or the kernel has no pidfds of threads: /proc is asked instead. */
		if (fd->fd < 0) {
			targets->ids = ids;
			targets->nr_ids = nr;
		}
	}
	return 0;
}

void targets__free(struct targets *targets)
{
	for (size_t i = 0; targets->fds && i < targets->nr; i++)
		if (targets->fds[FIRST_TARGET + i].fd >= 0)
			close(targets->fds[FIRST_TARGET + i].fd);
	free(targets->fds);
}

bool targets__wait(struct targets *targets, int fd, int output, int timeout_ms)
{
	struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
	sigset_t mask;

	targets->fds[0] = (struct pollfd) { .fd = fd, .events = POLLIN };
	/* Asks for no events: that the reader is gone, POLLERR or POLLHUP, is always reported. */
	targets->fds[1] = (struct pollfd) { .fd = output };
	/* Where child__watch() has blocked SIGCHLD, its handler runs only during this wait. */
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGCHLD);
	if (ppoll(targets->fds, FIRST_TARGET + targets->nr, &timeout, &mask) <= 0)
		return false;
	for (size_t i = 0; i < targets->nr; i++) {
		struct pollfd *target = &targets->fds[FIRST_TARGET + i];

		if (!target->revents)
			continue;
		close(target->fd);
		target->fd = -1;
		targets->nr_ended++;
	}
	return targets->fds[1].revents & (POLLERR | POLLHUP);
}

bool targets__has_ended(const struct targets *targets, size_t i)
{
	struct pollfd target = { .fd = targets->fds[FIRST_TARGET + i].fd, .events = POLLIN };

	return target.fd < 0 || poll(&target, 1, 0) > 0;
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
