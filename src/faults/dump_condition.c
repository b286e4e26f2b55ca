/* SPDX-License-Identifier: GPL-2.0-only */
#include "dump_condition.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "../base/parse.h"

#define TERM_MAX  64
#define BUCKET_NS (1000000000ULL / DUMP_RATE_BUCKETS)

static const char *const event_names[DUMP_EVENTS] = {
	[DUMP_ON_CRASH] = "crash",
	[DUMP_ON_SIGNAL] = "usr2",
	[DUMP_ON_EXIT] = "exit",
};

/* "1000/s" */
static int parse_rate(struct dump_condition *condition, const char *value)
{
	char number[TERM_MAX];
	size_t len = strlen(value);
	int err;

	if (len < 3 || strcmp(value + len - 2, "/s") || condition->has_rate)
		return -EINVAL;
	memcpy(number, value, len - 2);
	number[len - 2] = '\0';
	err = parse_u64(number, &condition->rate);
	condition->has_rate = !err;
	return err;
}

static int parse_latency(struct dump_condition *condition, const char *value)
{
	int err = parse_duration(value, 1000, &condition->latency_ns);

	return !err && !condition->latency_ns ? -EINVAL : err;
}

static int parse_major(struct dump_condition *condition, const char *value)
{
	condition->only_major = true;
	return *value ? parse_rate(condition, value) : 0;
}

static int parse_kind(struct dump_condition *condition, const char *value)
{
	for (unsigned int kind = 0; kind < FT_KIND_COUNT; kind++) {
		if (strcmp(value, kind_names[kind]))
			continue;
		condition->kinds |= FT_KIND_BIT(kind);
		return 0;
	}
	return -EINVAL;
}

/* What a term begins with, and who takes what follows. */
static const struct {
	const char *begin;
	int (*parse)(struct dump_condition *condition, const char *value);
} terms[] = {
	{ "latency>", parse_latency }, { "kind=", parse_kind },	 { "major>", parse_major },
	{ "faults>", parse_rate },     { "major", parse_major },
};

static int parse_term(struct dump_condition *condition, const char *term)
{
	for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++) {
		size_t len = strlen(terms[i].begin);
		bool takes_value = terms[i].begin[len - 1] == '>' || terms[i].begin[len - 1] == '=';

		if (strncmp(term, terms[i].begin, len) || takes_value == !term[len])
			continue;
		return terms[i].parse(condition, term + len);
	}
	return -EINVAL;
}

/* Copies what is before the separator, and moves *text behind it. 0 or -EINVAL. */
static int take_part(const char **text, char separator, char *part, size_t size)
{
	const char *end = strchrnul(*text, separator);
	size_t len = (size_t)(end - *text);

	if (!len || len >= size || (*end && !end[1]))
		return -EINVAL;
	memcpy(part, *text, len);
	part[len] = '\0';
	*text = *end ? end + 1 : end;
	return 0;
}

static int parse_one(struct dump_conditions *conditions, const char *text)
{
	struct dump_condition condition = { 0 };
	char term[TERM_MAX];
	int err = 0;

	for (size_t i = 0; i < DUMP_EVENTS; i++) {
		if (strcasecmp(text, event_names[i]) &&
		    (i != DUMP_ON_SIGNAL || strcasecmp(text, "SIGUSR2")))
			continue;
		conditions->events[i] = true;
		return 0;
	}
	while (!err && *text) {
		err = take_part(&text, '&', term, sizeof(term));
		if (!err)
			err = parse_term(&condition, term);
	}
	if (err)
		return err;
	if (conditions->nr == DUMP_CONDITIONS_MAX)
		return -E2BIG;
	conditions->of_faults[conditions->nr++] = condition;
	return 0;
}

int dump_conditions__parse(struct dump_conditions *conditions, const char *text)
{
	char one[4 * TERM_MAX];
	int err = *text ? 0 : -EINVAL;

	while (!err && *text) {
		err = take_part(&text, ',', one, sizeof(one));
		if (!err)
			err = parse_one(conditions, one);
	}
	return err;
}

/* Counts the fault. Were there more than the rate within the last second? */
static bool is_exceeded(struct dump_condition *condition, uint64_t time_ns, uint64_t weight)
{
	uint64_t bucket = time_ns / BUCKET_NS, sum = 0;

	if (bucket > condition->last_bucket) {
		uint64_t passed = bucket - condition->last_bucket;

		if (passed > DUMP_RATE_BUCKETS)
			passed = DUMP_RATE_BUCKETS;
		for (uint64_t i = 0; i < passed; i++)
			condition->counts[(bucket - i) % DUMP_RATE_BUCKETS] = 0;
		condition->last_bucket = bucket;
	}
	/* Faults of other CPUs may come a little late: they count as if they had come now. */
	condition->counts[condition->last_bucket % DUMP_RATE_BUCKETS] += weight;
	for (size_t i = 0; i < DUMP_RATE_BUCKETS; i++)
		sum += condition->counts[i];
	return sum > condition->rate;
}

static bool holds(struct dump_condition *condition, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	if (condition->kinds && !ft_kind_is_in(condition->kinds, fault->verdict))
		return false;
	if (condition->only_major && rec->major != 1)
		return false;
	if (condition->latency_ns &&
	    (rec->latency_ns == FT_UNKNOWN64 || rec->latency_ns <= condition->latency_ns))
		return false;
	return !condition->has_rate || is_exceeded(condition, rec->h.time_ns, rec->weight);
}

bool dump_conditions__hold(struct dump_conditions *conditions, const struct fault *fault)
{
	bool any = false;

	/* Each of them counts the fault. */
	for (size_t i = 0; i < conditions->nr; i++)
		any |= holds(&conditions->of_faults[i], fault);
	return any;
}
