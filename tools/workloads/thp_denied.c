/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to memory with MADV_HUGEPAGE in a memory cgroup whose limit is below the size of a
 * huge page: 5 of them are wanted, none is to be had, and small pages come. In a child, which
 * enters the cgroup.
 */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "workload.h"

#define HUGE_PAGES  5
#define LIMIT	    "1M"
#define DEFRAG_PATH "/sys/kernel/mm/transparent_hugepage/defrag"
#define TRIES	    50

struct hierarchy {
	char path[200];
	const char *limit; /* NULL: there is none */
};

static char group[250];
static char *range;
static size_t size;

/* Where memory cgroups are: version 1, or 2. */
static struct hierarchy find_hierarchy(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct hierarchy found = { .limit = NULL };
	struct mntent *mount;

	while (mounts && (mount = getmntent(mounts))) {
		bool v1 = !strcmp(mount->mnt_type, "cgroup") && hasmntopt(mount, "memory");

		if (!v1 && (found.limit || strcmp(mount->mnt_type, "cgroup2") != 0))
			continue;
		snprintf(found.path, sizeof(found.path), "%s", mount->mnt_dir);
		found.limit = v1 ? "memory.limit_in_bytes" : "memory.max";
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

static void undo_group(const char *path, const char *value)
{
	(void)value;
	for (int i = 0; i < TRIES && rmdir(path) && errno == EBUSY; i++)
		sleep_ms(20);
}

static void undo_controller(const char *path, const char *value)
{
	knob_write(path, value);
}

/* In version 2, a cgroup has the controllers that its parent hands down. */
static void hand_down_memory(const struct hierarchy *from)
{
	char path[256], controllers[256];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", from->path);
	if (!knob_read(path, controllers, sizeof(controllers)) || strstr(controllers, "memory"))
		return;
	at_cleanup(undo_controller, path, "-memory");
	knob_write(path, "+memory");
}

static void make_group(void)
{
	struct hierarchy hierarchy = find_hierarchy();
	char limit[300];

	if (!hierarchy.limit)
		skip("no memory cgroups");
	hand_down_memory(&hierarchy);
	snprintf(group, sizeof(group), "%s/thp_denied.%d", hierarchy.path, (int)getpid());
	at_cleanup(undo_group, group, NULL);
	if (mkdir(group, 0755))
		skip("%s: %s", group, strerror(errno));
	snprintf(limit, sizeof(limit), "%s/%s", group, hierarchy.limit);
	if (!knob_write(limit, LIMIT))
		skip("%s: %s", limit, strerror(errno));
}

static void child(void)
{
	char procs[300];

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
	if (!knob_write(procs, "0"))
		skip("%s: %s", procs, strerror(errno));
	measured_write(range, HUGE_PAGES, size);
	if (resident_pages(range, HUGE_PAGES * size) >= size / page_size)
		skip("the kernel gave a huge page");
}

int main(void)
{
	workload_begin("thp_denied");
	/* Or it reclaims before it gives up, for nothing. */
	if (!knob_set(DEFRAG_PATH, "never"))
		skip("cannot write " DEFRAG_PATH);
	make_group();
	range = map_huge(HUGE_PAGES, &size);
	run_child(child);
	report_child_pid();
	expect((struct expectation) { .kind = "anon", .count = HUGE_PAGES });
	return report(
		"first write with MADV_HUGEPAGE where no huge page is to be had; pid is the child");
}
