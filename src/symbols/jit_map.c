/* SPDX-License-Identifier: GPL-2.0-only */
#include "jit_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/path.h"
#include "../base/stop.h"
#include "regular_file.h"

/* The most that is read of one file: a large Java service writes a quarter of it. */
#define JIT_MAP_MAX   (64u << 20)
#define JIT_LINES_MAX (2 * SYMBOL_ENTRIES_MAX)
#define NAME_LEN_MAX  4095
/* Longer lines are left out. */
#define CHUNK_BYTES   (64u << 10)

static void drop(int *fd)
{
	if (*fd)
		close(*fd);
	*fd = 0;
}

static void forget_names(struct jit_map *map)
{
	symbol_table__free(&map->table);
	drop(&map->kept);
	map->inode = 0;
	map->read_bytes = 0;
	map->nr_lines = 0;
	map->in_long_line = false;
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

static int open_file(struct jit_map *map, int process, struct stat *stat)
{
	bool is_gone = !read_status(map, process);
	int root __cleanup_close = openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[64];
	int fd = -ESRCH;

	snprintf(path, sizeof(path), "tmp/perf-%u.map", map->pid);
	if (root >= 0) {
		keep_folder(map, root);
		fd = open_believed(map, root, path, stat);
	} else if (map->folder) {
		fd = open_believed(map, map->folder, path_last(path), stat);
	}
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

static void add_line(struct jit_map *map, const char *line)
{
	uint64_t start, size;
	int name_at = 0;

	if (sscanf(line, "%" SCNx64 " %" SCNx64 " %n", &start, &size, &name_at) < 2 || !name_at ||
	    start + size < start)
		return;
	/* New code may replace old code at an address, so a later line gets a higher rank. */
	symbol_table__add(&map->table, start, start + size,
			  symbol_table__add_strings(&map->table, line + name_at,
						    strnlen(line + name_at, NAME_LEN_MAX)),
			  map->nr_lines);
}

/* Adds the whole lines of a chunk. Returns how many bytes they are. */
static size_t add_lines(struct jit_map *map, char *chunk, size_t len)
{
	char *line = chunk, *end;

	while ((end = memchr(line, '\n', (size_t)(chunk + len - line)))) {
		*end = '\0';
		if (!map->in_long_line && map->nr_lines < JIT_LINES_MAX) {
			map->nr_lines++;
			add_line(map, line);
		}
		map->in_long_line = false;
		line = end + 1;
	}
	return (size_t)(line - chunk);
}

/* Reads what was added to the file. The last line may be incomplete: it is read the next time. */
static int read_lines(struct jit_map *map, int fd)
{
	char *chunk __cleanup_free = malloc(CHUNK_BYTES);
	ssize_t n = CHUNK_BYTES;
	size_t taken;

	if (!chunk)
		return -ENOMEM;
	while (n > 0 && map->read_bytes < JIT_MAP_MAX && !stop_asked()) {
		n = pread(fd, chunk, CHUNK_BYTES, (off_t)map->read_bytes);
		taken = n > 0 ? add_lines(map, chunk, (size_t)n) : 0;
		if (!taken && n < CHUNK_BYTES)
			break;
		if (!taken) {
			map->in_long_line = true;
			taken = CHUNK_BYTES;
		}
		map->read_bytes += taken;
	}
	return 0;
}

int jit_map__update(struct jit_map *map, int process)
{
	struct stat stat = { 0 };
	int found = open_file(map, process, &stat);
	int fd __cleanup_close =
		found == -ESRCH || found == -ENOENT ? open_again(map, &stat) : found;
	int err;

	if (fd < 0)
		return fd;
	/* It is another file, or was truncated. */
	if (stat.st_ino != map->inode || (uint64_t)stat.st_size < map->read_bytes)
		forget_names(map);
	if (!map->kept) {
		int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);

		map->kept = kept < 0 ? 0 : kept;
	}
	map->inode = stat.st_ino;
	if ((uint64_t)stat.st_size <= map->read_bytes || map->read_bytes >= JIT_MAP_MAX)
		return -EAGAIN;
	map->table.newest_wins = true;
	err = read_lines(map, fd);
	symbol_table__sort(&map->table);
	return err;
}
