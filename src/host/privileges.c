/* SPDX-License-Identifier: GPL-2.0-only */
#include "privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "perf_event.h"

/* Linux commit a17b53c4a4b5 ("bpf, capability: Introduce CAP_BPF") (in v5.8) and later ones. */
#define PERFMON		   38
#define BPF		   39
#define CHECKPOINT_RESTORE 40

/* What is kept, for which uses, and why. docs/design.md has the same table. */
static const struct {
	unsigned int capability;
	unsigned int uses;
	/* Where our caller has not got it, or it is not enough, CAP_SYS_ADMIN stands for it. */
	bool is_part_of_admin;
} table[] = {
	/* bpf(2) on our maps and programs, before Linux 5.19 if unprivileged_bpf_disabled is set */
	{ BPF, PRIVILEGE_TRACE, true },
	/* perf_event_open(2) of a CPU */
	{ PERFMON, PRIVILEGE_NEW_CPU, true },
	/* /proc/PID/maps, root, exe and pagemap of others' processes; ptrace(2) of what CMD forks */
	{ CAP_SYS_PTRACE, PRIVILEGE_TRACE, false },
	/* programs and perf maps that only their user may read; cgroups by their ids */
	{ CAP_DAC_READ_SEARCH, PRIVILEGE_TRACE, false },
	/* /proc/PID/map_files: a mapped file that has been deleted */
	{ CHECKPOINT_RESTORE, PRIVILEGE_NAMES | PRIVILEGE_PAGES, true },
	/* addresses in /proc/kallsyms */
	{ CAP_SYSLOG, PRIVILEGE_NAMES, false },
	/* mincore(2), cachestat(2) and O_NOATIME on others' files; files in others' sticky folders */
	{ CAP_FOWNER, PRIVILEGE_PAGES | PRIVILEGE_FILES, false },
	/* a command, or a process that works for us, that runs as another user */
	{ CAP_KILL, PRIVILEGE_COMMAND | PRIVILEGE_HELPERS, false },
	/* to make a process another user's */
	{ CAP_SETUID, PRIVILEGE_HELPERS, false },
	{ CAP_SETGID, PRIVILEGE_HELPERS, false },
	/* new files in the folder of the user who called sudo */
	{ CAP_DAC_OVERRIDE, PRIVILEGE_FILES, false },
	/* which are that user's */
	{ CAP_CHOWN, PRIVILEGE_FILES, false },
};

#define SET_BITS 32 /* the kernel has two words of each set */

struct sets {
	struct __user_cap_data_struct word[2];
};

static int get(struct sets *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &header, sets->word) ? -errno : 0;
}

static int set(const struct sets *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capset, &header, sets->word) ? -errno : 0;
}

static uint64_t permitted(const struct sets *sets)
{
	return sets->word[0].permitted | (uint64_t)sets->word[1].permitted << SET_BITS;
}

static bool opens_event_of_cpu(void)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_PAGE_FAULTS,
	};
	int fd = perf_event__open(&attr, -1, sched_getcpu());

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Kernels of Debian and of Ubuntu want CAP_SYS_ADMIN where perf_event_paranoid is above 2, which is
 * what they set. So try it.
 */
static bool perfmon_is_enough(const struct sets *all)
{
	struct sets one = *all;
	bool enough;

	one.word[0].effective = 0;
	one.word[1].effective = 1U << (PERFMON - SET_BITS);
	if (set(&one))
		return false;
	enough = opens_event_of_cpu();
	return !set(all) && enough;
}

/* The capabilities that the uses take, as far as there are such. */
static uint64_t to_be_kept(unsigned int uses, uint64_t have)
{
	uint64_t kept = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		uint64_t bit = 1ULL << table[i].capability;

		if (!(table[i].uses & uses))
			continue;
		kept |= have & bit		    ? bit
			: table[i].is_part_of_admin ? have & 1ULL << CAP_SYS_ADMIN
						    : 0;
	}
	return kept;
}

/* Without CAP_SETPCAP this set cannot be changed; then no_new_privs alone has to do. */
static void limit_bounding_set(uint64_t kept)
{
	for (unsigned long i = 0; i < 2UL * SET_BITS; i++)
		if (!(kept >> i & 1) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return;
}

int privileges__keep(unsigned int uses)
{
	struct sets sets;
	int err = get(&sets);
	uint64_t have, kept;

	if (err)
		return err;
	have = permitted(&sets);
	if (uses & PRIVILEGE_NEW_CPU && !perfmon_is_enough(&sets))
		have &= ~(1ULL << PERFMON);
	kept = to_be_kept(uses, have);
	limit_bounding_set(kept);
	for (size_t i = 0; i < 2; i++) {
		sets.word[i].permitted = (uint32_t)(kept >> i * SET_BITS);
		sets.word[i].effective &= sets.word[i].permitted;
		sets.word[i].inheritable = 0;
	}
	err = set(&sets);
	if (!err && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
		err = -errno;
	return err;
}

int privileges__disinherit(void)
{
	struct sets sets;
	int err = get(&sets);

	if (err)
		return err;
	/* The kernel keeps no capability in the ambient set that is not in this one. */
	sets.word[0].inheritable = sets.word[1].inheritable = 0;
	return set(&sets);
}
