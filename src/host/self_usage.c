/* SPDX-License-Identifier: GPL-2.0-only */
#include "self_usage.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "clock.h"

static void read_memory(struct self_usage *ret)
{
	FILE *f __cleanup_fclose = fopen("/proc/self/statm", "re");
	uint64_t page = (uint64_t)getpagesize();
	unsigned long long pages, resident;

	if (!f || fscanf(f, "%llu %llu", &pages, &resident) != 2)
		return;
	ret->virtual_bytes = pages * page;
	ret->resident_bytes = resident * page;
}

static uint64_t count_fds(void)
{
	DIR *dir __cleanup_closedir = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t nr = 0;

	if (!dir)
		return UINT64_MAX;
	while ((entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	/* That of the directory is not counted. */
	return nr ? nr - 1 : UINT64_MAX;
}

void self_usage__read(struct self_usage *ret)
{
	struct rlimit limit;

	*ret = (struct self_usage) {
		.cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
		.resident_bytes = UINT64_MAX,
		.virtual_bytes = UINT64_MAX,
		.open_fds = count_fds(),
		.max_fds = getrlimit(RLIMIT_NOFILE, &limit) ? UINT64_MAX : limit.rlim_cur,
	};
	read_memory(ret);
}
