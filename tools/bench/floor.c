// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches empty programs at the hooks of a plan, says "attached", and stays
 * until a signal: the least that any tracer of that plan can cost.
 *
 *   floor [-b | -e | -c] PLAN PID
 *
 * -b: only where a fault begins; -e: only where it ends; -c: both, reading the clock, as
 * any tracer must that tells how long a fault took.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floor.skel.h"

struct floor {
	struct floor_bpf *skel;
	bool begins;
	bool ends;
	bool reads_clock;
	const char *plan;
	int pid;
};

static const struct {
	const char *plan;
	const char *program;
	bool begin;
} hooks[] = {
	{ "perf", "begin_user", true },	      { "perf", "begin_kernel", true },
	{ "perf", "end_perf", false },	      { "memcg", "begin_user", true },
	{ "memcg", "begin_kernel", true },    { "memcg", "end_memcg", false },
	{ "memcg", "switch_memcg", false },   { "fentry", "begin_user", true },
	{ "fentry", "begin_kernel", true },   { "fentry", "begin_fentry", true },
	{ "fentry", "end_fexit", false },     { "kprobe", "begin_user", true },
	{ "kprobe", "begin_kernel", true },   { "kprobe", "begin_kprobe", true },
	{ "kprobe", "end_kretprobe", false },
};

#define NR_HOOKS (sizeof(hooks) / sizeof(*hooks))

static bool wanted(const struct floor *f, size_t i)
{
	return !strcmp(hooks[i].plan, f->plan) && (hooks[i].begin ? f->begins : f->ends);
}

static struct bpf_program *program(const struct floor *f, size_t i)
{
	return bpf_object__find_program_by_name(f->skel->obj, hooks[i].program);
}

static void load(struct floor *f)
{
	f->skel = floor_bpf__open();
	if (!f->skel)
		err(1, "cannot open the programs");
	f->skel->rodata->reads_clock = f->reads_clock;
	for (size_t i = 0; i < NR_HOOKS; i++)
		if (wanted(f, i))
			bpf_program__set_autoload(program(f, i), true);
	if (floor_bpf__load(f->skel))
		err(1, "cannot load the programs");
}

/* As faulttrace does: on the threads, inherited by those to come. */
static void attach_sw_event(struct floor *f, unsigned long long config, int tid)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = config,
		.sample_period = 1,
		.inherit = true,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		err(1, "perf_event_open");
	if (!bpf_program__attach_perf_event(f->skel->progs.end_perf, fd))
		err(1, "cannot attach to a perf event");
}

static void attach_sw_events(struct floor *f)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", f->pid);
	dir = opendir(path);
	if (!dir)
		err(1, "%s", path);
	while ((entry = readdir(dir))) {
		int tid = atoi(entry->d_name);

		if (!tid)
			continue;
		attach_sw_event(f, PERF_COUNT_SW_PAGE_FAULTS_MIN, tid);
		attach_sw_event(f, PERF_COUNT_SW_PAGE_FAULTS_MAJ, tid);
	}
	closedir(dir);
}

static void attach(struct floor *f)
{
	for (size_t i = 0; i < NR_HOOKS; i++) {
		if (!wanted(f, i))
			continue;
		if (program(f, i) == f->skel->progs.end_perf)
			attach_sw_events(f);
		else if (!bpf_program__attach(program(f, i)))
			err(1, "cannot attach %s", hooks[i].program);
	}
}

int main(int argc, char **argv)
{
	struct floor f = { .begins = true, .ends = true };
	int c;

	while ((c = getopt(argc, argv, "bec")) != -1) {
		if (c == '?')
			return 2;
		f.begins = c != 'e';
		f.ends = c != 'b';
		f.reads_clock = c == 'c';
	}
	if (argc - optind != 2)
		errx(2, "usage: floor [-b | -e | -c] PLAN PID");
	f.plan = argv[optind];
	f.pid = atoi(argv[optind + 1]);
	load(&f);
	attach(&f);
	/* Ignored where a script starts us in the background. */
	signal(SIGINT, SIG_DFL);
	printf("attached\n");
	fflush(stdout);
	poll(NULL, 0, -1);
	return 0;
}
