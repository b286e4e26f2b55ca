/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that is there as a whole, or not: it is written aside, in the same folder, and renamed
 * when it is complete. So a full disk leaves no half of it, and what was there before stays. What
 * cannot be replaced (a FIFO, a device, a descriptor, a mount point) is written directly.
 */
#ifndef BASE_WHOLE_FILE_H
#define BASE_WHOLE_FILE_H

#include "file_place.h"
#include "output.h"

struct whole_file {
	struct file_place place; /* its folder is held from the check to the end */
	struct output direct;	 /* fd -1: the file is written aside */
	char aside[32];		 /* the name of the file that is written; "": there is none */
};

#define WHOLE_FILE_NONE                             \
	(struct whole_file)                         \
	{                                           \
		.place.folder = -1, .direct.fd = -1 \
	}

/* Checks that the file can be written, before a long run. 0, or -errno after saying why not. */
int whole_file__open(struct whole_file *f, const char *path);
/* Writes the file: once. 0, or -errno after saying why. */
int whole_file__write(struct whole_file *f, const struct buf *bytes);

/*
 * Instead of whole_file__write(), for what is written bit by bit: returns the caller's own file
 * descriptor, or -errno after saying why. A new file is its owner's alone, and under sudo the user's
 * who called it. It is locked until it is closed: none can begin, or keep, the same one meanwhile.
 */
int whole_file__begin(struct whole_file *f);
/*
 * From now on what was begun is the file; with old_name what was there before gets that name. 0, or
 * -errno after saying why. Without this call whole_file__close() removes what was begun.
 */
int whole_file__keep(struct whole_file *f, const char *old_name);

void whole_file__close(struct whole_file *f);

#endif /* BASE_WHOLE_FILE_H */
