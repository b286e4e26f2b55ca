/* SPDX-License-Identifier: GPL-2.0-only */
#include "plan.h"

#include <string.h>

#define PLAN_NAME(plan, text) [PLAN_##plan].name = text,

const struct plan plans[NR_PLANS] = {
	[PLAN_FENTRY] = {
		.sees_attempts = true,
		.what = "user, kernel and gup faults, each with its latency and retries",
		.needs = { FEATURE_BTF, FEATURE_BPF, FEATURE_RINGBUF, FEATURE_FENTRY,
			   FEATURE_COUNT },
		.programs = { "attempt_begin_fentry", "attempt_end_fexit" },
	},
	[PLAN_KPROBE] = {
		.sees_attempts = true,
		.what = "the same as fentry, at a higher cost per fault",
		.needs = { FEATURE_BTF, FEATURE_BPF, FEATURE_RINGBUF, FEATURE_KPROBE,
			   FEATURE_COUNT },
		.programs = { "attempt_begin_kprobe", "attempt_end_kretprobe" },
	},
	[PLAN_MEMCG] = {
		.what = "user and kernel faults; gup faults one by one, without address and latency",
		.needs = { FEATURE_BTF, FEATURE_RINGBUF, FEATURE_PAGE_FAULT_TP,
			   FEATURE_MEMCG_EVENTS, FEATURE_COUNT },
		.programs = { "memcg_event", "settle_switch" },
		.settles = true,
		.others_pay = true,
	},
	[PLAN_PERF] = {
		.what = "user and kernel faults; gup faults only as a number",
		.needs = { FEATURE_BTF, FEATURE_RINGBUF, FEATURE_PAGE_FAULT_TP, FEATURE_SW_EVENTS,
			   FEATURE_COUNT },
		.programs = { "fault_accounted" },
		.sw_events = true,
	},
	PLANS(PLAN_NAME)
};

enum feature plan_lacks(struct features *features, const struct plan *plan)
{
	for (const enum feature *need = plan->needs; *need != FEATURE_COUNT; need++)
		if (!features__has(features, *need))
			return *need;
	return FEATURE_COUNT;
}

static const struct plan *plan_named(const char *name)
{
	for (size_t i = 0; i < NR_PLANS; i++)
		if (!strcmp(name, plans[i].name))
			return &plans[i];
	return NULL;
}

const struct plan *plan_choose(struct features *features, const char *name, bool others_count)
{
	const struct plan *dear = NULL;

	if (strcmp(name, "auto"))
		return plan_named(name);
	for (size_t i = 0; i < NR_PLANS; i++) {
		/* Its features are probed only if no other plan is usable: see below. */
		if (others_count && plans[i].others_pay)
			dear = &plans[i];
		else if (plan_lacks(features, &plans[i]) == FEATURE_COUNT)
			return &plans[i];
	}
	return dear && plan_lacks(features, dear) == FEATURE_COUNT ? dear : NULL;
}
