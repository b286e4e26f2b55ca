/* SPDX-License-Identifier: GPL-2.0-only */
#include "broker.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../host/helpers.h"
#include "../host/privileges.h"
#include "channel.h"
#include "confinement.h"

/* Also those that were killed, but wait for a file system and have not ended yet. */
#define HELPERS_MAX 16
#define ANSWER_MS   2000

struct request {
	uint32_t which; /* the helper to be started */
	int32_t end;	/* 0, or the pid of the helper to be ended */
};

/* The broker's own state. */
struct helpers {
	int end;
	const helper_main *mains;
	unsigned int nr_mains;
	int pids[HELPERS_MAX]; /* 0: free */
};

/* ---- The broker ----------------------------------------------------------------------------- */

/* Forgets helpers that have ended: their pids may be those of other processes from now on. */
static void reap(struct helpers *helpers)
{
	for (size_t i = 0; i < HELPERS_MAX; i++)
		if (helpers->pids[i] && waitpid(helpers->pids[i], NULL, WNOHANG) != 0)
			helpers->pids[i] = 0;
}

static void end_helper(struct helpers *helpers, int pid)
{
	for (size_t i = 0; i < HELPERS_MAX; i++)
		if (helpers->pids[i] && (!pid || helpers->pids[i] == pid))
			kill(helpers->pids[i], SIGKILL);
}

static int *free_place(struct helpers *helpers)
{
	for (size_t i = 0; i < HELPERS_MAX; i++)
		if (!helpers->pids[i])
			return &helpers->pids[i];
	return NULL;
}

/* The pid, or -errno; *end: the tracer's end of a channel to it. */
static int start_helper(struct helpers *helpers, unsigned int which, int *end)
{
	int *place = free_place(helpers), self = getpid(), ends[2], err;

	if (which >= helpers->nr_mains || !place)
		return -EAGAIN;
	err = channel__new(ends);
	if (err)
		return err;
	*place = fork();
	if (!*place) {
		close(helpers->end);
		close(ends[0]);
		helpers->mains[which](ends[1], self);
		_exit(0);
	}
	err = *place < 0 ? -errno : *place;
	if (*place < 0)
		*place = 0;
	close(ends[1]);
	*end = ends[0];
	return err;
}

static void answer(struct helpers *helpers, const struct request *request)
{
	int32_t pid;
	int end = -1;

	reap(helpers);
	if (request->end) {
		end_helper(helpers, request->end);
		return;
	}
	pid = start_helper(helpers, request->which, &end);
	channel__send(helpers->end, &pid, sizeof(pid), end);
	if (end >= 0)
		close(end);
}

static void serve(int end, const helper_main *mains, unsigned int nr)
{
	struct helpers helpers = { .end = end, .mains = mains, .nr_mains = nr };
	struct request request;
	ssize_t len;
	int passed;

	confine__stand_alone(end);
	privileges__keep(PRIVILEGE_HELPERS | PRIVILEGE_TRACE | PRIVILEGE_NAMES);
	while ((len = channel__receive(end, &request, sizeof(request), &passed)) != -EPIPE) {
		if (passed >= 0)
			close(passed);
		if (len == sizeof(request))
			answer(&helpers, &request);
	}
	end_helper(&helpers, 0);
	_exit(0);
}

/* ---- The tracer ----------------------------------------------------------------------------- */

int broker__start(const helper_main *mains, unsigned int nr, struct broker *ret)
{
	int ends[2], err = channel__new(ends);

	*ret = (struct broker) { .end = -1 };
	if (err)
		return err;
	ret->pid = fork();
	if (!ret->pid) {
		close(ends[0]);
		serve(ends[1], mains, nr);
	}
	err = ret->pid < 0 ? -errno : 0;
	close(ends[1]);
	if (err) {
		close(ends[0]);
		return err;
	}
	ret->end = ends[0];
	channel__limit(ret->end, ANSWER_MS);
	helpers__set_session(ret->pid);
	return 0;
}

static void leave(struct broker *broker)
{
	if (broker->end >= 0)
		close(broker->end);
	broker->end = -1;
}

void broker__stop(struct broker *broker)
{
	bool was_started = broker->end >= 0 || broker->pid > 0;

	leave(broker);
	while (was_started && waitpid(broker->pid, NULL, 0) < 0 && errno == EINTR)
		;
	broker->pid = 0;
}

int broker__start_helper(struct broker *broker, unsigned int which, struct helper *ret)
{
	const struct request request = { .which = which };
	ssize_t len = -EPIPE;
	int32_t pid = 0;

	*ret = (struct helper) { .end = -1 };
	if (broker->end >= 0 && !channel__send(broker->end, &request, sizeof(request), -1))
		len = channel__receive(broker->end, &pid, sizeof(pid), &ret->end);
	if (len == sizeof(pid) && pid > 0 && ret->end >= 0) {
		ret->pid = pid;
		return 0;
	}
	if (ret->end >= 0)
		close(ret->end);
	ret->end = -1;
	/* An answer that comes late would be taken for that to the next request. */
	if (len != sizeof(pid))
		leave(broker);
	return len == sizeof(pid) && pid < 0 ? pid : -EPIPE;
}

void broker__end_helper(struct broker *broker, struct helper *helper)
{
	const struct request request = { .end = helper->pid };

	if (helper->end < 0)
		return;
	close(helper->end);
	if (broker->end >= 0)
		channel__send(broker->end, &request, sizeof(request), -1);
	*helper = (struct helper) { .end = -1 };
}
