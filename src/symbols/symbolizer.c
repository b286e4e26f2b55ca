/* SPDX-License-Identifier: GPL-2.0-only */
#include "symbolizer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/log.h"
#include "../base/stop.h"
#include "../host/clock.h"
#include "answers.h"
#include "broker.h"
#include "channel.h"
#include "confinement.h"

#define SLICE_MS   20
/*
 * A process that gets no processor time in so many slices waits for a read(2) that is not answered.
 * Time is not counted: where the whole machine stands still for a while, nobody is late.
 */
#define STILL_MAX  50
/* It is started anew at most so often in a run. */
#define STARTS_MAX 64

enum { SYMBOLIZER };

struct symbolizer {
	struct broker broker;
	struct helper process;
	struct answers *own; /* answers here; NULL: the process does */
	uint64_t ids;
	uint64_t generation;
	uint64_t nr_failures;
	unsigned int nr_starts;
	struct buf answer;
};

/* ---- The process ---------------------------------------------------------------------------- */

static void answer_all(int end, int parent)
{
	unsigned int missing = confine__reader(parent);
	struct answers *answers = answers__new();
	struct buf answer = { 0 };
	struct question question;
	ssize_t len;
	int fd;

	if (!answers || channel__send(end, &missing, sizeof(missing), -1))
		return;
	while ((len = channel__receive(end, &question, sizeof(question), &fd)) != -EPIPE) {
		if (len == -EAGAIN)
			continue;
		if (len != sizeof(question))
			return;
		answers__give(answers, &question, fd, &answer);
		if (channel__send(end, answer.data, answer.len, -1))
			return;
	}
}

static const helper_main mains[] = { [SYMBOLIZER] = answer_all };

/* ---- Starting it ---------------------------------------------------------------------------- */

int symbolizer__new(bool is_apart, struct symbolizer **ret)
{
	struct symbolizer *symbolizer = calloc(1, sizeof(*symbolizer));
	int err = -ENOSYS;

	*ret = symbolizer;
	if (!symbolizer)
		return -ENOMEM;
	symbolizer->broker.end = symbolizer->process.end = -1;
	if (is_apart)
		err = broker__start(mains, sizeof(mains) / sizeof(*mains), &symbolizer->broker);
	if (is_apart && err)
		log_info("files are read in this process: cannot fork: %s", strerror(-err));
	if (err)
		symbolizer->own = answers__new();
	symbolizer->generation = 1;
	buf__reserve(&symbolizer->answer, ANSWER_MAX);
	if (!err || symbolizer->own)
		return 0;
	symbolizer__free(symbolizer);
	*ret = NULL;
	return -ENOMEM;
}

static void end_process(struct symbolizer *symbolizer)
{
	if (symbolizer->process.end < 0)
		return;
	broker__end_helper(&symbolizer->broker, &symbolizer->process);
	symbolizer->generation++;
}

void symbolizer__stop(struct symbolizer *symbolizer)
{
	end_process(symbolizer);
	broker__stop(&symbolizer->broker);
	symbolizer->generation++;
}

void symbolizer__free(struct symbolizer *symbolizer)
{
	if (!symbolizer)
		return;
	symbolizer__stop(symbolizer);
	answers__free(symbolizer->own);
	buf__free(&symbolizer->answer);
	free(symbolizer);
}

/* Takes the first message of a new process: which privileges it could not give up. */
static int greet(struct symbolizer *symbolizer)
{
	unsigned int missing;
	int passed;

	/* On a busy machine a new process may have to wait for a processor: waits as for an index. */
	channel__limit(symbolizer->process.end, INDEX_MS);
	if (channel__receive(symbolizer->process.end, &missing, sizeof(missing), &passed) !=
	    sizeof(missing))
		return -EPIPE;
	if (passed >= 0)
		close(passed);
	channel__limit(symbolizer->process.end, SLICE_MS);
	if (missing & CONFINE_USER)
		log_info(
			"files are read by a process of this user: there is no other one to become");
	if (missing & CONFINE_SECCOMP)
		log_info("files are read by a process with all system calls: no seccomp");
	return 0;
}

