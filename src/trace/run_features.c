/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "../host/task.h"
#include "plan.h"
#include "tracer.h"

static void print_feature(struct features *features, enum feature feature)
{
	bool there = features__has(features, feature);

	printf("  %-25s %-4s %s\n", feature_name(feature), there ? "yes" : "no",
	       there ? feature_use(feature) : features__why_not(features, feature));
}

static void print_plan(struct features *features, const struct plan *plan, bool chosen)
{
	enum feature lacks = plan_lacks(features, plan);

	printf("%c %-25s ", chosen ? '*' : ' ', plan->name);
	if (lacks == FEATURE_COUNT)
		printf("yes  %s\n", plan->what);
	else
		printf("no   needs %s: %s\n", feature_name(lacks),
		       features__why_not(features, lacks));
}

static void ignore_record(void *ctx, const struct ft_header *record)
{
	(void)ctx;
	(void)record;
}

/* Loading is the proof; it also tells whether the page tables can be read. */
static int try_plan(struct features *features, const struct plan *plan)
{
	struct options opts = {
		.target = TARGET_ALL,
		.sample = 1,
		.ring_bytes = 1 << 16,
		.plan = plan->name,
	};
	struct tracer *tracer;
	int err = tracer__open(&opts, features, plan, 0, ignore_record, NULL, &tracer);
	bool pages = !err && tracer__sees_pages(tracer);

	if (!err)
		printf("  %-25s %-4s %s\n", "page tables", pages ? "yes" : "no",
		       pages ? "what tells the kinds apart"
			     : "not found in this kernel's memory: kinds are often \"other\"");
	tracer__free(tracer);
	return err;
}

int run_features(const struct options *opts)
{
	const char *missing = task_missing_capabilities();
	struct features features;
	const struct plan *chosen;
	struct utsname uts;
	int err = 0;

	uname(&uts);
	features__init(&features);
	printf("faulttrace %s on Linux %s %s\n\n", FT_VERSION, uts.release, uts.machine);
	if (*missing)
		printf("You lack %s: most answers below are no for that reason alone.\n\n",
		       missing);
	printf("Features\n");
	for (enum feature feature = 0; feature < FEATURE_COUNT; feature++)
		print_feature(&features, feature);
	chosen = plan_choose(&features, opts->plan);
	if (chosen && plan_lacks(&features, chosen) == FEATURE_COUNT)
		err = try_plan(&features, chosen);
	printf("\nPlans, best first (* is used)\n");
	for (size_t i = 0; i < nr_plans; i++)
		print_plan(&features, &plans[i], !err && chosen == &plans[i]);
	features__free(&features);
	return err || !chosen ? 1 : 0;
}
