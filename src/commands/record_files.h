/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbered files of a recording, FILE.0001 and those that follow; and those of the run before. */
#ifndef COMMANDS_RECORD_FILES_H
#define COMMANDS_RECORD_FILES_H

#include "../base/file_place.h"
#include "../capture/files.h"

struct record_files {
	struct file_place place; /* of FILE, which itself is not written */
	char *first;		 /* the path of FILE.0001 */
	int first_fd;		 /* what it is written to; whose that is */
	unsigned int number;	 /* of the last file */
	struct capture_files next;
};

#define RECORD_FILES_NONE                                              \
	(struct record_files)                                          \
	{                                                              \
		.place = { .folder = -1 }, .first_fd = -1, .number = 1 \
	}

/*
 * Checks that what is in the place of the files are captures of a run that has ended. 0, or -errno
 * after saying why.
 */
int record_files__open(struct record_files *files, const char *path);
/*
 * Removes the files of the run before; with old_name they get that name. 0, or -errno after saying
 * why.
 */
int record_files__clear(struct record_files *files, const char *old_name);
void record_files__close(struct record_files *files);

#endif /* COMMANDS_RECORD_FILES_H */
