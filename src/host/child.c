/* SPDX-License-Identifier: GPL-2.0-only */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/parse.h"

/* An id that sudo left in the environment; -1 if there is none. */
static long sudo_id(const char *variable)
{
	const char *text = getenv(variable);
	uint64_t id;

	if (geteuid() != 0 || !text || parse_u64(text, &id) || id >= 0xffffffff)
		return -1;
	return (long)id;
}

static int become_sudo_user(void)
{
	long uid = sudo_id("SUDO_UID"), gid = sudo_id("SUDO_GID");
	struct passwd *user;

	if (uid <= 0 || gid < 0)
		return 0;
	user = getpwuid((uid_t)uid);
	if (user ? initgroups(user->pw_name, (gid_t)gid) : setgroups(0, NULL))
		return -errno;
	if (setgid((gid_t)gid) || setuid((uid_t)uid))
		return -errno;
	return 0;
}

static void tell_failure(int fd, int err)
{
	while (write(fd, &err, sizeof(err)) < 0 && errno == EINTR)
		;
	_exit(127);
}

static void run(const int *go, const int *failed, char **argv, bool as_root)
{
	char byte;
	ssize_t n;
	int err;

	close(go[1]);
	close(failed[0]);
	while ((n = read(go[0], &byte, 1)) < 0 && errno == EINTR)
		;
	if (n != 1)
		_exit(127);
	err = as_root ? 0 : become_sudo_user();
	if (err)
		tell_failure(failed[1], err);
	execvp(argv[0], argv);
	tell_failure(failed[1], -errno);
}

int child__fork(struct child *c, char **argv, bool as_root)
{
	int go[2], failed[2];

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		int err = -errno;

		close(go[0]);
		close(go[1]);
		return err;
	}
	c->pid = fork();
	if (c->pid == 0)
		run(go, failed, argv, as_root);
	close(go[0]);
	close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	return c->pid < 0 ? -errno : 0;
}

int child__go(struct child *c)
{
	int err = 0;
	ssize_t n;

	if (write(c->go, "", 1) != 1)
		return -errno;
	close(c->go);
	c->go = -1;
	while ((n = read(c->failed, &err, sizeof(err))) < 0 && errno == EINTR)
		;
	close(c->failed);
	c->failed = -1;
	return n == sizeof(err) ? err : 0;
}

bool child__ended(struct child *c)
{
	if (!c->reaped && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->reaped = true;
	return c->reaped;
}

void child__wait(struct child *c, int sig)
{
	if (c->pid <= 0 || child__ended(c))
		return;
	if (sig)
		kill(c->pid, sig);
	while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
		;
	c->reaped = true;
}

void child__stop(struct child *c)
{
	if (c->pid <= 0 || child__ended(c))
		return;
	/* Not let go yet: end of file on the pipe makes it leave. */
	if (c->go >= 0) {
		close(c->go);
		c->go = -1;
		child__wait(c, 0);
	} else {
		child__wait(c, SIGTERM);
	}
}

int child__exit_status(const struct child *c)
{
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}
