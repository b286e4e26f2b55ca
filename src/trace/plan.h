/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to see a fault from begin to end, best first. A plan is what it needs
 * of the kernel and which programs it loads; nothing else in the tree decides by
 * the plan's name.
 */
#ifndef TRACE_PLAN_H
#define TRACE_PLAN_H

#include "features.h"

struct plan {
	const char *name;
	bool sees_attempts;	 /* handle_mm_fault itself: gup and retries too */
	const char *what;	 /* for `features` */
	enum feature needs[5];	 /* ended by FEATURE_COUNT */
	const char *programs[3]; /* beside those that every plan loads */
	bool sw_events;		 /* MIN and MAJ end a fault */
};

extern const struct plan plans[];
extern const size_t nr_plans;

/* name: of a plan, or "auto" for the first usable one. NULL: none. */
const struct plan *plan_choose(struct features *features, const char *name);
/* The first feature that the plan lacks, FEATURE_COUNT if it is usable. */
enum feature plan_lacks(struct features *features, const struct plan *plan);

#endif /* TRACE_PLAN_H */
