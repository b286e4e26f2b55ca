/* SPDX-License-Identifier: GPL-2.0-only */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/sudo_user.h"
#include "clock.h"
#include "privileges.h"
#include "users.h"

/* The most events that one call handles, so that the caller gets its turn. */
#define EVENTS_MAX 16

/* How long to wait for processes to stop, so that they can be detached. */
#define LEAVE_NS 500000000ULL

/* If it is not clear who that is, the command is refused, not run as root. */
static int become_sudo_user(void)
{
	struct sudo_user user;
	int found = sudo_user__get(&user), err;

	if (found <= 0)
		return found;
	err = users__set_groups(user.uid, user.gid);
	if (err)
		return err;
	return setgid(user.gid) || setuid(user.uid) ? -errno : 0;
}

static int become_user(bool as_root)
{
	int err = privileges__disinherit();

	return err || as_root ? err : become_sudo_user();
}

static void tell_failure(int fd, int err)
{
	while (write(fd, &err, sizeof(err)) < 0 && errno == EINTR)
		;
	_exit(127);
}

static void run(const int *go, const int *failed, char **argv, bool as_root, bool to_stderr)
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
	err = become_user(as_root);
	if (!err && to_stderr && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		err = -errno;
	if (err)
		tell_failure(failed[1], err);
	execvp(argv[0], argv);
	tell_failure(failed[1], -errno);
}

int child__fork(struct child *c, char **argv, bool as_root, bool to_stderr)
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
		run(go, failed, argv, as_root, to_stderr);
	close(go[0]);
	close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	return c->pid < 0 ? -errno : 0;
}

static void run_quietly(char **argv, bool as_root, int output)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDERR_FILENO);
	dup2(output, STDOUT_FILENO);
	if (!become_user(as_root))
		execv(argv[0], argv);
	_exit(127);
}

int child__read_lines(char **argv, bool as_root, void (*line)(void *ctx, char *line), void *ctx)
{
	char *text __cleanup_free = NULL;
	int fds[2], status, pid;
	size_t size = 0;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0)
		run_quietly(argv, as_root, fds[1]);
	close(fds[1]);

	FILE *f __cleanup_fclose = fdopen(fds[0], "re");

	while (f && pid > 0 && getline(&text, &size, f) > 0)
		line(ctx, text);
	if (pid < 0)
		return -EAGAIN;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status ? -ENOEXEC : 0;
}

/* Waits for the exec. A child that is traced may stop before it: child__ended() resumes it. */
static void wait_for_exec(struct child *c)
{
	struct pollfd fd = { .fd = c->failed, .events = POLLIN };
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGCHLD);
	while (!child__ended(c) && ppoll(&fd, 1, NULL, &mask) < 0 && errno == EINTR)
		;
}

int child__go(struct child *c)
{
	int err = 0;
	ssize_t n;

	if (write(c->go, "", 1) != 1)
		return -errno;
	close(c->go);
	c->go = -1;
	wait_for_exec(c);
	while ((n = read(c->failed, &err, sizeof(err))) < 0 && errno == EINTR)
		;
	close(c->failed);
	c->failed = -1;
	return n == sizeof(err) ? err : 0;
}

static void on_sigchld(int sig)
{
	(void)sig;
}

int child__watch(struct child *c, const struct tracee_watcher *watcher)
{
	struct sigaction action = { .sa_handler = on_sigchld };
	sigset_t mask;
	int err = tracees__seize(&c->tracees, c->pid, watcher);

	if (err)
		return err;
	/* SIGCHLD is blocked except during waits: so it cannot come just before a wait begins. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	sigaction(SIGCHLD, &action, NULL);
	return 0;
}

/* Handles what waitpid(2) has reported. */
static void handle(struct child *c, int pid, int status)
{
	if (WIFSTOPPED(status)) {
		tracees__stopped(&c->tracees, pid, status);
	} else if (pid == c->pid) {
		c->status = status;
		c->reaped = true;
	} else {
		tracees__ended(&c->tracees, pid);
	}
}

/* Handles pending events, with WNOHANG; else all events until the command has ended. */
static void listen_to(struct child *c, int options)
{
	bool follows = c->tracees.watcher.on_fork;
	int status, pid;

	for (size_t i = 0; !c->reaped || (follows && options); i++) {
		if (options && i == EVENTS_MAX) {
			/* Makes the next wait return at once. */
			raise(SIGCHLD);
			return;
		}
		pid = waitpid(follows ? -1 : c->pid, &status, options | (follows ? __WALL : 0));
		if (pid < 0 && errno == EINTR)
			continue;
		/*
		 * Our parent ignores SIGCHLD, which is inherited: the kernel has reaped the child
		 * itself, and its exit status is not known.
		 */
		if (pid < 0 && errno == ECHILD)
			c->reaped = true;
		if (pid <= 0)
			return;
		handle(c, pid, status);
	}
}

void child__leave_followed(struct child *c)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	unsigned long long until = clock_ns(CLOCK_MONOTONIC) + LEAVE_NS;
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	tracees__leave(&c->tracees);
	listen_to(c, WNOHANG);
	while (c->tracees.nr && clock_ns(CLOCK_MONOTONIC) < until) {
		sigtimedwait(&mask, NULL, &moment);
		listen_to(c, WNOHANG);
	}
}

bool child__ended(struct child *c)
{
	listen_to(c, WNOHANG);
	return c->reaped;
}

void child__signal(struct child *c, int sig)
{
	if (c->pid > 0 && !child__ended(c))
		kill(c->pid, sig);
}

static void end_it(struct child *c)
{
	/* The child was not let go yet: end of file on the pipe makes it exit. */
	if (c->go >= 0) {
		close(c->go);
		c->go = -1;
	} else {
		child__signal(c, SIGTERM);
	}
	listen_to(c, 0);
}

void child__stop(struct child *c)
{
	if (c->pid > 0 && !child__ended(c))
		end_it(c);
	tracees__free(&c->tracees);
}

int child__exit_status(const struct child *c)
{
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}
