/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HOST_PERF_EVENT_H
#define HOST_PERF_EVENT_H

#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Opens an event; tid -1: any thread; cpu -1: any CPU. A file descriptor, or -errno. */
static inline int perf_event__open(struct perf_event_attr *attr, int tid, int cpu)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

#endif /* HOST_PERF_EVENT_H */
