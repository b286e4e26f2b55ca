/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the steps of the torture share: who takes them, an address range of its own for each,
 * and the line that says what must be seen there.
 */
#ifndef FT_WORKLOAD_TORTURE_H
#define FT_WORKLOAD_TORTURE_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/* Beyond what the other workloads use: some of them are steps here. */
#define SLOTS	    0x210000000000UL
#define SLOT_BYTES  (16UL << 20)
#define HUGE_BYTES  (2UL << 20)
#define PAGES_MAX   64 /* of an accounted step */
#define WINDOWS_MAX 8
#define LINE_BYTES  1024

/* A worker thread. Its steps follow from the seed and its number alone. */
struct torturer {
	pthread_t thread;
	unsigned int id;
	unsigned long number; /* of the step */
	uint64_t random;
	const char *name; /* of the step */
	char *slot;
	int file; /* one page of content in each of WINDOWS_MAX windows */
	int pages_file;
	int large_file; /* empty */
	sigjmp_buf after_signal;
};

struct account {
	const char *kind;
	unsigned long count;
	const char *cow_from;
	const char *origin; /* "user" */
	const char *access; /* "write" */
};

static __thread struct torturer *this_torturer;

/* splitmix64 */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 1 to most */
static size_t draw(struct torturer *t, size_t most)
{
	return 1 + random_next(&t->random) % most;
}

/* --- the range --- */

static char *slot_map(char *at, size_t len, int prot, int flags, int fd)
{
	char *p = mmap(at, len, prot, flags | MAP_FIXED_NOREPLACE, fd, 0);

	if (p != at)
		fail("mmap of %zu bytes at %p: %s", len, at, strerror(errno));
	return p;
}

/* Anonymous memory that a fault gives one page of. */
static char *slot_pages(struct torturer *t, size_t pages, int prot)
{
	char *p = slot_map(t->slot, pages * page_size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	madvise(p, pages * page_size, MADV_NOHUGEPAGE);
	return p;
}

/* --- what is said: one write(2) a line, since threads and children say something at once --- */

struct line {
	char text[LINE_BYTES];
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) add(struct line *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	l->len += vsnprintf(l->text + l->len, sizeof(l->text) - l->len, format, args);
	va_end(args);
	if (l->len >= sizeof(l->text))
		fail("a line is too long");
}

static void begin_line(struct line *l, const struct torturer *t)
{
	l->len = 0;
	add(l, "{\"torture\":\"%s\",\"thread\":%u,\"step\":%lu", t->name, t->id, t->number);
}

static void end_line(struct line *l)
{
	add(l, "}\n");
	if (write(STDOUT_FILENO, l->text, l->len) != (ssize_t)l->len)
		fail("cannot write what was done");
}

static void add_range(struct line *l, const char *start, size_t len)
{
	add(l, ",\"start\":\"%p\",\"end\":\"%p\"", start, start + len);
}

static void add_account(struct line *l, const struct account *a)
{
	add(l, "{\"kind\":\"%s\",\"cow_from\":", a->kind);
	if (a->cow_from)
		add(l, "\"%s\"", a->cow_from);
	else
		add(l, "null");
	add(l, ",\"origin\":\"%s\",\"access\":\"%s\",\"count\":%lu}",
	    a->origin ? a->origin : "user", a->access ? a->access : "write", a->count);
}

/* In this range there was this, and no more. */
static void say_both(const struct torturer *t, const char *start, size_t len, struct account first,
		     struct account second)
{
	struct line l;

	begin_line(&l, t);
	add_range(&l, start, len);
	add(&l, ",\"expect\":[");
	add_account(&l, &first);
	if (second.kind) {
		add(&l, ",");
		add_account(&l, &second);
	}
	add(&l, "]");
	end_line(&l);
}

static void say(const struct torturer *t, const char *start, size_t len, struct account all)
{
	say_both(t, start, len, all, (struct account) { .kind = NULL });
}

/* In this range nobody knows how much there was, but nothing of these kinds (a list in JSON). */
static void say_never(const struct torturer *t, const char *start, size_t len, const char *kinds)
{
	struct line l;

	begin_line(&l, t);
	add_range(&l, start, len);
	add(&l, ",\"never\":[%s]", kinds);
	end_line(&l);
}

static void say_skipped(const struct torturer *t, const char *why)
{
	struct line l;

	begin_line(&l, t);
	add(&l, ",\"skipped\":\"%s\"", why);
	end_line(&l);
}

/* --- children --- */

static int wait_for_any_end(pid_t pid)
{
	int status;

	if (pid < 0)
		fail("cannot make a child: %s", strerror(errno));
	while (waitpid(pid, &status, 0) != pid) {
		if (errno != EINTR)
			fail("waitpid: %s", strerror(errno));
	}
	return status;
}

static void wait_for(pid_t pid)
{
	int status = wait_for_any_end(pid);

	if (status)
		fail("step %s: the child ended with status %#x", this_torturer->name, status);
}

/* Forks a child that runs body. Of the threads only the one that calls this is in the child. */
static pid_t start_child(void (*body)(struct torturer *t, char *p, size_t n), struct torturer *t,
			 char *p, size_t n)
{
	pid_t pid = fork();

	if (!pid) {
		body(t, p, n);
		_exit(EXIT_SUCCESS);
	}
	return pid;
}

/* --- a second thread that disturbs the first --- */

static void with_thread(void *(*disturb)(void *p), char *p, void (*body)(char *p))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, disturb, p))
		fail("cannot start a thread");
	body(p);
	pthread_join(thread, NULL);
}

#endif /* FT_WORKLOAD_TORTURE_H */
