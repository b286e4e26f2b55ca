/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread holds mmap_lock for writing almost all the time: it changes the protection
 * of a large populated range, again and again. Another has the kernel write to
 * 101 fresh pages: such faults take mmap_lock on every kernel. With -w these pages are
 * registered with a userfaultfd for write protection, which they do not have: no handler
 * is asked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "uffd.h"
#include "workload.h"

#define PAGES	    101
#define HELD_BYTES  ((size_t)64 << 20)
#define WARM_ROUNDS 3

static atomic_ulong rounds;
static atomic_bool stop;

/* On one CPU the two would hardly ever meet: who is woken comes between two system calls. */
static void use_other_cpus(int cpu)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		fail("sched_getaffinity: %s", strerror(errno));
	CPU_CLR(cpu, &cpus);
	if (!CPU_COUNT(&cpus) || sched_setaffinity(0, sizeof(cpus), &cpus))
		skip("only one CPU");
}

static void *hold(void *range)
{
	int prot = PROT_READ;

	while (!atomic_load(&stop)) {
		if (mprotect(range, HELD_BYTES, prot))
			fail("mprotect: %s", strerror(errno));
		prot ^= PROT_WRITE;
		atomic_fetch_add(&rounds, 1);
	}
	return NULL;
}

/*
 * Until the other has come back for the lock, which it has not while it waits for a CPU:
 * having ended a round it is running, and about to begin the next. An emulator that runs
 * one processor at a time takes the instruction as a hint to go on with another.
 */
static void wait_for_round(void)
{
	unsigned long seen = atomic_load(&rounds);

	while (atomic_load(&rounds) == seen) {
#if defined(__x86_64__)
		__builtin_ia32_pause();
#endif
	}
}

static void register_for_write_protection(char *start)
{
	struct uffd u = { .fd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP) };

	uffd_start(&u, start, PAGES * page_size, UFFDIO_REGISTER_MODE_WP);
}

int main(int argc, char **argv)
{
	struct measure m;
	pthread_t id;
	char *p, *held;
	cpu_set_t only;
	int fd, cpu;

	workload_begin("lock_wait");
	held = mmap(NULL, HELD_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (held == MAP_FAILED)
		skip("cannot map %zu bytes: %s", HELD_BYTES, strerror(errno));
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("/dev/zero: %s", strerror(errno));
	p = map_pages(PAGES);
	if (argc > 1 && !strcmp(argv[1], "-w"))
		register_for_write_protection(p);
	cpu = sched_getcpu();
	use_other_cpus(cpu);
	if (pthread_create(&id, NULL, hold, held))
		fail("cannot start a thread");
	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	if (sched_setaffinity(0, sizeof(only), &only))
		fail("sched_setaffinity: %s", strerror(errno));
	while (atomic_load(&rounds) < WARM_ROUNDS)
		sleep_ms(1);
	measure_begin(&m);
	for (size_t i = 0; i < PAGES; i++) {
		wait_for_round();
		if (read(fd, p + i * page_size, 1) != 1)
			fail("read: %s", strerror(errno));
	}
	measure_end(&m);
	atomic_store(&stop, true);
	pthread_join(id, NULL);
	expect((struct expectation) { .kind = "anon", .origin = "kernel", .count = PAGES });
	return report("while another thread holds mmap_lock");
}
