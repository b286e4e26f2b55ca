/* SPDX-License-Identifier: GPL-2.0-only */
#include "fault.h"

#include <stddef.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define KIND_NAME(name, number, text) [number] = text,

const char *const kind_names[] = { FT_KINDS(KIND_NAME) };
const char *const cow_from_names[] = { FT_COWS(KIND_NAME) };

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
