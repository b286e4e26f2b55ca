/* SPDX-License-Identifier: GPL-2.0-only */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "log.h"

/* How often to try another name, if the one chosen exists. */
#define TRIES 4

/* Under a name that nobody can guess, and so nobody can take before us. A file descriptor or -errno. */
static int create_aside(struct whole_file *f)
{
	int fd = -EEXIST;
	uint64_t random;

	for (int i = 0; i < TRIES && fd == -EEXIST; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -errno;
		snprintf(f->aside, sizeof(f->aside), ".faulttrace.%016llx",
			 (unsigned long long)random);
		fd = file_place__create(&f->place, f->aside);
	}
	if (fd < 0)
		*f->aside = '\0';
	return fd;
}

static void remove_aside(struct whole_file *f)
{
	if (*f->aside)
		unlinkat(f->place.folder, f->aside, 0);
	*f->aside = '\0';
}

/* Creates a file in the folder and removes it again: a run that is killed leaves nothing. */
static int try_folder(struct whole_file *f)
{
	int fd = create_aside(f);

	if (fd < 0) {
		log_error("cannot create a file beside %s: %s", f->place.path, strerror(-fd));
		return fd;
	}
	close(fd);
	remove_aside(f);
	return 0;
}

/* Is there something that is not to be replaced? */
static bool is_kept(const struct whole_file *f)
{
	struct statx st;

	return !statx(f->place.folder, f->place.name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st) &&
	       (!S_ISREG(st.stx_mode) || st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Stats the file that is to be replaced. False: there is none. */
static bool stat_old(const struct whole_file *f, struct stat *st)
{
	return !fstatat(f->place.folder, f->place.name, st, AT_SYMLINK_NOFOLLOW);
}

static int check(struct whole_file *f, const char *path)
{
	struct stat old;
	int err = file_place__find(&f->place, path);

	if (err)
		return err;
	if (is_kept(f))
		return output__open(&f->direct, path);
	if (stat_old(f, &old) && file_place__is_trap(&f->place, &old))
		return file_place__refuse(&f->place, -EPERM, FILE_PLACE_TRAP);
	return try_folder(f);
}

int whole_file__open(struct whole_file *f, const char *path)
{
	int err;

	*f = WHOLE_FILE_NONE;
	f->place.path = path;
	err = strcmp(path, "-") ? check(f, path) : output__open(&f->direct, path);
	if (err)
		whole_file__close(f);
	return err;
}

/* The new file has the owner and the mode of the one that it replaces. */
static void set_owner(const struct whole_file *f, int fd)
{
	struct stat old;

	if (!stat_old(f, &old) || !S_ISREG(old.st_mode) || file_place__is_trap(&f->place, &old))
		file_place__give(&f->place, fd);
	else if (fchmod(fd, old.st_mode & 0777) || fchown(fd, old.st_uid, old.st_gid))
		log_note("%s has another owner now: %s", f->place.path, strerror(errno));
}

/* Writes and closes. */
static int write_all(struct output *out, const struct buf *bytes)
{
	int err, failed;

	out->buf = *bytes;
	output__flush(out);
	out->buf = (struct buf) { 0 };
	err = out->error;
	failed = output__close(out);
	return err ? err : failed;
}

static int write_aside(struct whole_file *f, const struct buf *bytes)
{
	struct output out = { .name = f->place.path };
	int err;

	out.fd = create_aside(f);
	if (out.fd < 0) {
		log_error("cannot write %s: %s", f->place.path, strerror(-out.fd));
		return out.fd;
	}
	set_owner(f, out.fd);
	err = write_all(&out, bytes);
	if (!err)
		err = whole_file__keep(f, NULL);
	remove_aside(f);
	return err;
}

int whole_file__write(struct whole_file *f, const struct buf *bytes)
{
	return f->direct.fd >= 0 ? write_all(&f->direct, bytes) : write_aside(f, bytes);
}

/* Is the file that is to be replaced being written? Who begins one holds a lock until it is closed. */
static bool is_locked(const struct whole_file *f)
{
	int fd = openat(f->place.folder, f->place.name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool is_locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return is_locked;
}

int whole_file__begin(struct whole_file *f)
{
	int fd = f->direct.fd;

	if (fd >= 0) {
		f->direct.fd = -1;
		return fd;
	}
	if (is_locked(f))
		return file_place__refuse(&f->place, -EBUSY, FILE_PLACE_BUSY);
	fd = create_aside(f);
	if (fd < 0) {
		log_error("cannot write %s: %s", f->place.path, strerror(-fd));
		return fd;
	}
	file_place__give(&f->place, fd);
	/* Where a file system has no locks there is none. */
	flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

int whole_file__keep(struct whole_file *f, const char *old_name)
{
	int folder = f->place.folder, err = 0;
	struct stat old;

	if (!*f->aside)
		return 0;
	if (is_locked(f))
		return file_place__refuse(&f->place, -EBUSY, FILE_PLACE_BUSY);
	if (old_name && stat_old(f, &old) && renameat(folder, f->place.name, folder, old_name))
		err = -errno;
	if (!err && renameat(folder, f->aside, folder, f->place.name))
		err = -errno;
	if (err)
		log_error("cannot write %s: %s", f->place.path, strerror(-err));
	else
		*f->aside = '\0';
	return err;
}

void whole_file__close(struct whole_file *f)
{
	remove_aside(f);
	if (f->direct.fd >= 0)
		output__close(&f->direct);
	file_place__leave(&f->place);
}
