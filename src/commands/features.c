/* SPDX-License-Identifier: GPL-2.0-only */
#include "commands.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/terminal.h"
#include "../base/wrap.h"
#include "../host/task.h"
#include "../source/live/plan.h"
#include "../source/live/tracer.h"

#define TEXT_AT 33 /* the column where the text behind a name and "yes" begins */

/* Prints one line, which is wrapped on a narrow terminal. */
static void __attribute__((format(printf, 1, 2))) print_line(const char *fmt, ...)
{
	struct buf line = { 0 };
	va_list args;

	va_start(args, fmt);
	buf__vaddf(&line, fmt, args);
	va_end(args);
	wrap_line(&line, 0, terminal_columns(STDOUT_FILENO), TEXT_AT);
	printf("%.*s\n", (int)line.len, line.data);
	buf__free(&line);
}

static void print_feature(struct features *features, enum feature feature)
{
	const char *name = feature_name(feature);
	bool there = features__has(features, feature);

	if (features__is_hidden(features, feature))
		print_line("  %-25s ?    not told without %s", name, task_missing_capabilities());
	else if (there)
		print_line("  %-25s yes  %s", name, feature_use(feature));
	else
		print_line("  %-25s no   %s", name, features__why_not(features, feature));
}

/* A feature that the plan needs and the kernel lacks; else a hidden one; else FEATURE_COUNT. */
static enum feature obstacle(struct features *features, const struct plan *plan)
{
	enum feature hidden = FEATURE_COUNT;

	for (const enum feature *need = plan->needs; *need != FEATURE_COUNT; need++) {
		if (features__has(features, *need))
			continue;
		if (!features__is_hidden(features, *need))
			return *need;
		hidden = *need;
	}
	return hidden;
}

static void print_plan(struct features *features, const struct plan *plan, char mark)
{
	enum feature lacks = obstacle(features, plan);

	if (lacks == FEATURE_COUNT)
		print_line("%c %-25s yes  %s", mark, plan->name, plan->what);
	else if (features__is_hidden(features, lacks))
		print_line("%c %-25s ?    needs %s, among others", mark, plan->name,
			   feature_name(lacks));
	else
		print_line("%c %-25s no   needs %s: %s", mark, plan->name, feature_name(lacks),
			   features__why_not(features, lacks));
}

/* Loads the plan, to prove that it works, and prints whether page tables can be read. */
static int try_plan(struct features *features, const struct plan *plan)
{
	struct target target = { .kind = TARGET_ALL };
	struct filter filter = { .sample = 1 };
	struct tracer_options opts = {
		.target = &target,
		.filter = &filter,
		.sends = true,
		.ring_bytes = 1 << 16,
	};
	struct tracer *tracer;
	int err = tracer__open(&opts, features, plan, 0, &tracer);
	bool pages = !err && source__info(tracer__source(tracer)).sees_pages;

	if (!err)
		print_line("  %-25s %-4s %s", "page tables", pages ? "yes" : "no",
			   pages ? "what tells the kinds apart"
				 : "not found in this kernel's memory: kinds are often \"other\"");
	tracer__free(tracer);
	return err;
}

/* Prints all plans, and marks the one that is used, and the one used with -p and -t. */
static int print_plans(struct features *features, const char *name)
{
	bool may_ask = !*task_missing_capabilities();
	const struct plan *chosen = may_ask ? plan_choose(features, name, false) : NULL;
	const struct plan *of_some = may_ask ? plan_choose(features, name, true) : NULL;
	int err = chosen ? 0 : -ENOTSUP;

	if (chosen && plan_lacks(features, chosen) == FEATURE_COUNT)
		err = try_plan(features, chosen);
	printf("\nPlans, best first (* is used%s)\n",
	       of_some == chosen ? "" : "; with -p and -t: +");
	for (const struct plan *plan = plans; plan < plans + NR_PLANS; plan++)
		print_plan(features, plan,
			   err		     ? ' '
			   : plan == chosen  ? '*'
			   : plan == of_some ? '+'
					     : ' ');
	return err;
}

static int run(const struct options *opts)
{
	const char *missing = task_missing_capabilities();
	struct features features;
	struct utsname uts;
	int err;

	uname(&uts);
	features__init(&features);
	print_line("faulttrace %s on Linux %s %s\n", FT_VERSION, uts.release, uts.machine);
	printf("Features\n");
	for (enum feature feature = 0; feature < FEATURE_COUNT; feature++)
		print_feature(&features, feature);
	err = print_plans(&features, opts->plan);
	features__free(&features);
	if (fflush(stdout)) {
		log_error("cannot write to stdout: %s", strerror(errno));
		return 1;
	}
	if (*missing) {
		log_error("cannot tell what would work: %s missing", missing);
		log_hint("run it as root (sudo)");
	}
	return err ? 1 : 0;
}

const struct command features_command = {
	.id = COMMAND_FEATURES,
	.name = "features",
	.usage = "features [-v] [--plan PLAN]",
	.what = "what this kernel offers, which plan is used, and why",
	.examples = "  faulttrace features                  the plans, and what each needs\n",
	.run = run,
};
