/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does the tracepoint count_memcg_events report each fault? The kernel has the tracepoint even
 * where memory cgroups are disabled (cgroup_disable=memory): so the probe takes a fault itself.
 */
#ifndef SOURCE_LIVE_MEMCG_PROBE_H
#define SOURCE_LIVE_MEMCG_PROBE_H

/*
 * tracepoint: the id of its type in the kernel's BTF; pgfault: the value of PGFAULT. 0 or -errno;
 * -ENODATA: the fault was not reported.
 */
int memcg_probe(int tracepoint, int pgfault);

#endif /* SOURCE_LIVE_MEMCG_PROBE_H */