static int start(struct symbolizer *symbolizer)
{
	int err;

	if (symbolizer->process.end >= 0)
		return 0;
	if (symbolizer->nr_starts++ >= STARTS_MAX)
		return -EPIPE;
	err = broker__start_helper(&symbolizer->broker, SYMBOLIZER, &symbolizer->process);
	if (!err)
		err = greet(symbolizer);
	if (err)
		end_process(symbolizer);
	return err ? -EPIPE : 0;
}

uint64_t symbolizer__new_id(struct symbolizer *symbolizer)
{
	return ++symbolizer->ids;
}

uint64_t symbolizer__generation(struct symbolizer *symbolizer)
{
	return symbolizer->generation;
}

/* ---- Asking --------------------------------------------------------------------------------- */

/* The processor time that it has taken. */
static uint64_t cpu_ns(const struct symbolizer *symbolizer)
{
	clockid_t clock;

	return clock_getcpuclockid(symbolizer->process.pid, &clock) ? 0 : clock_ns(clock);
}

struct wait {
	uint64_t begin_cpu_ns;
	uint64_t last_cpu_ns;
	uint64_t slice_ns;     /* when the last slice was over; 0: none was */
	unsigned int nr_still; /* so many slices ago it last had taken some more */
};

/* A signal ends a wait before the slice is over. */
static void count_slice(struct wait *wait, uint64_t cpu)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	/* The processor time of the first slice is not counted. */
	if (!wait->slice_ns)
		wait->begin_cpu_ns = cpu;
	else if (now - wait->slice_ns < SLICE_MS * 1000000ULL)
		return;
	wait->nr_still = cpu == wait->last_cpu_ns ? wait->nr_still + 1 : 0;
	wait->last_cpu_ns = cpu;
	wait->slice_ns = now;
}

/* Is the answer too late to wait on? */
static bool is_late(const struct symbolizer *symbolizer, unsigned int limit_ms, struct wait *wait)
{
	uint64_t cpu = cpu_ns(symbolizer);

	count_slice(wait, cpu);
	return stop_asked() || cpu - wait->begin_cpu_ns > limit_ms * 1000000ULL ||
	       wait->nr_still > STILL_MAX;
}

static ssize_t receive(struct symbolizer *symbolizer, unsigned int limit_ms)
{
	struct wait wait = { 0 };
	ssize_t len;
	int passed;

	while ((len = channel__receive(symbolizer->process.end, symbolizer->answer.data, ANSWER_MAX,
				       &passed)) == -EAGAIN)
		if (is_late(symbolizer, limit_ms, &wait))
			return -ETIME;
	if (passed >= 0)
		close(passed);
	return len;
}

static int ask_process(struct symbolizer *symbolizer, const struct question *question, int fd,
		       unsigned int limit_ms)
{
	int err = start(symbolizer);
	ssize_t len;

	if (err)
		return err;
	err = channel__send(symbolizer->process.end, question, sizeof(*question), fd);
	if (!err) {
		len = receive(symbolizer, limit_ms);
		err = len < 0 ? (int)len : 0;
		symbolizer->answer.len = len < 0 ? 0 : (size_t)len;
	}
	if (!err && symbolizer->answer.len < sizeof(struct answer))
		err = -EPIPE;
	if (!err)
		return 0;
	end_process(symbolizer);
	return err == -ETIME ? err : -EPIPE;
}

int symbolizer__ask(struct symbolizer *symbolizer, const struct question *question, int fd,
		    unsigned int limit_ms, struct reply *ret)
{
	int err = 0;

	if (symbolizer->own)
		answers__give(symbolizer->own, question, fd < 0 ? -1 : dup(fd),
			      &symbolizer->answer);
	else
		err = ask_process(symbolizer, question, fd, limit_ms);
	if (err)
		return err;
	memcpy(&ret->head, symbolizer->answer.data, sizeof(ret->head));
	ret->bytes = (const uint8_t *)symbolizer->answer.data + sizeof(ret->head);
	ret->len = symbolizer->answer.len - sizeof(ret->head);
	return 0;
}

void symbolizer__count_failure(struct symbolizer *symbolizer)
{
	symbolizer->nr_failures++;
}

uint64_t symbolizer__failures(const struct symbolizer *symbolizer)
{
	return symbolizer->nr_failures;
}
