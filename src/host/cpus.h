/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs that come online while the program runs. */
#ifndef HOST_CPUS_H
#define HOST_CPUS_H

/* A descriptor for cpu_watch__next(); or -errno. */
int cpu_watch__open(void);

/* The next CPU that came online since the last call; -1: none. Does not wait. */
int cpu_watch__next(int fd);

#endif /* HOST_CPUS_H */
