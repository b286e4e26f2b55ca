/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything at once: threads that take random steps, the same for the same seed. Some steps
 * say which faults they took in a range of their own; the others disturb them.
 *
 * torture [-s SEED] [-n STEPS] [-t THREADS] [-u] [-x] [-c FILE] [STEP]
 *
 * -u: with programs that are setuid or cannot be read, run by nobody. -x: also steps that disturb the
 * whole machine, or whose account is not known to hold everywhere. -c: with processes that are
 * limited by the cgroup of which FILE is cgroup.procs. STEP: that one only.
 */
#define _GNU_SOURCE
#include <sys/stat.h>

#include "torture_accounted.h"
#include "torture_memory.h"

#define THREADS_MAX 64
#define STEPS_MAX   1000

struct step {
	const char *name;
	void (*run)(struct torturer *t);
	unsigned int weight; /* with ROUGH: only taken with -x, or by name */
};

#define ROUGH 0x100u

static const struct step steps[] = {
	{ "anon", touch_anon, 6 },
	{ "zero", touch_zero, 4 },
	{ "cow_child", cow_of_child, 6 },
	{ "cow_file", cow_of_file, 5 },
	{ "file_mkwrite", read_then_write_file, 3 },
	{ "file_shared", write_shared_file, 3 },
	{ "memfd", write_memfd, 5 },
	{ "read_only", write_read_only, 4 },
	{ "read_pipe", read_pipe, 5 },
	{ "read_file", read_file, 5 },
	{ "mlock", lock_memory, 4 },
	{ "populate", populate, 3 },
	{ "mremap", move_half_touched, 4 },
	{ "mremap_leave", move_and_leave, ROUGH | 3 },
	{ "dontneed", drop_and_touch, ROUGH | 4 },
	{ "uffd", ask_userfaultfd, 4 },
	{ "spawn", spawn_nothing, 4 },
	{ "vfork", vfork_nothing, 3 },
	{ "exec_by_thread", exec_by_thread, 2 },
	{ "stack", grow_stack, 2 },
	{ "workload", run_workload, 3 },
	{ "setuid", exec_setuid, 3 },
	{ "threads", make_threads, 5 },
	{ "alarms", storm_of_alarms, 2 },
	{ "stop", stop_and_go, 2 },
	{ "drop_written", drop_while_written, 2 },
	{ "drop_read", drop_while_read, 2 },
	{ "collapse", collapse_while_written, 2 },
	{ "pageout", page_out_while_written, 2 },
	{ "mprotect", protect_while_written, 2 },
	{ "ksm", merge_pages, 1 },
	{ "swap_in", swap_in, ROUGH | 4 },
	{ "limited", exceed_limit, ROUGH | 2 },
	{ "cool", cool_while_written, ROUGH | 2 },
	{ "split", split_while_written, ROUGH | 2 },
	{ "migrate", move_while_written, ROUGH | 2 },
	{ "soft_dirty", soft_dirty_while_written, ROUGH | 2 },
	{ "end", end_while_faulting, ROUGH | 4 },
	{ "foreign", touched_by_child, 3 },
	{ "proc_mem", write_own_memory, 3 },
	{ "direct", read_directly, 3 },
};

#define N_STEPS (sizeof(steps) / sizeof(*steps))

static uint64_t seed = 1;
static unsigned long n_steps = 100, n_threads = 4;
static const char *only;
static bool takes_rough;

static unsigned int weight_of(const struct step *step)
{
	return step->weight & ROUGH && !takes_rough ? 0 : step->weight & ~ROUGH;
}

static const struct step *choose_step(struct torturer *t)
{
	size_t total = 0, drawn;

	for (size_t i = 0; i < N_STEPS; i++)
		total += weight_of(&steps[i]);
	drawn = draw(t, total);
	for (size_t i = 0; i < N_STEPS; i++) {
		if (only ? !strcmp(only, steps[i].name) : drawn <= weight_of(&steps[i]))
			return &steps[i];
		drawn -= weight_of(&steps[i]);
	}
	fail("no step is called %s", only);
}

/* Of the first file only single pages are in memory, so far apart that a read maps one of them. */
static void make_files(struct torturer *t)
{
	struct file windows, pages, large;

	temp_file_windows(&windows, WINDOWS_MAX, NULL);
	temp_file_whole(&pages, PAGES_MAX);
	temp_file(&large);
	unlink(windows.path);
	unlink(pages.path);
	unlink(large.path);
	t->file = windows.fd;
	t->pages_file = pages.fd;
	t->large_file = large.fd;
}

