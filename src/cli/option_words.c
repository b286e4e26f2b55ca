/* SPDX-License-Identifier: GPL-2.0-only */
#include "option_words.h"

#include <errno.h>
#include <string.h>

#include "../source/live/plan.h"
#include "option_rows.h"

static const char *const color_names[] = {
	[COLOR_AUTO] = "auto",
	[COLOR_ALWAYS] = "always",
	[COLOR_NEVER] = "never",
};

static const char *const timestamp_names[] = {
	[TIMESTAMP_REL] = "rel",
	[TIMESTAMP_MONO] = "mono",
	[TIMESTAMP_WALL] = "wall",
};

#define PLAN_NAME(plan, text) text,

static const char *const plan_names[] = { "auto", PLANS(PLAN_NAME) };

static const char *const sort_names[] = {
	[SORT_COUNT] = "faults", [SORT_MAJOR] = "major", [SORT_TOTAL] = "total",
	[SORT_MEAN] = "mean",	 [SORT_P99] = "p99",	 [SORT_MAX] = "max",
	[SORT_BYTES] = "bytes",
};

static const char *const stack_mode_names[] = {
	[STACK_NONE] = "",
	[STACK_FP] = "fp",
	[STACK_DWARF] = "dwarf",
};

const struct words weight_words = { profile_weight_names, PROFILE_WEIGHTS };
const struct words stack_mode_words = { stack_mode_names, NR(stack_mode_names) };
const struct words sort_words = { sort_names, NR(sort_names) };
const struct words key_words = { key_names, FT_KEY_COUNT };
const struct words color_words = { color_names, NR(color_names) };
const struct words timestamp_words = { timestamp_names, NR(timestamp_names) };
const struct words plan_words = { plan_names, NR(plan_names) };
const struct words kind_words = { kind_names, FT_KIND_COUNT };
const struct words origin_words = { origin_names, FT_ORIGIN_COUNT };

int find_word(const struct words *words, const char *s, size_t n)
{
	for (size_t i = 0; i < words->nr; i++) {
		if (strlen(words->names[i]) == n && memcmp(words->names[i], s, n) == 0)
			return (int)i;
	}
	return -EINVAL;
}

int find_kind_word(const struct words *words, const char *s, size_t n)
{
	static const struct words sources = { cow_from_names + 1, FT_COW_COUNT - 1 };
	size_t before = strlen("cow:");
	int source;

	if (n < before || memcmp(s, "cow:", before) != 0)
		return find_word(words, s, n);
	source = find_word(&sources, s + before, n - before);
	return source < 0 ? source : FT_WANTED_COW + source + 1;
}

static const char *const cow_names[] = { "cow:anon", "cow:file", "cow:zero", "cow:ksm" };
static const struct words cows = { cow_names, NR(cow_names) };

const struct words *kind_words_like(const char *arg)
{
	for (size_t n; *arg; arg += n + (arg[n] == ',')) {
		n = strcspn(arg, ",");
		if (strncmp(arg, "cow:", strlen("cow:")) == 0 &&
		    find_kind_word(&kind_words, arg, n) < 0)
			return &cows;
	}
	return &kind_words;
}
