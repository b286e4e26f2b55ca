/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests that build programs: a directory for them, and where their sources are. */
#ifndef TESTS_UNIT_PROGRAMS_H
#define TESTS_UNIT_PROGRAMS_H

#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char work[] = "/tmp/faulttrace-unit.XXXXXX"; /* for mkdtemp() */
static char fixtures[PATH_MAX];

static bool run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool run(const char *format, ...)
{
	char command[4096];
	va_list args;
	int at;

	at = snprintf(command, sizeof(command), "cd %s && ", work);
	va_start(args, format);
	vsnprintf(command + at, sizeof(command) - (size_t)at, format, args);
	va_end(args);
	return system(command) == 0;
}

/* Does PATH lead to the program that the command begins with? */
static inline bool is_there(const char *command)
{
	return run("command -v %.*s >/dev/null", (int)strcspn(command, " "), command);
}

static void remove_work(void)
{
	run("cd / && rm -rf %s", work);
}

static inline void find_fixtures(void)
{
	char own[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	own[n > 0 ? n : 0] = '\0';
	snprintf(fixtures, sizeof(fixtures), "%s/../../tests/fixtures", dirname(own));
}

#endif /* TESTS_UNIT_PROGRAMS_H */
