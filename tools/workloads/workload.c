/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shared half of the workloads: the range, the measured section, the
 * report and the cleanup.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

#define EXIT_SKIP    77
#define MAX_EXPECTED 4
#define MAX_UNDO     16
#define WINDOW	     (64UL << 10)
#define HUGE_ALIGN   (2UL << 20)
#define STACK_WARM   (64UL << 10)
#define COLD_TRIES   50
#define TMPFS_ID     0x01021994
#define RAMFS_ID     0x858458f6
/* Far from where programs, libraries and stacks are placed. */
#define PLACE	     0x200000000000UL

struct totals {
	unsigned long minor;
	unsigned long major;
	pid_t child;
};

struct undo {
	void (*run)(const char *path, const char *value);
	char path[PATH_MAX];
	char value[64];
};

static struct {
	const char *name;
	pid_t owner;
	bool child_pid;
	bool no_pid;
	bool tells_resident;
	size_t resident;
	char *start;
	char *end;
	struct expectation expected[MAX_EXPECTED];
	size_t n_expected;
	struct totals *totals;
	struct undo undo[MAX_UNDO];
	volatile sig_atomic_t n_undo;
} self = { .name = "workload" };

size_t page_size;

/* --- how it ends --- */

static void cleanup(void)
{
	if (getpid() != self.owner)
		return;
	while (self.n_undo > 0) {
		const struct undo *u = &self.undo[--self.n_undo];

		u->run(u->path, u->value);
	}
}

static void on_signal(int sig)
{
	cleanup();
	_exit(128 + sig);
}

void at_cleanup(void (*run)(const char *path, const char *value), const char *path,
		const char *value)
{
	struct undo *u = &self.undo[self.n_undo];

	if (self.n_undo == MAX_UNDO)
		fail("too much to clean up");
	u->run = run;
	snprintf(u->path, sizeof(u->path), "%s", path);
	snprintf(u->value, sizeof(u->value), "%s", value ? value : "");
	self.n_undo++;
}

static void complain(const char *format, va_list args)
{
	fprintf(stderr, "%s: ", self.name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

/* A child must not run the parent's cleanup, nor flush its buffers. */
static void __attribute__((noreturn)) leave(int status)
{
	if (getpid() == self.owner)
		exit(status);
	_exit(status);
}

void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	leave(EXIT_SKIP);
}

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	leave(EXIT_FAILURE);
}

unsigned long positive_number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || !n)
		fail("not a number of anything: %s", text);
	return n;
}

static void catch_endings(void)
{
	static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
	struct sigaction action = { .sa_handler = on_signal };

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		sigaction(endings[i], &action, NULL);
	atexit(cleanup);
}

#define NUMA_POLICY_LOCAL 4

