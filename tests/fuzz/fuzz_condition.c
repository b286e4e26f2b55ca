/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as conditions of a flight recorder, and any faults: a rate never holds too early. */
#include "../../src/faults/dump_condition.h"
#include "fuzz.h"

/* Each condition asks for something. */
static void check_parsed(const struct dump_conditions *conditions)
{
	EXPECT(conditions->nr <= DUMP_CONDITIONS_MAX);
	for (size_t i = 0; i < conditions->nr; i++) {
		const struct dump_condition *condition = &conditions->of_faults[i];

		EXPECT(condition->kinds || condition->latency_ns || condition->only_major ||
		       condition->has_rate);
		EXPECT(condition->kinds < FT_KIND_BIT(FT_KIND_COUNT));
		EXPECT(condition->latency_ns <= INT64_MAX);
	}
}

/* Has each condition a rate that so many faults do not exceed? */
static bool is_too_early(const struct dump_conditions *conditions, uint64_t nr_faults)
{
	for (size_t i = 0; i < conditions->nr; i++)
		if (!conditions->of_faults[i].has_rate || conditions->of_faults[i].rate < nr_faults)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	char *text = input__string(&input);
	struct dump_conditions conditions = { 0 };
	int err = dump_conditions__parse(&conditions, text);

	EXPECT(err <= 0);
	check_parsed(&conditions);
	for (uint64_t nr = 1; input__left(&input) && nr < 1000; nr++) {
		struct ft_fault rec = { .weight = 1 };
		struct fault fault = { .rec = &rec };
		bool holds;

		input__bytes(&input, &rec.h.time_ns, sizeof(rec.h.time_ns));
		input__bytes(&input, &rec.latency_ns, 4);
		input__bytes(&input, &rec.major, 1);
		fault.verdict.kind = rec.major >> 4;
		rec.major &= 1;
		holds = dump_conditions__hold(&conditions, &fault);
		EXPECT(!holds || !is_too_early(&conditions, nr));
	}
	free(text);
	return 0;
}
