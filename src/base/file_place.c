/* SPDX-License-Identifier: GPL-2.0-only */
#include "file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "must.h"
#include "path.h"
#include "sudo_user.h"

/* How often to try again, if the file comes or goes at the very moment. */
#define TRIES 4

int file_place__refuse(const struct file_place *place, int err, const char *why)
{
	log_error("cannot open %s: %s", place->path, why ? why : strerror(-err));
	return err;
}

int file_place__find(struct file_place *place, const char *path)
{
	const char *name = path_last(path);
	char *folder __cleanup_free = must(strndup(path, (size_t)(name - path)));

	*place = (struct file_place) { .path = path, .name = name, .folder = -1 };
	if (!*name)
		return file_place__refuse(place, *path ? -EISDIR : -ENOENT, NULL);
	place->folder = open(*folder ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return place->folder < 0 ? file_place__refuse(place, -errno, NULL) : 0;
}

void file_place__leave(struct file_place *place)
{
	if (place->folder >= 0)
		close(place->folder);
	place->folder = -1;
}

/* May everybody make files in the folder, and only owners remove them? */
static bool is_for_everybody(const struct file_place *place)
{
	struct stat st;

	return !fstat(place->folder, &st) && st.st_mode & S_ISVTX && st.st_mode & S_IWOTH;
}

static bool is_ours(uid_t uid)
{
	struct sudo_user user;

	return uid == 0 || uid == geteuid() || (sudo_user__get(&user) > 0 && uid == user.uid);
}

bool file_place__is_trap(const struct file_place *place, const struct stat *st)
{
	bool has_other_name = S_ISREG(st->st_mode) && st->st_nlink > 1;

	return is_for_everybody(place) && (has_other_name || !is_ours(st->st_uid));
}

int file_place__create(const struct file_place *place, const char *name)
{
	int fd = openat(place->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

void file_place__give(const struct file_place *place, int fd)
{
	struct sudo_user user;

	if (sudo_user__get(&user) > 0 && fchown(fd, user.uid, user.gid))
		log_note("%s stays root's: %s", place->path, strerror(errno));
}

/* An existing file: sees what was opened, before anything is written. Closes it on failure. */
static int begin_existing(const struct file_place *place, int fd)
{
	struct stat st;
	int err = fstat(fd, &st) ? -errno : 0;

	if (!err && file_place__is_trap(place, &st)) {
		close(fd);
		return file_place__refuse(place, -EPERM, FILE_PLACE_TRAP);
	}
	/* Clears O_NONBLOCK: from now on writes wait, as they do elsewhere. */
	if (!err && (fcntl(fd, F_SETFL, 0) || (S_ISREG(st.st_mode) && ftruncate(fd, 0))))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return file_place__refuse(place, err, NULL);
}

static int open_existing(const struct file_place *place)
{
	const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(place->folder, place->name, flags);

	return fd < 0 ? -errno : fd;
}

static int open_or_create(const struct file_place *place, bool *is_new)
{
	int fd = -ENOENT;

	for (int i = 0; i < TRIES && fd == -ENOENT; i++) {
		fd = file_place__create(place, place->name);
		*is_new = fd >= 0;
		if (fd == -EEXIST)
			fd = open_existing(place);
	}
	return fd;
}

int file_place__open(const struct file_place *place)
{
	bool is_new;
	int fd = open_or_create(place, &is_new);

	if (fd == -ELOOP)
		return file_place__refuse(place, fd, FILE_PLACE_LINK);
	if (fd == -ENXIO)
		return file_place__refuse(place, fd, "nobody reads it");
	if (fd < 0)
		return file_place__refuse(place, fd, NULL);
	if (!is_new)
		return begin_existing(place, fd);
	file_place__give(place, fd);
	return fd;
}
