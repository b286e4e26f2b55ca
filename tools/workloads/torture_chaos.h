/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of the torture that nobody can account for: races, and whatever else disturbs the
 * others. Of some it is known what the faults in their range cannot be.
 */
#ifndef FT_WORKLOAD_TORTURE_CHAOS_H
#define FT_WORKLOAD_TORTURE_CHAOS_H

#include <limits.h>
#include <linux/fs.h>
#include <sys/prctl.h>

#include "torture_accounted.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define ROUNDS		 20
#define STORM_MS	 20
#define STORM_US	 500
#define NOBODY		 65534
#define THREADS_THAT_END 3
#define FOREIGN \
	"\"file\",\"shmem\",\"mkwrite\",\"device\",\"hugetlb\",\"uffd\",\"cow:file\",\"cow:ksm\""
#define NEVER_ANON  FOREIGN ",\"numa\",\"error\""
#define ON_OWN_LEGS "-x" /* this program again, for one thing to do */

extern char **environ;

static char own_path[PATH_MAX];
static char setuid_path[PATH_MAX + 16], unreadable_path[PATH_MAX + 16];

/* --- other programs --- */

static pid_t spawn(const char *path, const char *first, const char *second)
{
	char *argv[] = { (char *)path, (char *)first, (char *)second, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, path, &actions, NULL, argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void spawn_nothing(struct torturer *t)
{
	(void)t;
	wait_for(spawn(own_path, ON_OWN_LEGS, "nothing"));
}

static void vfork_nothing(struct torturer *t)
{
	char *argv[] = { own_path, (char *)ON_OWN_LEGS, (char *)"nothing", NULL };
	pid_t pid = vfork(); // NOLINT: this is what is to be tested

	(void)t;
	if (!pid) {
		execve(own_path, argv, environ);
		_exit(127);
	}
	wait_for(pid);
}

static void exec_by_thread(struct torturer *t)
{
	(void)t;
	wait_for(spawn(own_path, ON_OWN_LEGS, "exec"));
}

static void grow_stack(struct torturer *t)
{
	(void)t;
	wait_for(spawn(own_path, ON_OWN_LEGS, "stack"));
}

/* Its faults are tested elsewhere; here it only is another process. Some are not possible everywhere. */
static void run_workload(struct torturer *t)
{
	static const char *const names[] = { "uring",	  "exit_tid",  "efault",       "threads",
					     "thp_split", "exec_text", "gup_populate", "sigbus",
					     "brk",	  "revisit",   "cow_reuse",    "mapstorm" };
	const char *name = names[draw(t, sizeof(names) / sizeof(*names)) - 1];
	char path[PATH_MAX + 32];
	pid_t pid;

	snprintf(path, sizeof(path), "%.*s/%s", (int)(strrchr(own_path, '/') - own_path), own_path,
		 name);
	pid = spawn(path, NULL, NULL);
	if (pid < 0) {
		say_skipped(t, "another workload is not there");
		return;
	}
	wait_for_any_end(pid);
}

static void run_as_nobody(struct torturer *t, char *path, size_t n)
{
	char *argv[] = { path, (char *)ON_OWN_LEGS, (char *)"nothing", NULL };

	(void)t;
	(void)n;
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		_exit(EXIT_FAILURE);
	execve(path, argv, environ);
	_exit(127);
}

static void exec_setuid(struct torturer *t)
{
	char *path = draw(t, 2) == 1 ? setuid_path : unreadable_path;

	if (*path)
		wait_for(start_child(run_as_nobody, t, path, 0));
	else
		say_skipped(t, "not asked for");
}

/* --- threads --- */

static void *lock_and_leave(void *mutex)
{
	volatile char *own =
		mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	own[0] = 1;
	munmap((void *)own, page_size);
	/* The kernel has to give it back when the thread is gone. */
	pthread_mutex_lock(mutex);
	return NULL;
}

static void make_threads(struct torturer *t)
{
	size_t n = draw(t, 8);
	pthread_mutexattr_t robust;
	pthread_mutex_t mutex[8];
	pthread_t threads[8];

	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	for (size_t i = 0; i < n; i++) {
		pthread_mutex_init(&mutex[i], &robust);
		if (pthread_create(&threads[i], NULL, lock_and_leave, &mutex[i]))
			fail("cannot start a thread");
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

/* --- signals --- */

static void on_alarm(int sig)
{
	volatile char used[16384];

	(void)sig;
	for (size_t i = 0; i < sizeof(used); i += 4096)
		used[i] = 1;
}

static void catch_alarms(void)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_ONSTACK | SA_RESTART };

	sigaction(SIGALRM, &action, NULL);
}

/* All threads get their share of the alarms; none may be interrupted for ever, fork(2) for one. */
static void storm_of_alarms(struct torturer *t)
{
	struct itimerval often = { { 0, STORM_US }, { 0, STORM_US } }, never = { 0 };
	char *p = slot_pages(t, PAGES_MAX, PROT_READ | PROT_WRITE);

	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < STORM_MS; i++) {
		touch_write(p, PAGES_MAX, page_size);
		madvise(p, PAGES_MAX * page_size, MADV_DONTNEED);
		sleep_ms(1);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	say_never(t, p, PAGES_MAX * page_size, NEVER_ANON ",\"swap\"");
	munmap(p, PAGES_MAX * page_size);
}

static void stop_parent(struct torturer *t, char *p, size_t n)
{
	(void)t;
	(void)p;
	for (size_t i = 0; i < n; i++) {
		kill(getppid(), SIGSTOP);
		sleep_ms(1);
		kill(getppid(), SIGCONT);
		sleep_ms(1);
	}
}

static void stop_and_go(struct torturer *t)
{
	wait_for(start_child(stop_parent, t, NULL, draw(t, 5)));
}

/* --- races --- */

static void write_often(char *p)
{
	for (int i = 0; i < ROUNDS; i++)
		touch_write(p, HUGE_BYTES / page_size, page_size);
}

static void read_often(char *p)
{
	for (int i = 0; i < ROUNDS; i++)
		touch_read(p, HUGE_BYTES / page_size, page_size);
}

static void *drop_parts(void *p)
{
	for (size_t i = 0; i < ROUNDS * 10; i++)
		madvise((char *)p + i * 7 % 512 * page_size, page_size, MADV_DONTNEED);
	return NULL;
}

static void *collapse(void *p)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		madvise((char *)p + i * 7 % 512 * page_size, page_size, MADV_DONTNEED);
		madvise(p, HUGE_BYTES, MADV_COLLAPSE);
	}
	return NULL;
}