void workload_begin(const char *name)
{
	self.name = name;
	self.owner = getpid();
	page_size = sysconf(_SC_PAGESIZE);
	catch_endings();
	/* One page a fault, whatever the machine's THP settings are. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	/* Nor faults by NUMA balancing: it leaves alone who chose a policy. */
	syscall(SYS_set_mempolicy, NUMA_POLICY_LOCAL, NULL, 0);
	self.totals =
		mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (self.totals == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
}

/* --- the range --- */

void set_range(char *start, size_t len)
{
	self.start = start;
	self.end = start + len;
}

/*
 * The loader maps and unmaps files at the usual places before main(); a range
 * that took over such an address would own those faults, too.
 */
char *reserve_range(size_t len)
{
	size_t room = len + 2 * HUGE_ALIGN;
	char *p = mmap((void *)PLACE, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);

	if (p == MAP_FAILED)
		fail("cannot reserve %zu bytes of addresses: %s", room, strerror(errno));
	p += HUGE_ALIGN - (size_t)p % HUGE_ALIGN;
	set_range(p, len);
	return p;
}

char *map_range(size_t len, int prot, int flags, int fd)
{
	char *p = reserve_range(len);

	if (mmap(p, len, prot, flags | MAP_FIXED, fd, 0) == MAP_FAILED)
		skip("mmap: %s", strerror(errno));
	return p;
}

char *map_pages(size_t pages)
{
	return map_range(pages * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1);
}

static bool has_choice(const char *path, const char *choice)
{
	char value[64];

	return knob_read(path, value, sizeof(value)) && strstr(value, choice);
}

char *map_huge(size_t count, size_t *huge_size)
{
	long size = knob_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
	char *p;

	if (size <= 0 || (size_t)size > HUGE_ALIGN)
		skip("no transparent huge pages of up to 2 MiB");
	if (has_choice("/sys/kernel/mm/transparent_hugepage/enabled", "[never]"))
		skip("transparent huge pages are switched off");
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	*huge_size = size;
	p = map_range(count * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (madvise(p, count * size, MADV_HUGEPAGE))
		skip("MADV_HUGEPAGE: %s", strerror(errno));
	return p;
}

/* --- touching --- */

void touch_read(char *start, size_t count, size_t stride)
{
	for (size_t i = 0; i < count; i++)
		(void)*(volatile char *)(start + i * stride);
}

/* Every page gets other contents, none all zeroes: nothing to merge. */
void touch_write(char *start, size_t count, size_t stride)
{
	for (size_t i = 0; i < count; i++)
		*(volatile unsigned long *)(start + i * stride) = i + 1;
}

/* In memory or, of a file, in the page cache; asking does not fault. */
size_t resident_pages(char *start, size_t len)
{
	size_t pages = len / page_size, n = 0;
	unsigned char *resident = malloc(pages);

	if (!resident || mincore(start, len, resident))
		fail("mincore: %s", strerror(errno));
	for (size_t i = 0; i < pages; i++)
		n += resident[i] & 1;
	free(resident);
	return n;
}

void read_pagemap(char *start, size_t pages, uint64_t *entries)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	off_t at = (uintptr_t)start / page_size * sizeof(*entries);
	ssize_t size = pages * sizeof(*entries);

	if (fd < 0 || pread(fd, entries, size, at) != size)
		fail("/proc/self/pagemap: %s", strerror(errno));
	close(fd);
}

#define PAGE_SWAPPED (1ULL << 62)

size_t swapped_pages(char *start, size_t pages)
{
	size_t swapped = 0;

	for (size_t i = 0; i < pages; i++) {
		uint64_t entry;

		read_pagemap(start + i * page_size, 1, &entry);
		swapped += !!(entry & PAGE_SWAPPED);
	}
	return swapped;
}

static sigjmp_buf after_signal;
static volatile sig_atomic_t caught_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	caught_code = info->si_code;
	siglongjmp(after_signal, sig);
}

static int signal_of_touch(char *addr, bool write, int *si_code)
{
	int sig = sigsetjmp(after_signal, 1);

	if (!sig)
		(write ? touch_write : touch_read)(addr, 1, 0);
	*si_code = sig ? caught_code : 0;
	return sig;
}

/* --- the measured section --- */

/*
 * The program's own code and data, writable pages for writing: page by page,
 * because there may be holes between the segments.
 */
static void warm_image(void)
{
	extern char __executable_start[], _end[];
	char *p = __executable_start - (size_t)__executable_start % page_size;

	for (; p < _end; p += page_size) {
		if (!mlock(p, page_size))
			munlock(p, page_size);
	}
}

static void __attribute__((noinline)) warm_stack(void)
{
	volatile char below[STACK_WARM];

	for (size_t i = 0; i < sizeof(below); i += 4096)
		below[i] = 1;
}

/* Nothing but the workload itself is to fault from here to measure_end(). */
void measure_begin(struct measure *m)
{
	warm_image();
	warm_stack();
	__atomic_fetch_add(&self.totals->minor, 0, __ATOMIC_RELAXED);
	getrusage(RUSAGE_THREAD, &m->after);
	getrusage(RUSAGE_THREAD, &m->before);
}

static void add_faults(const struct measure *m)
{
	__atomic_fetch_add(&self.totals->minor, m->after.ru_minflt - m->before.ru_minflt,
			   __ATOMIC_RELAXED);
	__atomic_fetch_add(&self.totals->major, m->after.ru_majflt - m->before.ru_majflt,
			   __ATOMIC_RELAXED);
}

void measure_end(struct measure *m)
{
	getrusage(RUSAGE_THREAD, &m->after);
	add_faults(m);
}

void measured_others(int who, void (*body)(void))
{
	struct measure m;

	getrusage(who, &m.before);
	body();
	getrusage(who, &m.after);
	add_faults(&m);
}

void measured_read(char *start, size_t count, size_t stride)
{
	struct measure m;

	measure_begin(&m);
	touch_read(start, count, stride);
	measure_end(&m);
}

void measured_write(char *start, size_t count, size_t stride)
{
	struct measure m;

	measure_begin(&m);
	touch_write(start, count, stride);
	measure_end(&m);
}

/* A write to the zero page copies it, which is a fault of its own. */
bool maps_zero_page(void)
{
	struct rusage before, after;
	char *p = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap: %m");
	madvise(p, page_size, MADV_NOHUGEPAGE);
	touch_read(p, 1, page_size);
	getrusage(RUSAGE_THREAD, &before);
	touch_write(p, 1, page_size);
	getrusage(RUSAGE_THREAD, &after);
	munmap(p, page_size);
	return after.ru_minflt != before.ru_minflt;
}

