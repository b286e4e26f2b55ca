/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of formats have in common: a run, and ways to show and look at output.
 */
#ifndef TESTS_UNIT_FORMAT_TEST_H
#define TESTS_UNIT_FORMAT_TEST_H

#include <stdlib.h>

#include "show.h"
#include "test.h"

static const int ids[] = { 4242, 17 };

static inline struct run_start run_of(void)
{
	return (struct run_start) {
		.version = "0.0",
		.command = "trace",
		.plan = "fentry",
		.kernel = "6.18.0",
		.arch = "x86_64",
		.target = "pid",
		.target_ids = ids,
		.nr_target_ids = 2,
		.page_size = 4096,
		.time_ns = 1000000000000,
		.wall_ns = 1700000000123456789,
		.sees_gup = true,
	};
}

static inline size_t columns_of(const char *line)
{
	size_t n = 0;

	for (; *line && *line != '\n'; line++)
		n += ((unsigned char)*line & 0xc0) != 0x80;
	return n;
}

static inline size_t widest(const struct buf *out)
{
	size_t most = 0;

	for (const char *line = out->data; *line; line = strchr(line, '\n') + 1) {
		size_t n = columns_of(line);

		most = n > most ? n : most;
	}
	return most;
}

static inline size_t count(const struct buf *out, const char *what)
{
	size_t n = 0;

	for (const char *p = out->data; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

static inline void remove_all(struct buf *out, const char *what)
{
	char *p = out->data;

	while ((p = strstr(p, what))) {
		memmove(p, p + strlen(what), strlen(p + strlen(what)) + 1);
		out->len -= strlen(what);
	}
}

/* "key":NUMBER, summed over all lines. */
static inline unsigned long long sum_of(const struct buf *out, const char *key)
{
	unsigned long long total = 0;

	for (const char *p = out->data; (p = strstr(p, key));) {
		p += strlen(key);
		total += strtoull(p, NULL, 10);
	}
	return total;
}

/* Each "key": of the output stands in the schema; how many there were. */
static inline size_t check_schema_keys(const struct buf *json)
{
	size_t keys = 0;

	for (const char *end = json->data; (end = strstr(end, "\":")); end++) {
		const char *key = end - 1;
		char want[64];

		while (key > json->data && *key != '"')
			key--;
		snprintf(want, sizeof(want), "%.*s\": {", (int)(end - key), key);
		if (!CHECK(strstr(json_schema(), want)))
			printf("#   %s\n", want);
		keys++;
	}
	return keys;
}

#endif /* TESTS_UNIT_FORMAT_TEST_H */