static void *page_out(void *p)
{
	for (int i = 0; i < ROUNDS; i++)
		madvise(p, HUGE_BYTES, MADV_PAGEOUT);
	return NULL;
}

/* The pages are the process's own all the while: what it may do to them changes, not where they are. */
static void *forbid_and_allow(void *p)
{
	static const int allowed[] = { PROT_READ, PROT_READ | PROT_WRITE, PROT_NONE,
				       PROT_READ | PROT_WRITE };

	for (size_t i = 0; i < ROUNDS * 40; i++)
		mprotect(p, PAGES_MAX * page_size, allowed[i % 4]);
	return NULL;
}

static void write_where_allowed(char *p)
{
	for (size_t i = 0; i < ROUNDS * PAGES_MAX; i++)
		write_fails(this_torturer, p + i % PAGES_MAX * page_size);
}

static void race(struct torturer *t, void *(*disturb)(void *p), void (*body)(char *p), int advice,
		 const char *never)
{
	char *p = slot_map(t->slot, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1);

	madvise(p, HUGE_BYTES, advice);
	touch_write(p, HUGE_BYTES / page_size, page_size);
	with_thread(disturb, p, body);
	say_never(t, p, HUGE_BYTES, never);
	munmap(p, HUGE_BYTES);
}

static void drop_while_written(struct torturer *t)
{
	race(t, drop_parts, write_often, MADV_HUGEPAGE,
	     NEVER_ANON ",\"swap\",\"zero\",\"cow:zero\"");
}

static void drop_while_read(struct torturer *t)
{
	race(t, drop_parts, read_often, MADV_HUGEPAGE, NEVER_ANON ",\"swap\",\"mkwrite\"");
}

static void collapse_while_written(struct torturer *t)
{
	race(t, collapse, write_often, MADV_NOHUGEPAGE + (draw(t, 2) == 1 ? -1 : 0),
	     NEVER_ANON ",\"swap\",\"zero\",\"cow:zero\"");
}

static void page_out_while_written(struct torturer *t)
{
	race(t, page_out, write_often, draw(t, 2) == 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE,
	     NEVER_ANON ",\"zero\",\"cow:zero\"");
}