void needs_zero_page(void)
{
	if (!maps_zero_page())
		skip("this kernel maps no zero page");
}

static void catch_faults(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	char *nothing = mmap(NULL, page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int code;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	/* Once elsewhere, so that all the code for it has been used. */
	if (signal_of_touch(nothing, true, &code) != SIGSEGV)
		fail("no signal at memory without access");
}

void measured_errors(char *start, size_t pages, bool write, int sig, int si_code)
{
	struct measure m;
	size_t bad = 0;
	int code;

	catch_faults();
	measure_begin(&m);
	for (size_t i = 0; i < pages; i++)
		bad += signal_of_touch(start + i * page_size, write, &code) != sig ||
		       code != si_code;
	measure_end(&m);
	if (bad)
		fail("%zu of %zu signals are not the expected one", bad, pages);
}

/* --- children --- */

void run_child(void (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		body();
		_exit(EXIT_SUCCESS);
	}
	self.totals->child = pid;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		fail("the child died");
	if (WEXITSTATUS(status))
		leave(WEXITSTATUS(status));
}

void report_child_pid(void)
{
	self.child_pid = true;
}

void report_no_pid(void)
{
	self.no_pid = true;
}

void report_resident(size_t pages)
{
	self.tells_resident = true;
	self.resident = pages;
}

/* --- the report --- */

void expect(struct expectation e)
{
	if (self.n_expected == MAX_EXPECTED)
		fail("too many expectations");
	self.expected[self.n_expected++] = e;
}

static void put_string(const char *s)
{
	if (!s) {
		fputs("null", stdout);
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == '"' || *s == '\\')
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void put_pair(const char *key, const char *value)
{
	printf(",\"%s\":", key);
	put_string(value);
}

static void put_expectation(const struct expectation *e)
{
	bool error = !strcmp(e->kind, "error");
	/* What never succeeded is neither major nor minor. */
	const char *usual_major = error ? "null" : "false";

	printf("{\"kind\":\"%s\"", e->kind);
	put_pair("cow_from", e->cow_from);
	put_pair("origin", e->origin ? e->origin : "user");
	put_pair("access", e->access ? e->access : "write");
	printf(",\"major\":%s", e->major ? e->major : usual_major);
	if (e->at_least)
		printf(",\"count\":null,\"count_min\":%lu", e->count);
	else
		printf(",\"count\":%lu", e->count);
	if (e->at_most)
		printf(",\"count_max\":%lu", e->at_most);
	if (e->order)
		printf(",\"order\":%d", e->order);
	if (e->name)
		put_pair("name", e->name);
	if (error)
		put_pair("signal", e->signal);
	if (e->signal)
		printf(",\"si_code\":%d", e->si_code);
	putchar('}');
}

/* Faults that end in an error are in nobody's rusage. */
static void check_totals(void)
{
	unsigned long seen = self.totals->minor + self.totals->major;
	unsigned long wanted = 0;
	bool at_least = false;

	for (size_t i = 0; i < self.n_expected; i++) {
		at_least |= self.expected[i].at_least;
		if (strcmp(self.expected[i].kind, "error"))
			wanted += self.expected[i].count;
	}
	if (at_least ? seen < wanted : seen != wanted)
		fail("rusage says %lu minor and %lu major faults, not %lu", self.totals->minor,
		     self.totals->major, wanted);
}

static void put_pid(void)
{
	if (self.no_pid)
		fputs("],\"pid\":null", stdout);
	else
		printf("],\"pid\":%d", self.child_pid ? self.totals->child : self.owner);
}

int report(const char *note)
{
	check_totals();
	printf("{\"workload\":\"%s\",\"expect\":[", self.name);
	for (size_t i = 0; i < self.n_expected; i++) {
		if (i)
			putchar(',');
		put_expectation(&self.expected[i]);
	}
	put_pid();
	printf(",\"start\":\"%p\",\"end\":\"%p\",\"minflt\":%lu,\"majflt\":%lu", self.start,
	       self.end, self.totals->minor, self.totals->major);
	if (self.tells_resident)
		printf(",\"resident\":%zu", self.resident);
	put_pair("note", note);
	puts("}");
	if (fflush(stdout) || ferror(stdout))
		fail("cannot write the report: %s", strerror(errno));
	return EXIT_SUCCESS;
}

/* --- files --- */

static void undo_file(const char *path, const char *value)
{
	(void)value;
	unlink(path);
}

static const char *temp_dir(void)
{
	const char *dir = getenv("FT_TMP");

	if (!dir || !*dir)
		dir = getenv("TMPDIR");
	return dir && *dir ? dir : "/var/tmp";
}

/* The path as /proc/PID/maps will show it. */
void temp_file(struct file *f)
{
	char dir[PATH_MAX];

	if (!realpath(temp_dir(), dir))
		skip("%s: %s", temp_dir(), strerror(errno));
	if (snprintf(f->path, sizeof(f->path), "%s/faulttrace-%s-XXXXXX", dir, self.name) >=
	    (int)sizeof(f->path))
		skip("%s: too long", dir);
	f->fd = mkostemp(f->path, O_CLOEXEC);
	if (f->fd < 0)
		skip("%s: %s", f->path, strerror(errno));
	at_cleanup(undo_file, f->path, NULL);
}

bool keeps_files_in_memory(const struct file *f)
{
	struct statfs fs;

	if (fstatfs(f->fd, &fs))
		fail("fstatfs: %s", strerror(errno));
	return fs.f_type == TMPFS_ID || fs.f_type == RAMFS_ID;
}

/* Read faults map what is cached around them: one touch per window, one fault. */
size_t file_window(void)
{
	long around = knob_number("/sys/kernel/debug/fault_around_bytes");
	size_t window = around > (long)WINDOW ? (size_t)around : WINDOW;

	return window > page_size ? window : page_size;
}

static const void *filled_page(void)
{
	static char page[64 * 1024]; /* the largest page there is */

	memset(page, 'f', page_size);
	return page;
}

static void write_page(const struct file *f, size_t at, const void *content)
{
	if (pwrite(f->fd, content, page_size, (off_t)at) != (ssize_t)page_size)
		skip("cannot write %s: %s", f->path, strerror(errno));
}

static void temp_file_on_disk(struct file *f)
{
	temp_file(f);
	if (keeps_files_in_memory(f))
		skip("%s is not on a disk", f->path);
}

void temp_file_whole(struct file *f, size_t pages)
{
	temp_file_on_disk(f);
	for (size_t i = 0; i < pages; i++)
		write_page(f, i * page_size, filled_page());
	if (fsync(f->fd))
		fail("%s: %s", f->path, strerror(errno));
}

void make_cold(const struct file *f, char *start, size_t len)
{
	for (int i = 0; i < COLD_TRIES; i++) {
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_DONTNEED);
		if (!resident_pages(start, len))
			return;
		sleep_ms(20);
	}
	skip("the file stays in the page cache");
}

/*
 * Written page by page with holes between: the page cache then has nothing
 * but single pages, and no large folio for one fault to map at once.
 */
void temp_file_windows(struct file *f, size_t windows, const void *content)
{
	temp_file_on_disk(f);
	for (size_t i = 0; i < windows; i++)
		write_page(f, i * file_window(), content ? content : filled_page());
	/* Whole windows; and no writeback that locks pages later. */
	if (ftruncate(f->fd, windows * file_window()) || fsync(f->fd))
		fail("%s: %s", f->path, strerror(errno));
}

/* --- the machine --- */

bool knob_read(const char *path, char *value, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, value, size - 1);
	close(fd);
	if (n < 0)
		return false;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return true;
}

