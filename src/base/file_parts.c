/* SPDX-License-Identifier: GPL-2.0-only */
#include "file_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "must.h"

#define DIGITS_MIN 4
#define DIGITS_MAX 9

char *file_parts__name(const char *name, unsigned int number)
{
	size_t size = strlen(name) + FILE_PART_SUFFIX_MAX;
	char *text = must(malloc(size));

	if (number)
		snprintf(text, size, "%s.%0*u", name, DIGITS_MIN, number);
	else
		snprintf(text, size, "%s", name);
	return text;
}

/* The number of a part; 0: it is none. */
static unsigned int number_of(const char *file, const char *name)
{
	size_t len = strlen(name), digits;

	if (strncmp(file, name, len) || file[len] != '.')
		return 0;
	file += len + 1;
	digits = strspn(file, "0123456789");
	/* More digits than needed are another name. */
	if (file[digits] || digits < DIGITS_MIN || digits > DIGITS_MAX ||
	    (digits > DIGITS_MIN && *file == '0'))
		return 0;
	return (unsigned int)strtoul(file, NULL, 10);
}

static int compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

int file_parts__list(int folder, const char *name, struct file_parts *parts)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t size = 0;

	*parts = (struct file_parts) { 0 };
	if (!dir) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return err;
	}
	while ((entry = readdir(dir))) {
		unsigned int number = number_of(entry->d_name, name);

		if (!number)
			continue;
		parts->numbers =
			must(array_reserve(parts->numbers, parts->nr, &size, sizeof(number)));
		parts->numbers[parts->nr++] = number;
	}
	closedir(dir);
	if (parts->nr)
		qsort(parts->numbers, parts->nr, sizeof(*parts->numbers), compare);
	return 0;
}

void file_parts__free(struct file_parts *parts)
{
	free(parts->numbers);
	*parts = (struct file_parts) { 0 };
}
