/* SPDX-License-Identifier: GPL-2.0-only */
#include "fault.h"

#include <stddef.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

const char *const kind_names[] = {
	[FT_KIND_OTHER] = "other",	   [FT_KIND_ANON] = "anon",
	[FT_KIND_ZERO] = "zero",	   [FT_KIND_COW] = "cow",
	[FT_KIND_REUSE] = "reuse",	   [FT_KIND_FILE] = "file",
	[FT_KIND_SHMEM] = "shmem",	   [FT_KIND_SWAP] = "swap",
	[FT_KIND_HUGETLB] = "hugetlb",	   [FT_KIND_MKWRITE] = "mkwrite",
	[FT_KIND_NUMA] = "numa",	   [FT_KIND_UFFD] = "uffd",
	[FT_KIND_MIGRATION] = "migration", [FT_KIND_DEVICE] = "device",
	[FT_KIND_SPURIOUS] = "spurious",   [FT_KIND_ERROR] = "error",
};
_Static_assert(NR(kind_names) == FT_KIND_COUNT, "every kind has a name");

const char *const cow_from_names[] = {
	[FT_COW_NONE] = NULL,	[FT_COW_ANON] = "anon", [FT_COW_FILE] = "file",
	[FT_COW_ZERO] = "zero", [FT_COW_KSM] = "ksm",
};
_Static_assert(NR(cow_from_names) == FT_COW_COUNT, "every source of a copy has a name");

const char *const access_names[] = {
	[FT_ACCESS_READ] = "read",
	[FT_ACCESS_WRITE] = "write",
	[FT_ACCESS_EXEC] = "exec",
};
_Static_assert(NR(access_names) == FT_ACCESS_COUNT, "every access has a name");

const char *const origin_names[] = {
	[FT_ORIGIN_USER] = "user",
	[FT_ORIGIN_KERNEL] = "kernel",
	[FT_ORIGIN_GUP] = "gup",
};
_Static_assert(NR(origin_names) == FT_ORIGIN_COUNT, "every origin has a name");

const char *const outcome_names[] = {
	[FT_OUTCOME_RESOLVED] = "resolved",	  [FT_OUTCOME_FAILED] = "failed",
	[FT_OUTCOME_INTERRUPTED] = "interrupted", [FT_OUTCOME_SUPERSEDED] = "superseded",
	[FT_OUTCOME_EXITED] = "exited",
};
_Static_assert(NR(outcome_names) == FT_OUTCOME_COUNT, "every outcome has a name");

const char *const cause_names[] = {
	[FT_CAUSE_OTHER] = "other", [FT_CAUSE_LOOKUP] = "lookup",   [FT_CAUSE_LOCK] = "lock",
	[FT_CAUSE_IO] = "io",	    [FT_CAUSE_RECLAIM] = "reclaim", [FT_CAUSE_COMPACT] = "compact",
	[FT_CAUSE_UFFD] = "uffd",   [FT_CAUSE_SCHED] = "sched",	    [FT_CAUSE_CPU] = "cpu",
};
_Static_assert(NR(cause_names) == FT_CAUSE_COUNT, "every cause has a name");
