/* SPDX-License-Identifier: GPL-2.0-only */
#include "report_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/cleanup.h"
#include "../base/file_parts.h"
#include "../base/log.h"
#include "../base/must.h"
#include "../base/path.h"

/* How often a file that is written is looked at. */
#define FOLLOW_NS 100000000

static int open_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static int refuse(const char *path, int err)
{
	log_error("cannot open %s: %s", path, strerror(-err));
	if (err == -ENOENT)
		log_hint("faulttrace record writes it");
	return err;
}

static void add(struct report_files *files, int fd)
{
	size_t size = files->nr;

	files->fds = must(array_reserve(files->fds, files->nr, &size, sizeof(*files->fds)));
	files->fds[files->nr++] = fd;
}

/* All are opened at once, with the privileges of now. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int list(const char *path, struct file_parts *parts)
{
	const char *name = path_last(path);
	char *folder __cleanup_free = must(strndup(path, (size_t)(name - path)));
	int fd = open(*folder ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = file_parts__list(fd, name, parts);
	close(fd);
	return err;
}

static int open_parts(struct report_files *files, const char *path)
{
	struct file_parts parts = { 0 };
	int err = list(path, &parts);

	if (!err && !parts.nr)
		err = -ENOENT;
	if (err)
		return refuse(path, err);
	allow_many_files();
	for (size_t i = 0; !err && i < parts.nr; i++) {
		char *name __cleanup_free = file_parts__name(path, parts.numbers[i]);
		int fd = open_one(name);

		if (fd >= 0)
			add(files, fd);
		/* The recorder may remove the oldest one at any time. */
		else if (fd != -ENOENT)
			err = refuse(name, fd);
	}
	files->path = must(strdup(path));
	files->number = parts.nr ? parts.numbers[parts.nr - 1] : 0;
	file_parts__free(&parts);
	return err || files->nr ? err : refuse(path, -ENOENT);
}

int report_files__open(struct report_files *files, const char *path)
{
	int fd = strcmp(path, "-") ? open_one(path) : dup(STDIN_FILENO);

	*files = (struct report_files) { 0 };
	if (fd == -ENOENT)
		return open_parts(files, path);
	if (fd < 0)
		return refuse(path, fd == -1 ? -errno : fd);
	add(files, fd);
	return 0;
}

void report_files__close(struct report_files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		close(files->fds[i]);
	free(files->fds);
	free(files->path);
	*files = (struct report_files) { 0 };
}

bool report_files__has(const struct report_files *files, const char *path)
{
	struct stat there, ours;

	if (stat(path, &there) || !S_ISREG(there.st_mode))
		return false;
	for (size_t i = 0; i < files->nr; i++)
		if (!fstat(files->fds[i], &ours) && ours.st_dev == there.st_dev &&
		    ours.st_ino == there.st_ino)
			return true;
	return false;
}

/* Waits, and looks whether the writer is still there: it has the file locked. */
static bool is_written(int fd)
{
	const struct timespec pause = { .tv_nsec = FOLLOW_NS };

	if (!flock(fd, LOCK_SH | LOCK_NB)) {
		flock(fd, LOCK_UN);
		return false;
	}
	if (errno != EWOULDBLOCK)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

/* The part behind the last one. -ENOENT: there is none yet. */
static int open_next_part(struct report_files *files)
{
	char *name __cleanup_free = file_parts__name(files->path, files->number + 1);
	int fd = open_one(name);

	if (fd < 0)
		return fd;
	files->number++;
	files->next++;
	files->is_over = false;
	add(files, fd);
	return fd;
}

/* All there is of the last file was read. */
static int follow(struct report_files *files, bool is_complete)
{
	int last = files->fds[files->nr - 1], fd = -ENOENT;

	if (files->path)
		fd = open_next_part(files);
	if (fd != -ENOENT)
		return fd;
	if (files->is_over || (is_complete && !files->path))
		return -ENODATA;
	if (is_written(last))
		return -EINTR;
	/* It may have written something since the last look. */
	files->is_over = true;
	return last;
}

static int more(void *ctx, bool is_complete)
{
	struct report_files *files = ctx;

	if (files->next < files->nr)
		return files->fds[files->next++];
	return files->follows ? follow(files, is_complete) : -ENODATA;
}

struct capture_input report_files__input(struct report_files *files, bool follows)
{
	files->next = 1;
	files->follows = follows;
	return (struct capture_input) { .fd = files->fds[0], .more = more, .ctx = files };
}
