/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plans: ways to see the begin and end of a fault, best first. A plan lists the
 * features that it needs of the kernel and the programs that it loads. Other modules
 * decide by its fields, never by its name.
 */
#ifndef SOURCE_LIVE_PLAN_H
#define SOURCE_LIVE_PLAN_H

#include "features.h"

/* PLAN(name, name as a text) for each, best first. */
#define PLANS(PLAN)            \
	PLAN(FENTRY, "fentry") \
	PLAN(KPROBE, "kprobe") \
	PLAN(MEMCG, "memcg")   \
	PLAN(PERF, "perf")

#define PLAN_ID(plan, text) PLAN_##plan,

enum plan_id { PLANS(PLAN_ID) NR_PLANS };

struct plan {
	const char *name;
	bool sees_attempts;	 /* handle_mm_fault itself: its address, and retries */
	const char *what;	 /* for `features` */
	enum feature needs[5];	 /* ended by FEATURE_COUNT */
	const char *programs[3]; /* besides those that every plan loads; ended by NULL */
	bool sw_events;		 /* perf events MIN and MAJ tell the end of a fault */
	bool settles;		 /* a fault's end is seen before the kernel counts the fault */
	/*
	 * Untraced processes pay more than with other plans: some 70 ns a fault. The tracepoint that
	 * its program is attached to tells many events of memory cgroups, each fault among them.
	 */
	bool others_pay;
};

extern const struct plan plans[NR_PLANS];

/* True: each fault of get_user_pages is seen; false: only their number. */
static inline bool plan_sees_gup(const struct plan *plan)
{
	return plan->sees_attempts || plan->settles;
}

/*
 * name: of a plan, or "auto" for the first one that this kernel supports. With others_count, "auto"
 * takes a plan that slows down untraced processes only if no other one works. NULL: there is none.
 */
const struct plan *plan_choose(struct features *features, const char *name, bool others_count);
/* The first feature that the plan needs and the kernel lacks; FEATURE_COUNT: the plan is usable. */
enum feature plan_lacks(struct features *features, const struct plan *plan);

#endif /* SOURCE_LIVE_PLAN_H */
