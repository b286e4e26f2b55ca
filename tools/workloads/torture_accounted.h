/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of the torture that know which faults they take. Each page is touched once, or
 * once for each of the kinds that are expected, whatever else the process does meanwhile.
 */
#ifndef FT_WORKLOAD_TORTURE_ACCOUNTED_H
#define FT_WORKLOAD_TORTURE_ACCOUNTED_H

#include "torture.h"
#include "uffd.h"

#define UFFD_PAGES_MAX 4

static bool no_zero_page, no_uffd;

static void touch_anon(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	touch_write(p, n, page_size);
	say(t, p, n * page_size, (struct account) { .kind = "anon", .count = n });
	munmap(p, n * page_size);
}

/* Where there is no zero page a read maps a page of its own. */
static void touch_zero(struct torturer *t)
{
	struct account reads = { .access = "read" }, writes = { 0 };
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	touch_read(p, n, page_size);
	reads.kind = no_zero_page ? "anon" : "zero";
	reads.count = n;
	if (!no_zero_page) {
		touch_write(p, n, page_size);
		writes = (struct account) { .kind = "cow", .count = n, .cow_from = "zero" };
	}
	say_both(t, p, n * page_size, reads, writes);
	munmap(p, n * page_size);
}

static void write_pages(struct torturer *t, char *p, size_t n)
{
	(void)t;
	touch_write(p, n, page_size);
}

static void cow_of_child(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	touch_write(p, n, page_size);
	wait_for(start_child(write_pages, t, p, n));
	say_both(t, p, n * page_size, (struct account) { .kind = "anon", .count = n },
		 (struct account) { .kind = "cow", .count = n, .cow_from = "anon" });
	munmap(p, n * page_size);
}

/* --- files: written when the thread began, and in the page cache --- */

static void cow_of_file(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_map(t->slot, n * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			   t->pages_file);

	touch_write(p, n, page_size);
	say(t, p, n * page_size,
	    (struct account) { .kind = "cow", .count = n, .cow_from = "file" });
	munmap(p, n * page_size);
}

static char *map_windows(struct torturer *t, size_t n)
{
	/* A page that is dirty already is not told of. */
	fsync(t->file);
	return slot_map(t->slot, n * file_window(), PROT_READ | PROT_WRITE, MAP_SHARED, t->file);
}

static void read_then_write_file(struct torturer *t)
{
	size_t n = draw(t, WINDOWS_MAX), window = file_window();
	char *p = map_windows(t, n);

	touch_read(p, n, window);
	touch_write(p, n, window);
	say_both(t, p, n * window,
		 (struct account) { .kind = "file", .count = n, .access = "read" },
		 (struct account) { .kind = "mkwrite", .count = n });
	munmap(p, n * window);
}

static void write_shared_file(struct torturer *t)
{
	size_t n = draw(t, WINDOWS_MAX), window = file_window();
	char *p = map_windows(t, n);

	touch_write(p, n, window);
	say(t, p, n * window, (struct account) { .kind = "file", .count = n });
	munmap(p, n * window);
}

static void write_memfd(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	int fd = memfd_create("torture", MFD_CLOEXEC);
	char *p;

	if (fd < 0 || ftruncate(fd, n * page_size))
		fail("memfd: %s", strerror(errno));
	p = slot_map(t->slot, n * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	madvise(p, n * page_size, MADV_NOHUGEPAGE);
	touch_write(p, n, page_size);
	say(t, p, n * page_size, (struct account) { .kind = "shmem", .count = n });
	munmap(p, n * page_size);
	close(fd);
}

/* --- errors --- */

static void jump_back(int sig)
{
	siglongjmp(this_torturer->after_signal, sig);
}

static void catch_errors(void)
{
	/* No signal of the storm may be waiting on the stack that is left by a jump. */
	struct sigaction action = { .sa_handler = jump_back };

	sigfillset(&action.sa_mask);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

static bool write_fails(struct torturer *t, char *p)
{
	if (sigsetjmp(t->after_signal, 1))
		return true;
	*(volatile char *)p = 1;
	return false;
}

static void write_read_only(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ);

	for (size_t i = 0; i < n; i++) {
		if (!write_fails(t, p + i * page_size))
			fail("read-only memory was written");
	}
	say(t, p, n * page_size, (struct account) { .kind = "error", .count = n });
	munmap(p, n * page_size);
}

/* --- the kernel writes --- */

static void read_pipe(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE), bytes[PAGES_MAX] = { 0 };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) || write(ends[1], bytes, n) != (ssize_t)n)
		fail("pipe: %s", strerror(errno));
	for (size_t i = 0; i < n; i++) {
		if (read(ends[0], p + i * page_size, 1) != 1)
			fail("read: %s", strerror(errno));
	}
	say(t, p, n * page_size,
	    (struct account) { .kind = "anon", .count = n, .origin = "kernel" });
	munmap(p, n * page_size);
	close(ends[0]);
	close(ends[1]);
}

