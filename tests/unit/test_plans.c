/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists that have to have a row for each feature or each plan. */
#include "../../src/cli/option_rows.h"
#include "../../src/format/formats.h"
#include "../../src/source/live/features.h"
#include "../../src/source/live/plan.h"
#include "test.h"

static void test_features(void)
{
	for (enum feature feature = 0; feature < FEATURE_COUNT; feature++)
		if (!CHECK(feature_name(feature) && feature_use(feature)))
			printf("#   feature %d\n", (int)feature);
	test_done("each feature has a name and a use");
}

static void test_plans(void)
{
	for (size_t i = 0; i < NR_PLANS; i++) {
		const struct plan *plan = &plans[i];
		bool needs_end = false, programs_end = false;

		for (size_t need = 0; need < NR(plan->needs); need++)
			needs_end |= plan->needs[need] == FEATURE_COUNT;
		for (size_t program = 0; program < NR(plan->programs); program++)
			programs_end |= !plan->programs[program];
		if (!CHECK(plan->name && plan->what && plan->programs[0] && needs_end &&
			   programs_end))
			printf("#   plan %zu\n", i);
	}
	test_done("each plan says what it needs, and that list has an end");
}

/* What --help says of an option; "" if there is none of this name. */
static const char *help_of(const char *option)
{
	for (size_t i = 0; i < nr_option_rows; i++)
		if (option_rows[i].name && strcmp(option_rows[i].name, option) == 0)
			return option_rows[i].help;
	return "";
}

static void test_words(void)
{
	for (size_t i = 0; i < NR_PLANS; i++) {
		char quoted[32];

		snprintf(quoted, sizeof(quoted), "\"%s\"", plans[i].name);
		CHECK(strstr(help_of("plan"), plans[i].name));
		CHECK(strstr(json_schema(), quoted));
	}
	test_done("each plan is in --help and in the schema");
}

int main(void)
{
	test_features();
	test_plans();
	test_words();
	return test_status();
}