static void use_alternate_stack(void)
{
	stack_t stack = { .ss_size = 64 << 10 };

	stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
		fail("sigaltstack: %s", strerror(errno));
}

static void *take_steps(void *arg)
{
	struct torturer *t = arg;

	this_torturer = t;
	use_alternate_stack();
	for (t->number = 0; t->number < n_steps; t->number++) {
		const struct step *step = choose_step(t);

		t->name = step->name;
		t->slot = (char *)SLOTS + (t->id * n_steps + t->number) * SLOT_BYTES;
		step->run(t);
	}
	return NULL;
}

static void torture(void)
{
	static struct torturer torturers[THREADS_MAX];

	for (unsigned int i = 0; i < n_threads; i++) {
		torturers[i].id = i;
		torturers[i].random = seed * THREADS_MAX + i;
		make_files(&torturers[i]);
	}
	for (unsigned int i = 0; i < n_threads; i++) {
		if (pthread_create(&torturers[i].thread, NULL, take_steps, &torturers[i]))
			fail("cannot start a thread");
	}
	for (unsigned int i = 0; i < n_threads; i++)
		pthread_join(torturers[i].thread, NULL);
}

/* --- this program as another one --- */

static void *exec_nothing(void *path)
{
	execl(path, path, ON_OWN_LEGS, "nothing", NULL);
	fail("%s: %s", (char *)path, strerror(errno));
}

static void exec_as_other_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_nothing, own_path))
		fail("cannot start a thread");
	pause();
}

static void __attribute__((noinline)) use_stack(size_t pages)
{
	volatile char page[4096];

	page[0] = 1;
	if (pages)
		use_stack(pages - page[0]);
	page[1] = page[0];
}

static int do_one_thing(const char *what)
{
	if (!strcmp(what, "exec"))
		exec_as_other_thread();
	if (!strcmp(what, "stack"))
		use_stack(100);
	return EXIT_SUCCESS;
}

/* --- the options --- */

static unsigned long number(const char *text, unsigned long most)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (*end || n > most)
		fail("not a number up to %lu: %s", most, text);
	return n;
}

/* For a user who is nobody; it goes when this process ends. */
static void copy_self(char *path, mode_t mode)
{
	char bytes[65536];
	struct file copy;
	ssize_t n;
	int from = open(own_path, O_RDONLY | O_CLOEXEC);

	temp_file(&copy);
	while ((n = read(from, bytes, sizeof(bytes))) > 0) {
		if (write(copy.fd, bytes, n) != n)
			fail("%s: %s", copy.path, strerror(errno));
	}
	if (from < 0 || n < 0 || fchmod(copy.fd, mode))
		fail("cannot copy this program: %s", strerror(errno));
	close(from);
	close(copy.fd);
	strcpy(path, copy.path);
}

static void parse(int argc, char **argv)
{
	for (int option; (option = getopt(argc, argv, "s:n:t:uxc:")) != -1;) {
		if (option == 's')
			seed = number(optarg, ULONG_MAX);
		else if (option == 'n')
			n_steps = number(optarg, STEPS_MAX);
		else if (option == 't')
			n_threads = number(optarg, THREADS_MAX);
		else if (option == 'c')
			limited_procs = optarg;
		else if (option == 'x')
			takes_rough = true;
		else if (option == 'u') {
			copy_self(setuid_path, 04711);
			copy_self(unreadable_path, 0711);
		} else {
			fail("usage: torture [-s SEED] [-n STEPS] [-t THREADS] [-u] [-x] [-c FILE] [STEP]");
		}
	}
	only = argv[optind];
}

int main(int argc, char **argv)
{
	if (readlink("/proc/self/exe", own_path, sizeof(own_path) - 1) < 0)
		return EXIT_FAILURE;
	if (argc == 3 && !strcmp(argv[1], ON_OWN_LEGS))
		return do_one_thing(argv[2]);
	workload_begin("torture");
	parse(argc, argv);
	/* Huge pages are allowed here: a step that wants small ones uses MADV_NOHUGEPAGE. */
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	no_zero_page = !maps_zero_page();
	no_uffd = !can_uffd();
	catch_errors();
	catch_alarms();
	torture();
	printf("{\"torture\":\"end\",\"seed\":%lu,\"steps\":%lu,\"threads\":%lu}\n", seed, n_steps,
	       n_threads);
	return EXIT_SUCCESS;
}