static void read_file(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < n; i++) {
		if (pread(t->pages_file, p + i * page_size, 100, i * page_size) != 100)
			fail("pread: %s", strerror(errno));
	}
	say(t, p, n * page_size,
	    (struct account) { .kind = "anon", .count = n, .origin = "kernel" });
	munmap(p, n * page_size);
}

static void lock_memory(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	if (mlock(p, n * page_size))
		say_skipped(t, "mlock is not allowed");
	else
		say(t, p, n * page_size,
		    (struct account) { .kind = "anon", .count = n, .origin = "gup" });
	munmap(p, n * page_size);
}

/* --- mappings that move --- */

static void move_half_touched(struct torturer *t)
{
	size_t n = 2 * draw(t, PAGES_MAX / 2), len = n * page_size;
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE), *to = p + SLOT_BYTES / 2;

	touch_write(p, n / 2, 2 * page_size);
	if (mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		fail("mremap: %s", strerror(errno));
	touch_write(to + page_size, n / 2, 2 * page_size);
	say(t, p, len, (struct account) { .kind = "anon", .count = n / 2 });
	say(t, to, len, (struct account) { .kind = "anon", .count = n / 2 });
	munmap(to, len);
}

/* Where the pages were, there is fresh memory. */
static void move_and_leave(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX), len = n * page_size;
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE), *to = p + SLOT_BYTES / 2;

	touch_write(p, n, page_size);
	if (mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to) != to) {
		say_skipped(t, "no MREMAP_DONTUNMAP");
	} else {
		touch_write(p, n, page_size);
		touch_read(to, n, page_size);
		say(t, p, len, (struct account) { .kind = "anon", .count = 2 * n });
		say(t, to, len, (struct account) { .kind = "anon", .count = 0 });
		munmap(to, len);
	}
	munmap(p, len);
}

static void drop_and_touch(struct torturer *t)
{
	size_t n = draw(t, PAGES_MAX);
	char *p = slot_pages(t, n, PROT_READ | PROT_WRITE);

	touch_write(p, n, page_size);
	if (madvise(p, n * page_size, MADV_DONTNEED))
		fail("MADV_DONTNEED: %s", strerror(errno));
	touch_write(p, n, page_size);
	say(t, p, n * page_size, (struct account) { .kind = "anon", .count = 2 * n });
	munmap(p, n * page_size);
}

/* --- userfaultfd --- */

struct served {
	int fd;
	pid_t asker;
	size_t pages;
};

/* A stop of the process wakes who waits, who then asks again. */
static bool serve_page(const struct served *s, unsigned long page)
{
	struct uffdio_range range = { .start = page, .len = page_size };

	sleep_ms(1);
	uffd_wait_for_sleep(s->asker);
	if (uffd_try_provide(s->fd, page))
		return true;
	if (ioctl(s->fd, UFFDIO_WAKE, &range))
		fail("UFFDIO_WAKE: %s", strerror(errno));
	return false;
}

static void *serve_pages(void *arg)
{
	const struct served *s = arg;
	struct uffd_msg msg;

	for (size_t served = 0; served < s->pages;) {
		if (read(s->fd, &msg, sizeof(msg)) != sizeof(msg))
			fail("userfaultfd: %s", strerror(errno));
		served += serve_page(s, msg.arg.pagefault.address / page_size * page_size);
	}
	return NULL;
}

static bool can_uffd(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A signal would wake the thread while it waits, and the fault would not end. */
static void touch_served(char *p, struct served *s)
{
	sigset_t alarm, old;
	pthread_t server;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, &old);
	if (pthread_create(&server, NULL, serve_pages, s))
		fail("cannot start a thread");
	touch_write(p, s->pages, page_size);
	pthread_join(server, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void ask_userfaultfd(struct torturer *t)
{
	struct served s = { .asker = gettid(), .pages = draw(t, UFFD_PAGES_MAX) };
	size_t len = s.pages * page_size;
	char *p = slot_pages(t, s.pages, PROT_READ | PROT_WRITE);
	struct uffdio_register range = { .range = { (unsigned long)p, len },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };

	if (no_uffd) {
		say_skipped(t, "no userfaultfd");
		return;
	}
	s.fd = uffd_open(0);
	if (ioctl(s.fd, UFFDIO_REGISTER, &range))
		fail("UFFDIO_REGISTER: %s", strerror(errno));
	touch_served(p, &s);
	say(t, p, len, (struct account) { .kind = "uffd", .count = s.pages });
	munmap(p, len);
	close(s.fd);
}

#endif /* FT_WORKLOAD_TORTURE_ACCOUNTED_H */
