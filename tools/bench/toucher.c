// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes page faults on command and tells what each cost the faulting thread.
 *
 *   toucher [-t THREADS | -p PROCESSES] [-m MAPPINGS] [-f FILE]
 *
 * Reads lines "MODE WORKERS FAULTS" and answers each with a line "NS MEAN FAULTS
 * KEPT": nanoseconds per fault, the mean of the middle half of the timed chunks and
 * the mean of all, the faults taken, and the percentage of them in chunks that nobody
 * interrupted. One process serves a whole run, so that what is compared is the
 * same memory on the same CPUs, with a tracer attached and without.
 *
 *   anon  first touch of anonymous memory
 *   file  read of a cached page of a file, one in each fault-around window
 *   cow   write to a page shared with a forked child
 *   hop   first touch of anonymous memory, each in another mapping than the last
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PASS_PAGES   ((size_t)16384) /* touched, then given back */
#define HOP_PAGES    ((size_t)65536)
#define HOP_STEP     ((size_t)40503) /* odd; HOP_PAGES / golden ratio */
#define WINDOW	     ((size_t)65536) /* the kernel's fault_around_bytes */
#define FILE_BYTES   ((size_t)64 << 20)
#define CHUNK_FAULTS ((size_t)64) /* timed at once */
#define MAX_CHUNKS   ((size_t)1 << 18)
#define WORKER_STACK ((size_t)65536)

struct tally {
	uint64_t ns;
	uint64_t faults;
};

struct worker {
	sem_t go;
	char mode;
	size_t faults; /* to take */
	struct tally all;
	uint64_t kept;		/* in chunks in which nobody else ran */
	unsigned int disturbed; /* chunks to set aside, still */
	char *shared;		/* pages for cow; this worker's own */
};

/* Where to touch: base + stride * (0, step, 2 * step, .. modulo nr). */
struct walk {
	char *base;
	size_t stride;
	size_t nr;
	size_t step;
	bool write;
};

static size_t page_size;
static const char *file_path;
static char *hop_area;

/* Shared with forked workers. */
static struct shared {
	sem_t done;
	size_t nr_chunks;
	float chunks[MAX_CHUNKS]; /* ns per fault, of those kept */
	struct worker workers[];
} * shared;

static char *map(size_t size, int prot, int flags, int fd)
{
	char *area = mmap(NULL, size, prot, flags, fd, 0);

	if (area == MAP_FAILED)
		err(1, "mmap");
	madvise(area, size, MADV_NOHUGEPAGE);
	return area;
}