long knob_number(const char *path)
{
	char value[64];

	return knob_read(path, value, sizeof(value)) ? atol(value) : -1;
}

bool knob_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, value, strlen(value)) >= 0;
	close(fd);
	return ok;
}

static void undo_knob(const char *path, const char *value)
{
	knob_write(path, value);
}

/* A setting is read as "always [madvise] never", and written as "madvise": keeps what can be written. */
static void keep_choice(char *value)
{
	char *open = strchr(value, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return;
	*close = '\0';
	memmove(value, open + 1, (size_t)(close - open));
}

bool knob_set(const char *path, const char *value)
{
	char old[64];

	if (!knob_read(path, old, sizeof(old)))
		return false;
	keep_choice(old);
	if (!strcmp(old, value))
		return true;
	at_cleanup(undo_knob, path, old);
	return knob_write(path, value);
}

void pin_cpu(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("cannot stay on CPU %d: %s", cpu, strerror(errno));
}

/*
 * A CPU keeps its newest pages in a batch, and the batch holds a reference to
 * each of them. Newer pages push them out; 31 is the largest batch.
 */
void drain_lru(void)
{
	size_t pages = 64;
	char *p = mmap(NULL, pages * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	touch_write(p, pages, page_size);
	munmap(p, pages * page_size);
}

void sleep_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

unsigned long long monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void keep_pace(unsigned long long begin_ns, unsigned long done, unsigned long a_second)
{
	while (done >= (monotonic_ns() - begin_ns) * a_second / 1000000000ULL)
		sleep_ms(1);
}
