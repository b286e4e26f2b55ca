/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The place of a file that is to be written: its folder, which is held open, and its name there.
 * Others may be able to write to the folder, and may have put something there before us, so that
 * root writes where it should not, or lets them read. That is refused: a symbolic link; and in a
 * folder for everybody (world-writable and sticky, as /tmp) a file that is neither ours nor root's,
 * or that has a second name. The kernel does the same with fs.protected_regular and
 * fs.protected_fifos, where they are on.
 */
#ifndef BASE_FILE_PLACE_H
#define BASE_FILE_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

struct file_place {
	const char *path; /* for messages */
	const char *name; /* the last part of the path */
	int folder;	  /* -1: none is held */
};

/* 0, or -errno after saying why. */
int file_place__find(struct file_place *place, const char *path);
void file_place__leave(struct file_place *place);

/* Says why the file cannot be opened: why, or the text of err if it is NULL. Returns err. */
int file_place__refuse(const struct file_place *place, int err, const char *why);

/* Is the folder for everybody, and the file neither ours nor root's, or does it have two names? */
bool file_place__is_trap(const struct file_place *place, const struct stat *st);
#define FILE_PLACE_LINK "it is a symbolic link"
#define FILE_PLACE_TRAP "another user may have put it there"
#define FILE_PLACE_BUSY "another faulttrace writes it"

/* Creates a new file in the folder, for its owner alone. A file descriptor or -errno. */
int file_place__create(const struct file_place *place, const char *name);
/* Gives a new file to the user who called sudo, if one did. */
void file_place__give(const struct file_place *place, int fd);

/*
 * Opens the file to write it from its begin: an existing one, which keeps its owner and its mode,
 * or a new one. Does not wait for the reader of a FIFO. A file descriptor, or -errno after saying
 * why.
 */
int file_place__open(const struct file_place *place);

#endif /* BASE_FILE_PLACE_H */
