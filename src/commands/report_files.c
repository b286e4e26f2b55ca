/* SPDX-License-Identifier: GPL-2.0-only */
#include "report_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/cleanup.h"
#include "../base/file_parts.h"
#include "../base/log.h"
#include "../base/must.h"
#include "../base/path.h"

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

static int more(void *ctx, bool is_complete)
{
	struct report_files *files = ctx;

	(void)is_complete;
	return files->next < files->nr ? files->fds[files->next++] : -ENODATA;
}

struct capture_input report_files__input(struct report_files *files)
{
	files->next = 1;
	return (struct capture_input) { .fd = files->fds[0], .more = more, .ctx = files };
}
