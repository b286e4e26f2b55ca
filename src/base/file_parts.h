/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of one kind, that are numbered: FILE.0001, FILE.0002, .., FILE.10000. */
#ifndef BASE_FILE_PARTS_H
#define BASE_FILE_PARTS_H

#include <stddef.h>

/* Room for the digits, the point and the NUL. */
#define FILE_PART_SUFFIX_MAX 16

struct file_parts {
	unsigned int *numbers; /* in order, from 1 on */
	size_t nr;
};

/* The name of a part, malloc()ed. number 0: the name alone. */
char *file_parts__name(const char *name, unsigned int number);
/* Those in the folder, which may have been opened with O_PATH. 0 or -errno. */
int file_parts__list(int folder, const char *name, struct file_parts *parts);
void file_parts__free(struct file_parts *parts);

#endif /* BASE_FILE_PARTS_H */
