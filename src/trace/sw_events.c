/* SPDX-License-Identifier: GPL-2.0-only */
#include "sw_events.h"

#include <errno.h>
#include <unistd.h>

#include "../host/perf_event.h"
#include "../host/task.h"

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
static int open_pair(struct sw_events *events, int tid, int cpu)
{
	static const unsigned long long configs[] = {
		PERF_COUNT_SW_PAGE_FAULTS_MIN,
		PERF_COUNT_SW_PAGE_FAULTS_MAJ,
	};
	const struct options *opts = events->opts;
	bool inherit = cpu < 0 && (opts->target != TARGET_TID || opts->follow);

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
	struct sw_events *events = ctx;
	int err = open_pair(events, tid, -1);

	if (err)
		return err == -ESRCH ? 0 : err;
	events->nr_threads++;
	return 0;
}

int sw_events__add_process(struct sw_events *events, int pid)
{
	int err = task_each_thread(pid, open_thread, events);

	return err == -ESRCH ? 0 : err;
}

int sw_events__add_cpu(struct sw_events *events, int cpu)
{
	int err = open_pair(events, -1, cpu);

	return err == -ENODEV || err == -ENXIO ? 0 : err; /* offline */
}

static int open_cpus(struct sw_events *events)
{
	long nr = sysconf(_SC_NPROCESSORS_CONF);
	int err = 0;

	for (int cpu = 0; !err && cpu < nr; cpu++)
		err = sw_events__add_cpu(events, cpu);
	return err;
}

static int open_ids(struct sw_events *events)
{
	const struct options *opts = events->opts;
	int err = 0;

	if (opts->target == TARGET_COMMAND)
		err = sw_events__add_process(events, events->command_pid);
	for (size_t i = 0; !err && i < opts->nr_ids; i++)
		err = opts->target == TARGET_TID ? open_thread(events, opts->ids[i])
						 : sw_events__add_process(events, opts->ids[i]);
	return err ? err : events->nr_threads ? 0 : -ESRCH;
}

bool sw_events__are_on_cpus(const struct options *opts)
{
	return opts->target == TARGET_ALL || opts->target == TARGET_CGROUP;
}

int sw_events__open(struct sw_events *events)
{
	return sw_events__are_on_cpus(events->opts) ? open_cpus(events) : open_ids(events);
}