static char *map_anon(size_t pages)
{
	return map(pages * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct rusage usage(void)
{
	struct rusage u;

	getrusage(RUSAGE_THREAD, &u);
	return u;
}

/*
 * The clock is the wall's: interrupts that a tracer causes are part of its cost.
 * Other work on the CPU is not, so chunks with a context switch are set aside,
 * and the next ones, which find the caches cold.
 */
static void account(struct worker *w, uint64_t ns, const struct rusage *a, const struct rusage *b)
{
	uint64_t faults = (uint64_t)(b->ru_minflt - a->ru_minflt + b->ru_majflt - a->ru_majflt);
	size_t slot;

	w->all.ns += ns;
	w->all.faults += faults;
	if (a->ru_nivcsw != b->ru_nivcsw || a->ru_nvcsw != b->ru_nvcsw)
		w->disturbed = 3;
	if (w->disturbed) {
		w->disturbed--;
		return;
	}
	if (!faults)
		return;
	w->kept += faults;
	slot = __atomic_fetch_add(&shared->nr_chunks, 1, __ATOMIC_RELAXED);
	if (slot < MAX_CHUNKS)
		shared->chunks[slot] = (float)ns / (float)faults;
}

static void touch_chunk(const struct walk *walk, size_t *at, size_t nr)
{
	for (; nr; nr--) {
		volatile char *byte = walk->base + *at * walk->stride;

		if (walk->write)
			*byte = 1;
		else
			(void)*byte;
		*at += walk->step;
		if (*at >= walk->nr)
			*at -= walk->nr;
	}
}

static void touch(struct worker *w, const struct walk *walk, size_t nr)
{
	size_t at = 0, chunk;

	for (; nr; nr -= chunk) {
		struct rusage before = usage(), after;
		uint64_t start, ns;

		chunk = nr < CHUNK_FAULTS ? nr : CHUNK_FAULTS;
		start = now();
		touch_chunk(walk, &at, chunk);
		ns = now() - start;
		after = usage();
		account(w, ns, &before, &after);
	}
}

static void take_anon(struct worker *w, size_t nr)
{
	struct walk walk = { map_anon(nr), page_size, nr, 1, true };

	touch(w, &walk, nr);
	munmap(walk.base, nr * page_size);
}

static void take_file(struct worker *w, size_t nr)
{
	int fd = open(file_path, O_RDONLY | O_CLOEXEC);
	struct walk walk = { NULL, WINDOW, nr, 1, false };

	if (fd < 0)
		err(1, "%s", file_path);
	walk.base = map(nr * WINDOW, PROT_READ, MAP_SHARED, fd);
	close(fd);
	touch(w, &walk, nr);
	munmap(walk.base, nr * WINDOW);
}

/* A child that holds on to all pages of its parent until it is killed. */
static pid_t fork_holder(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static void take_cow(struct worker *w, size_t nr)
{
	struct walk walk = { NULL, page_size, nr, 1, true };
	pid_t holder;

	if (!w->shared) {
		w->shared = map_anon(PASS_PAGES);
		memset(w->shared, 1, PASS_PAGES * page_size);
	}
	walk.base = w->shared;
	holder = fork_holder();
	touch(w, &walk, nr);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
}

static void take_hop(struct worker *w, size_t nr)
{
	struct walk walk = { hop_area, page_size, HOP_PAGES, HOP_STEP, true };

	touch(w, &walk, nr);
	madvise(hop_area, HOP_PAGES * page_size, MADV_DONTNEED);
}

static const struct mode {
	const char *name;
	void (*take)(struct worker *w, size_t nr);
	size_t pass; /* most faults at once */
} modes[] = {
	{ "anon", take_anon, PASS_PAGES },
	{ "file", take_file, FILE_BYTES / WINDOW },
	{ "cow", take_cow, PASS_PAGES },
	{ "hop", take_hop, HOP_PAGES },
};

#define NR_MODES (sizeof(modes) / sizeof(*modes))

static void work(struct worker *w)
{
	const struct mode *mode = &modes[(size_t)w->mode];
	size_t left = w->faults, nr;

	memset(&w->all, 0, sizeof(w->all));
	w->kept = 0;
	for (; left; left -= nr) {
		nr = left < mode->pass ? left : mode->pass;
		mode->take(w, nr);
	}
}

/* One CPU for each worker, for as long as there are enough. */
static void pin(size_t nr)
{
	cpu_set_t allowed, one;
	size_t skip;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	skip = nr % (size_t)CPU_COUNT(&allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || skip--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
}

static void *serve(void *arg)
{
	struct worker *w = arg;

	pin((size_t)(w - shared->workers));
	for (;;) {
		while (sem_wait(&w->go))
			;
		work(w);
		sem_post(&shared->done);
	}
	return NULL;
}

static void start_thread(struct worker *w)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, WORKER_STACK);
	if (pthread_create(&thread, &attr, serve, w))
		errx(1, "cannot start a thread");
	pthread_attr_destroy(&attr);
}

static void start_process(struct worker *w)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	serve(w);
}

static void start_workers(size_t nr, bool processes)
{
	size_t size = sizeof(*shared) + nr * sizeof(*shared->workers);

	shared = (void *)map(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	memset(shared, 0, size);
	sem_init(&shared->done, 1, 0);
	for (size_t i = 0; i < nr; i++) {
		sem_init(&shared->workers[i].go, 1, 0);
		if (processes)
			start_process(&shared->workers[i]);
		else
			start_thread(&shared->workers[i]);
	}
}

/* Threads work all at once; processes one after the other, as nobody waits on a machine. */
static void run(char mode, size_t nr, size_t faults, bool processes)
{
	shared->nr_chunks = 0;
	for (size_t i = 0; i < nr; i++) {
		struct worker *w = &shared->workers[i];

		w->mode = mode;
		w->faults = faults / nr;
		sem_post(&w->go);
		if (processes)
			sem_wait(&shared->done);
	}
	for (size_t i = 0; i < nr && !processes; i++)
		sem_wait(&shared->done);
}

static int compare(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The mean of the middle half: neither a stray interrupt nor a lucky moment counts. */
static double middle(float *values, size_t nr)
{
	size_t from = nr / 4, to = nr - nr / 4;
	double sum = 0;

	qsort(values, nr, sizeof(*values), compare);
	for (size_t i = from; i < to; i++)
		sum += (double)values[i];
	return sum / (double)(to - from);
}

static void answer(size_t nr)
{
	size_t nr_chunks = shared->nr_chunks < MAX_CHUNKS ? shared->nr_chunks : MAX_CHUNKS;
	struct tally all = { 0 };
	uint64_t kept = 0;
	double mean;

	for (size_t i = 0; i < nr; i++) {
		all.ns += shared->workers[i].all.ns;
		all.faults += shared->workers[i].all.faults;
		kept += shared->workers[i].kept;
	}
	if (!all.faults)
		errx(1, "no faults were taken");
	mean = (double)all.ns / (double)all.faults;
	printf("%.1f %.1f %llu %llu\n", nr_chunks ? middle(shared->chunks, nr_chunks) : mean, mean,
	       (unsigned long long)all.faults, (unsigned long long)(100 * kept / all.faults));
	fflush(stdout);
}

/*
 * Page by page: the pages of a large folio are mapped at once, and how large they
 * get is the file system's secret.
 */
static void cache_file(void)
{
	int fd = open(file_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *pages;

	if (fd < 0 || ftruncate(fd, (off_t)FILE_BYTES))
		err(1, "%s", file_path);
	pages = map(FILE_BYTES, PROT_READ, MAP_SHARED, fd);
	madvise(pages, FILE_BYTES, MADV_RANDOM);
	for (size_t at = 0; at < FILE_BYTES; at += page_size)
		(void)*(volatile char *)(pages + at);
	munmap(pages, FILE_BYTES);
	close(fd);
}

/* One area, made into so many mappings: a flag of every second one differs. */
static void split_hop_area(size_t mappings)
{
	hop_area = map_anon(HOP_PAGES);
	for (size_t i = 1; i < mappings; i += 2) {
		size_t start = i * HOP_PAGES / mappings, end = (i + 1) * HOP_PAGES / mappings;

		if (madvise(hop_area + start * page_size, (end - start) * page_size, MADV_DONTDUMP))
			err(1, "cannot make %zu mappings (vm.max_map_count)", mappings);
	}
}

static void command(const char *line, size_t nr_workers, bool processes)
{
	size_t nr, faults;
	char name[8];

	if (sscanf(line, "%7s %zu %zu", name, &nr, &faults) != 3 || !nr || nr > nr_workers)
		errx(1, "cannot do: %s", line);
	for (size_t i = 0; i < NR_MODES; i++) {
		if (strcmp(modes[i].name, name))
			continue;
		run((char)i, nr, faults, processes);
		answer(nr);
		return;
	}
	errx(1, "no such mode: %s", name);
}

int main(int argc, char **argv)
{
	size_t nr_workers = 1, mappings = 1;
	bool processes = false;
	char line[80];
	int c;

	while ((c = getopt(argc, argv, "t:p:m:f:")) != -1) {
		if (c == 't' || c == 'p')
			nr_workers = strtoul(optarg, NULL, 10);
		else if (c == 'm')
			mappings = strtoul(optarg, NULL, 10);
		else if (c == 'f')
			file_path = optarg;
		else
			return 2;
		processes = processes || c == 'p';
	}
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (file_path)
		cache_file();
	start_workers(nr_workers, processes);
	split_hop_area(mappings);
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		command(line, nr_workers, processes);
	return 0;
}
