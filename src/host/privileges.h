/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gives up what this process may do. A tracer reads what strangers have made: their programs, their
 * names, their perf maps. Whoever finds a defect there is to gain as little as possible.
 */
#ifndef HOST_PRIVILEGES_H
#define HOST_PRIVILEGES_H

/* What a process does after it has begun to trace. The table in privileges.c has what that takes. */
enum privilege_use {
	PRIVILEGE_TRACE = 1U << 0,   /* each run */
	PRIVILEGE_NEW_CPU = 1U << 1, /* opens perf events for a CPU that comes online */
	PRIVILEGE_NAMES = 1U << 2,   /* names code */
	PRIVILEGE_PAGES = 1U << 3,   /* asks which pages of files are in memory */
	PRIVILEGE_COMMAND = 1U << 4, /* sends signals to a command */
	PRIVILEGE_FILES = 1U << 5,   /* opens files for writing, at its end */
	PRIVILEGE_HELPERS = 1U << 6, /* starts and ends processes of other users */
};

/*
 * Keeps the capabilities that these uses take, of those that we have, and drops all others for
 * good, from the bounding set too. What we might execute gains nothing by it (no_new_privs), and
 * this process is neither dumped nor traced by its user. uses: an or of privilege_use. 0 or -errno.
 */
int privileges__keep(unsigned int uses);

/*
 * Clears the inheritable and ambient capabilities, for a program that is to be executed: those are
 * meant for us. 0 or -errno.
 */
int privileges__disinherit(void);

#endif /* HOST_PRIVILEGES_H */
