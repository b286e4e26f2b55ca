/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that report reads, or the numbered files of a recording, FILE.0001 .., as one. */
#ifndef COMMANDS_REPORT_FILES_H
#define COMMANDS_REPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "../capture/input.h"

struct report_files {
	int *fds;
	size_t nr;
	size_t next;	     /* to be read */
	char *path;	     /* of FILE, if its parts are read */
	unsigned int number; /* of the last part */
	bool follows;	     /* waits for what is still written */
	bool is_over;	     /* nobody writes any more: what there is now is all */
};

/* path: "-" is standard input. 0, or -errno after saying why. */
int report_files__open(struct report_files *files, const char *path);
void report_files__close(struct report_files *files);

/* Is the file at the path one of them? */
bool report_files__has(const struct report_files *files, const char *path);

/*
 * One after another; files stays where it is. follows: while another faulttrace writes the last one, its
 * end is waited for.
 */
struct capture_input report_files__input(struct report_files *files, bool follows);

#endif /* COMMANDS_REPORT_FILES_H */
