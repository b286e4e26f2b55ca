/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

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
#include "../trace/plan.h"
#include "../trace/tracer.h"

#define TEXT_AT 33 /* the column where the text behind a name and "yes" begins */

/* One line, or on a narrow terminal as many as it takes. */
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

/* Of what it needs, something that is not there; else something that is not told. */
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

static void print_plan(struct features *features, const struct plan *plan, bool chosen)
{
	enum feature lacks = obstacle(features, plan);
	char mark = chosen ? '*' : ' ';

	if (lacks == FEATURE_COUNT)
		print_line("%c %-25s yes  %s", mark, plan->name, plan->what);
	else if (features__is_hidden(features, lacks))
		print_line("%c %-25s ?    needs %s, among others", mark, plan->name,
			   feature_name(lacks));
	else
		print_line("%c %-25s no   needs %s: %s", mark, plan->name, feature_name(lacks),
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
		print_line("  %-25s %-4s %s", "page tables", pages ? "yes" : "no",
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
	print_line("faulttrace %s on Linux %s %s\n", FT_VERSION, uts.release, uts.machine);
	printf("Features\n");
	for (enum feature feature = 0; feature < FEATURE_COUNT; feature++)
		print_feature(&features, feature);
	chosen = *missing ? NULL : plan_choose(&features, opts->plan);
	if (chosen && plan_lacks(&features, chosen) == FEATURE_COUNT)
		err = try_plan(&features, chosen);
	printf("\nPlans, best first (* is used)\n");
	for (size_t i = 0; i < nr_plans; i++)
		print_plan(&features, &plans[i], !err && chosen == &plans[i]);
	features__free(&features);
	if (fflush(stdout)) {
		log_error("cannot write to stdout: %s", strerror(errno));
		return 1;
	}
	if (*missing) {
		log_error("cannot tell what would work: %s missing", missing);
		log_hint("run it as root (sudo)");
	}
	return err || !chosen ? 1 : 0;
}