static void protect_while_written(struct torturer *t)
{
	race(t, forbid_and_allow, write_where_allowed, MADV_NOHUGEPAGE,
	     FOREIGN ",\"numa\",\"swap\",\"zero\",\"cow:zero\"");
}

/* --- processes that end while they fault --- */

static void *fault_for_ever(void *p)
{
	for (;;) {
		touch_write(p, PAGES_MAX, page_size);
		madvise(p, PAGES_MAX * page_size, MADV_DONTNEED);
	}
	return NULL;
}

static void exit_while_faulting(struct torturer *t, char *p, size_t n)
{
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < THREADS_THAT_END; i++) {
		if (pthread_create(&thread, NULL, fault_for_ever, p + i * PAGES_MAX * page_size))
			_exit(EXIT_FAILURE);
	}
	sleep_ms(draw(t, 10));
	if (n)
		_exit(EXIT_SUCCESS);
	fault_for_ever(p + THREADS_THAT_END * PAGES_MAX * page_size);
}

/* By exit_group(2), or by a signal that nobody expects. */
static void end_while_faulting(struct torturer *t)
{
	size_t len = (THREADS_THAT_END + 1) * PAGES_MAX * page_size, ends_itself = draw(t, 2) - 1;
	char *p = slot_pages(t, len / page_size, PROT_READ | PROT_WRITE);
	pid_t pid = start_child(exit_while_faulting, t, p, ends_itself);

	if (pid > 0 && !ends_itself) {
		sleep_ms(draw(t, 15));
		kill(pid, SIGKILL);
		wait_for_any_end(pid);
	} else {
		wait_for(pid);
	}
	say_never(t, p, len, NEVER_ANON ",\"swap\",\"zero\",\"cow:zero\"");
	munmap(p, len);
}

/* --- get_user_pages --- */

static void populate(struct torturer *t)
{
	char *p = slot_pages(t, PAGES_MAX, PROT_READ | PROT_WRITE);

	if (madvise(p, PAGES_MAX * page_size, MADV_POPULATE_WRITE))
		say_skipped(t, "no MADV_POPULATE_WRITE");
	else
		say(t, p, PAGES_MAX * page_size,
		    (struct account) { .kind = "anon", .count = PAGES_MAX, .origin = "gup" });
	munmap(p, PAGES_MAX * page_size);
}

static void reach_into_parent(struct torturer *t, char *p, size_t n)
{
	char own[256] = "torture";
	struct iovec local = { own, sizeof(own) };

	(void)t;
	for (size_t i = 0; i < n; i++) {
		struct iovec remote = { p + i * page_size, sizeof(own) };

		if (i % 2)
			process_vm_writev(getppid(), &local, 1, &remote, 1, 0);
		else
			process_vm_readv(getppid(), &local, 1, &remote, 1, 0);
	}
}

static void touched_by_child(struct torturer *t)
{
	char *p = slot_pages(t, PAGES_MAX, PROT_READ | PROT_WRITE);

	touch_write(p, PAGES_MAX / 4, page_size);
	wait_for(start_child(reach_into_parent, t, p, PAGES_MAX));
	touch_write(p, PAGES_MAX, page_size);
	say_never(t, p, PAGES_MAX * page_size, NEVER_ANON ",\"swap\"");
	munmap(p, PAGES_MAX * page_size);
}

static void write_own_memory(struct torturer *t)
{
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	char *p = slot_pages(t, PAGES_MAX, PROT_READ);

	for (size_t i = 0; fd >= 0 && i < PAGES_MAX; i++) {
		if (pwrite(fd, "torture", 7, (off_t)(p + i * page_size)) < 0)
			break;
	}
	say_never(t, p, PAGES_MAX * page_size, NEVER_ANON ",\"swap\"");
	munmap(p, PAGES_MAX * page_size);
	close(fd);
}

static void read_directly(struct torturer *t)
{
	char path[64], *p = slot_pages(t, PAGES_MAX, PROT_READ | PROT_WRITE);
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", t->pages_file);
	fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0 || pread(fd, p, PAGES_MAX * page_size, 0) < 0)
		say_skipped(t, "no O_DIRECT");
	else
		say_never(t, p, PAGES_MAX * page_size, NEVER_ANON ",\"swap\"");
	munmap(p, PAGES_MAX * page_size);
	if (fd >= 0)
		close(fd);
}

#endif /* FT_WORKLOAD_TORTURE_CHAOS_H */
