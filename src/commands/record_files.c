/* SPDX-License-Identifier: GPL-2.0-only */
#include "record_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/file_parts.h"
#include "../base/log.h"
#include "../capture/block.h"

#define LAST_NUMBER 999999999u

/* ---- The files of the run before --------------------------------------------------------------- */

static bool is_capture(int fd)
{
	char begin[CAPTURE_MARK_BYTES];

	return pread(fd, begin, sizeof(begin), 0) == sizeof(begin) &&
	       !memcmp(begin, capture_mark, sizeof(begin));
}

/* May the file go? NULL: yes. Or why not. */
static const char *why_kept(const struct file_place *place, int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (st.st_size && !is_capture(fd)))
		return "it is no capture, and would be replaced";
	if (file_place__is_trap(place, &st))
		return FILE_PLACE_TRAP;
	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return FILE_PLACE_BUSY;
	return NULL;
}

static int check(const struct file_place *place, const char *name)
{
	int fd = openat(place->folder, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *why;

	if (fd < 0 && errno == ENOENT)
		return 0;
	why = fd < 0 ? strerror(errno) : why_kept(place, fd);
	if (fd >= 0)
		close(fd);
	if (!why)
		return 0;
	log_error("cannot write beside %s: %s", name, why);
	return -EEXIST;
}

static int remove_one(const struct file_place *place, const char *name)
{
	return unlinkat(place->folder, name, 0) && errno != ENOENT ? -errno : 0;
}

/* Calls do_it with FILE and each FILE.NNNN. 0, or -errno of the first one that failed. */
static int for_each(const struct file_place *place, const char *name,
		    int (*do_it)(const struct file_place *place, const char *name))
{
	struct file_parts parts;
	int err = file_parts__list(place->folder, name, &parts);

	if (!err)
		err = do_it(place, name);
	for (size_t i = 0; !err && i < parts.nr; i++) {
		char *part __cleanup_free = file_parts__name(name, parts.numbers[i]);

		err = do_it(place, part);
	}
	file_parts__free(&parts);
	return err;
}

static int rename_all(const struct file_place *place, const char *old_name)
{
	struct file_parts parts;
	int err = file_parts__list(place->folder, place->name, &parts);

	if (!err && renameat(place->folder, place->name, place->folder, old_name) &&
	    errno != ENOENT)
		err = -errno;
	for (size_t i = 0; !err && i < parts.nr; i++) {
		char *from __cleanup_free = file_parts__name(place->name, parts.numbers[i]);
		char *to __cleanup_free = file_parts__name(old_name, parts.numbers[i]);

		if (renameat(place->folder, from, place->folder, to))
			err = -errno;
	}
	file_parts__free(&parts);
	return err;
}

int record_files__clear(struct record_files *files, const char *old_name)
{
	const struct file_place *place = &files->place;
	int err = for_each(place, place->name, check);

	if (!err && old_name)
		err = for_each(place, old_name, check);
	if (err)
		return err;
	err = for_each(place, old_name ? old_name : place->name, remove_one);
	if (!err && old_name)
		err = rename_all(place, old_name);
	if (err)
		log_error("cannot remove the capture before, %s: %s", place->path, strerror(-err));
	return err;
}

/* ---- The files of this one --------------------------------------------------------------------- */

static int create(const struct record_files *files, unsigned int number)
{
	char *name __cleanup_free = file_parts__name(files->place.name, number);
	int fd = file_place__create(&files->place, name);

	if (fd < 0)
		return fd;
	file_place__give(&files->place, fd);
	/* Where a file system has no locks there is none. */
	flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

static int next(void *ctx)
{
	struct record_files *files = ctx;
	unsigned int last = files->number;
	int err = 0;

	if (files->next.keeps_two && last > 1) {
		char *name __cleanup_free = file_parts__name(files->place.name, last - 1);

		err = remove_one(&files->place, name);
		/* It is open until the end, and would take its place on the disk until then. */
		if (!err && last == 2 && ftruncate(files->first_fd, 0))
			err = -errno;
	}
	if (err)
		return err;
	if (last == LAST_NUMBER)
		return -EFBIG;
	return create(files, ++files->number);
}

int record_files__open(struct record_files *files, const char *path)
{
	int err = file_place__find(&files->place, path);

	if (err)
		return err;
	files->first = file_parts__name(path, 1);
	files->next.next = next;
	files->next.ctx = files;
	return for_each(&files->place, files->place.name, check);
}

void record_files__close(struct record_files *files)
{
	file_place__leave(&files->place);
	free(files->first);
	files->first = NULL;
}
