/* SPDX-License-Identifier: GPL-2.0-only */
#include "jit_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/path.h"
#include "jit_names.h"
#include "regular_file.h"

static void drop(int *fd)
{
	if (*fd)
		close(*fd);
	*fd = 0;
}

static bool is_loaded(const struct jit_map *map)
{
	return map->symbolizer && map->generation == symbolizer__generation(map->symbolizer);
}

static void forget_names(struct jit_map *map)
{
	const struct question question = { .type = ASK_FORGET, .id = map->id };
	struct reply reply;

	if (map->id && is_loaded(map))
		symbolizer__ask(map->symbolizer, &question, -1, ANSWER_MS, &reply);
	drop(&map->kept);
	map->inode = map->id = map->version = map->generation = 0;
	map->read_bytes = map->bytes = 0;
}

void jit_map__free(struct jit_map *map)
{
	forget_names(map);
	drop(&map->folder);
	*map = (struct jit_map) { 0 };
}

/* Reads the process's pid and user; false: the process is gone. */
static bool read_status(struct jit_map *map, int process)
{
	int fd = openat(process, "status", O_RDONLY | O_CLOEXEC);
	FILE *f __cleanup_fclose = fd < 0 ? NULL : fdopen(fd, "r");
	char line[512];
	int found = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Uid: %*u %u", &map->uid) == 1)
			found |= 1;
		if (!strncmp(line, "NSpid:", 6) &&
		    sscanf(strrchr(line, '\t'), "%u", &map->pid) == 1)
			found |= 2;
	}
	return found == 3;
}

/* Keeps the process's /tmp open: a file system of its own would be gone with the process. */
static void keep_folder(struct jit_map *map, int root)
{
	int folder = folder__open_in(root, "tmp");

	if (folder < 0)
		return;
	drop(&map->folder);
	map->folder = folder;
}

/* Only its owner makes a file, but anyone makes a link to it, also where root's files are. */
static bool is_believed(const struct jit_map *map, int root, const char *path,
			const struct stat *file)
{
	struct stat entry;

	if (file->st_uid == map->uid)
		return true;
	return file->st_uid == 0 && !fstatat(root, path, &entry, AT_SYMLINK_NOFOLLOW) &&
	       entry.st_ino == file->st_ino && entry.st_dev == file->st_dev;
}

static int open_believed(const struct jit_map *map, int root, const char *path, struct stat *stat)
{
	int fd = regular_file__open_in(root, path);

	if (fd < 0)
		return fd;
	if (fstat(fd, stat) || !is_believed(map, root, path, stat)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/* Learns what the file is found by. Returns "/" of the process, or -1. *is_gone: nothing of it is left. */
static int look_at(struct jit_map *map, int process, bool *is_gone)
{
	int root = openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*is_gone = !read_status(map, process);
	if (root >= 0)
		keep_folder(map, root);
	return root;
}

void jit_map__expect(struct jit_map *map, int process)
{
	bool is_gone;
	int root __cleanup_close = look_at(map, process, &is_gone);
}

static int open_file(struct jit_map *map, int process, struct stat *stat)
{
	bool is_gone;
	int root __cleanup_close = look_at(map, process, &is_gone);
	char path[64];
	int fd = -ESRCH;

	snprintf(path, sizeof(path), "tmp/perf-%u.map", map->pid);
	if (root >= 0)
		fd = open_believed(map, root, path, stat);
	else if (map->folder)
		fd = open_believed(map, map->folder, path_last(path), stat);
	/* The process is gone, and writes no more: its file system need not be kept. */
	if (is_gone)
		drop(&map->folder);
	return fd;
}

/* The file that was read before, once its process is gone. */
static int open_again(const struct jit_map *map, struct stat *stat)
{
	int fd = map->kept ? fcntl(map->kept, F_DUPFD_CLOEXEC, 3) : -1;

	return fd < 0 || fstat(fd, stat) ? -ESRCH : fd;
}

/* Has it read what was added. The last line may be incomplete: it is read the next time. */
static int read_names(struct jit_map *map, int fd)
{
	const struct question question = { .type = ASK_READ_JIT, .id = map->id };
	struct jit_read read;
	struct reply reply;
	int err = symbolizer__ask(map->symbolizer, &question, fd, INDEX_MS, &reply);

	if (!err)
		err = reply.head.err;
	if (!err && reply.len != sizeof(read))
		err = -EPROTO;
	if (err)
		return err;
	memcpy(&read, reply.bytes, sizeof(read));
	map->read_bytes = read.read_bytes;
	map->bytes = reply.head.bytes;
	map->generation = symbolizer__generation(map->symbolizer);
	map->version = symbolizer__new_id(map->symbolizer);
	return 0;
}

static void give_up(struct jit_map *map, int err)
{
	log_info("a perf map is not read: %s",
		 err == -ETIME ? "it takes too long" : "who reads it dies");
	map->has_failed = true;
	symbolizer__count_failure(map->symbolizer);
}

int jit_map__update(struct jit_map *map, struct symbolizer *symbolizer, int process)
{
	struct stat stat = { 0 };
	int found = open_file(map, process, &stat);
	int fd __cleanup_close =
		found == -ESRCH || found == -ENOENT ? open_again(map, &stat) : found;
	int err;

	if (fd < 0)
		return fd;
	map->symbolizer = symbolizer;
	/* It is another file, or was truncated, or who has read it is gone. */
	if (stat.st_ino != map->inode || (uint64_t)stat.st_size < map->read_bytes ||
	    !is_loaded(map))
		forget_names(map);
	if (!map->kept) {
		int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);

		map->kept = kept < 0 ? 0 : kept;
	}
	map->inode = stat.st_ino;
	if ((uint64_t)stat.st_size <= map->read_bytes || map->read_bytes >= JIT_NAMES_READ_MAX ||
	    map->has_failed)
		return -EAGAIN;
	if (!map->id)
		map->id = symbolizer__new_id(symbolizer);
	err = read_names(map, fd);
	/* It may have died by no fault of the file's. */
	if (err == -EPIPE)
		err = read_names(map, fd);
	if (err == -EPIPE || err == -ETIME)
		give_up(map, err);
	return err;
}

const char *jit_map__name(struct jit_map *map, uint64_t address, uint64_t *start)
{
	const struct question question = { .type = ASK_NAME, .id = map->id, .address = address };
	struct reply reply;
	int err;

	if (!map->version || map->has_failed || !is_loaded(map))
		return NULL;
	err = symbolizer__ask(map->symbolizer, &question, -1, ANSWER_MS, &reply);
	if (err == -ETIME)
		give_up(map, err);
	return err || reply.head.err ? NULL : reply__name(&reply, start);
}
