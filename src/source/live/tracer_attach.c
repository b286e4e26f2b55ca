/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches the programs, and begins to trace the threads that exist already. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../base/array.h"
#include "../../base/log.h"
#include "../../host/clock.h"
#include "../../host/cpus.h"
#include "perf_counts.h"
#include "targets.h"
#include "tracer_parts.h"

static int keep_link(struct tracer *t, struct bpf_link *link)
{
	struct bpf_link **links;

	if (!link)
		return -errno;
	links = array_reserve(t->links, t->nr_links, &t->links_size, sizeof(*links));
	if (!links) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	t->links = links;
	t->links[t->nr_links++] = link;
	return 0;
}

static int attach_program(struct tracer *t, struct bpf_program *program)
{
	int err;

	if (!bpf_program__autoload(program))
		return 0;
	err = keep_link(t, bpf_program__attach(program));
	if (err)
		log_error("cannot attach %s: %s", bpf_program__name(program), strerror(-err));
	return err;
}

/* Attaches to a perf software event that perf_counts.c opened. */
static int attach_sw_event(void *ctx, int fd)
{
	struct tracer *t = ctx;
	struct bpf_link *link = bpf_program__attach_perf_event(t->skel->progs.fault_accounted, fd);

	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	return keep_link(t, link);
}

static struct perf_counts perf_counts_of(struct tracer *t)
{
	return (struct perf_counts) {
		.target = t->opts.target,
		.command_pid = t->command_pid,
		.attach = attach_sw_event,
		.ctx = t,
	};
}

static int complain_about_sw_events(int err)
{
	log_error("cannot open the perf events: %s", strerror(-err));
	if (err == -EMFILE)
		log_hint("two file descriptors a thread are needed: raise ulimit -n");
	return err;
}

static int attach_sw_events(struct tracer *t)
{
	struct perf_counts events = perf_counts_of(t);
	int err;

	/* Opened first: a CPU that comes online meanwhile gets events twice, which does no harm. */
	if (!target__is_list(t->opts.target))
		t->cpu_watch = cpu_watch__open();
	err = perf_counts__open(&events);
	return !err || err == -ESRCH ? err : complain_about_sw_events(err);
}

void tracer__attach_to_new_cpus(struct tracer *t)
{
	struct perf_counts events = perf_counts_of(t);
	int cpu, err;

	while (t->cpu_watch >= 0 && (cpu = cpu_watch__next(t->cpu_watch)) >= 0) {
		err = perf_counts__add_cpu(&events, cpu);
		if (err)
			complain_about_sw_events(err);
		else
			log_info("CPU %d is online, and traced", cpu);
	}
}

int tracer__iterate(struct bpf_program *program)
{
	char ignored[64];
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	while (fd >= 0 && read(fd, ignored, sizeof(ignored)) > 0)
		;
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return fd < 0 ? fd : 0;
}

/* Begins to trace the existing threads of chosen processes. */
static int adopt(void *ctx)
{
	struct tracer *t = ctx;
	int err = tracer__iterate(t->skel->progs.adopt);

	if (err)
		log_error("cannot look through the tasks: %s", strerror(-err));
	return err;
}

/* Chooses one more process. 1; 0 if it was chosen before; or -errno after saying why. */
static int choose(void *ctx, int pid)
{
	struct tracer *t = ctx;
	struct perf_counts events = perf_counts_of(t);
	unsigned char one = 1;
	int err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.chosen), &pid, &one, BPF_NOEXIST);

	if (err == -EEXIST)
		return 0;
	if (err == -E2BIG) {
		log_error("cannot trace more than %d child processes", FOLLOWED_MAX);
		log_hint("-c traces all processes of a cgroup");
	} else if (err) {
		log_error("cannot trace child process %d: %s", pid, strerror(-err));
	}
	if (err)
		return err;
	if (t->plan->sw_events)
		err = perf_counts__add_process(&events, pid);
	return err ? complain_about_sw_events(err) : 1;
}

int tracer__attach(struct tracer *t)
{
	struct bpf_program *program;
	int err = 0;

	/* Ends are attached before begins: a fault that is seen to begin is then seen to end. */
	if (t->plan->sw_events)
		err = attach_sw_events(t);
	if (err)
		return err;
	bpf_object__for_each_program(program, t->skel->obj) {
		err = tracer__is_to_be_attached(t, program) ? attach_program(t, program) : 0;
		if (err)
			return err;
	}
	t->skel->bss->attached_ns = clock_ns(CLOCK_MONOTONIC);
	if (t->opts.verbose)
		t->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	err = adopt(t);
	return err ? err : targets__follow(t->opts.target, choose, adopt, t);
}

void tracer__detach(struct tracer *t)
{
	for (size_t i = 0; i < t->nr_links; i++)
		bpf_link__destroy(t->links[i]);
	free(t->links);
	t->links = NULL;
	t->nr_links = t->links_size = 0;
}
