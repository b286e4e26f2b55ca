/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Just enough of a test framework: TAP on stdout, one line a group of checks,
 * and what was expected where a check fails. For one-file programs.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int test_groups, test_failed_groups, test_failed_checks;

static inline bool test_check(bool ok, const char *file, int line, const char *what)
{
	if (!ok) {
		printf("# %s:%d: %s\n", file, line, what);
		test_failed_checks++;
	}
	return ok;
}

#define CHECK(claim) test_check(!!(claim), __FILE__, __LINE__, #claim)

#define CHECK_EQ(is, want)                                                           \
	do {                                                                         \
		long long is_ = (long long)(is), want_ = (long long)(want);          \
		if (!test_check(is_ == want_, __FILE__, __LINE__, #is " == " #want)) \
			printf("#   is %lld, not %lld\n", is_, want_);               \
	} while (0)

#define CHECK_STR(is, want)                                                                     \
	do {                                                                                    \
		const char *is_ = (is), *want_ = (want);                                        \
		if (!test_check(strcmp(is_, want_) == 0, __FILE__, __LINE__, #is " is " #want)) \
			printf("#   is   '%s'\n#   want '%s'\n", is_, want_);                   \
	} while (0)

/* Ends a group: everything checked since the last one. */
static inline void test_done(const char *name)
{
	printf("%sok %d - %s\n", test_failed_checks ? "not " : "", ++test_groups, name);
	test_failed_groups += test_failed_checks > 0;
	test_failed_checks = 0;
}

/* A group that cannot be checked here. */
static inline void test_skip(const char *name, const char *reason)
{
	printf("ok %d - %s # SKIP %s\n", ++test_groups, name, reason);
}

static inline int test_status(void)
{
	printf("1..%d\n", test_groups);
	return test_failed_groups > 0;
}

#endif /* TESTS_UNIT_TEST_H */
