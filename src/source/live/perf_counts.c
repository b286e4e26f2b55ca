/* SPDX-License-Identifier: GPL-2.0-only */
#include "perf_counts.h"

#include <errno.h>
#include <unistd.h>

#include "../../host/perf_event.h"
#include "../../host/task.h"

static int open_event(unsigned long long config, int tid, int cpu, bool inherit)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = config,
		.sample_period = 1,
		.inherit = inherit,
	};

	return perf_event__open(&attr, tid, cpu);
}

/* Both events for one thread, or for one CPU. */
static int open_pair(struct perf_counts *events, int tid, int cpu)
{
	static const unsigned long long configs[] = {
		PERF_COUNT_SW_PAGE_FAULTS_MIN,
		PERF_COUNT_SW_PAGE_FAULTS_MAJ,
	};
	const struct target *target = events->target;
	bool inherit = cpu < 0 && (target->kind != TARGET_TID || target->follow);

	for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); i++) {
		int fd = open_event(configs[i], tid, cpu, inherit);
		int err = fd < 0 ? fd : events->attach(events->ctx, fd);

		if (err)
			return err;
	}
	return 0;
}

static int open_thread(void *ctx, int tid)
{
	struct perf_counts *events = ctx;
	int err = open_pair(events, tid, -1);

	if (err)
		return err == -ESRCH ? 0 : err;
	events->nr_threads++;
	return 0;
}

int perf_counts__add_process(struct perf_counts *events, int pid)
{
	int err = task_each_thread(pid, open_thread, events);

	return err == -ESRCH ? 0 : err;
}

int perf_counts__add_cpu(struct perf_counts *events, int cpu)
{
	int err = open_pair(events, -1, cpu);

	return err == -ENODEV || err == -ENXIO ? 0 : err; /* offline */
}

static int open_cpus(struct perf_counts *events)
{
	long nr = sysconf(_SC_NPROCESSORS_CONF);
	int err = 0;

	for (int cpu = 0; !err && cpu < nr; cpu++)
		err = perf_counts__add_cpu(events, cpu);
	return err;
}

static int open_ids(struct perf_counts *events)
{
	const struct target *target = events->target;
	int err = 0;

	if (target->kind == TARGET_COMMAND)
		err = perf_counts__add_process(events, events->command_pid);
	for (size_t i = 0; !err && i < target->nr_ids; i++)
		err = target->kind == TARGET_TID ? open_thread(events, target->ids[i])
						 : perf_counts__add_process(events, target->ids[i]);
	return err ? err : events->nr_threads ? 0 : -ESRCH;
}

int perf_counts__open(struct perf_counts *events)
{
	return target__is_list(events->target) ? open_ids(events) : open_cpus(events);
}
