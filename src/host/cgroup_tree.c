/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/cleanup.h"
#include "cgroup.h"

int cgroup_tree__open(struct cgroup_tree *tree)
{
	int err = cgroup__mount_point("cgroup2", NULL, tree->mount, sizeof(tree->mount));

	tree->fd = err ? -1 : open(tree->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (err)
		return err;
	return tree->fd < 0 ? -errno : 0;
}

void cgroup_tree__close(struct cgroup_tree *tree)
{
	if (tree->fd >= 0)
		close(tree->fd);
	tree->fd = -1;
}

/* A path from the root, relative to the folder of the root. */
static const char *below(const char *path)
{
	path += strspn(path, "/");
	return *path ? path : ".";
}

static const struct timespec *later(const struct timespec *a, const struct timespec *b)
{
	if (a->tv_sec != b->tv_sec)
		return a->tv_sec > b->tv_sec ? a : b;
	return a->tv_nsec > b->tv_nsec ? a : b;
}

static uint64_t ns_of(const struct timespec *time)
{
	return time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

/* Whoever owns the folder can set its mtime, but not its ctime. */
bool cgroup_tree__has(const struct cgroup_tree *tree, const char *path, uint64_t id,
		      uint64_t *since_ns)
{
	struct stat st;

	if (fstatat(tree->fd, below(path), &st, AT_SYMLINK_NOFOLLOW) || st.st_ino != id)
		return false;
	if (since_ns)
		*since_ns = ns_of(later(&st.st_mtim, &st.st_ctim));
	return true;
}

/* ---- The walk -------------------------------------------------------------------------- */

struct walk {
	cgroup_visit_fn *visit;
	void *ctx;
	struct buf path; /* of the folder that is read, with a NUL behind it */
	unsigned int depth, nr;
};

static bool walk_folder(struct walk *walk, int fd);

static bool visit_folder(struct walk *walk, uint64_t id)
{
	bool is_root = !walk->path.len;
	bool is_over;

	if (is_root)
		buf__addc(&walk->path, '/');
	buf__addc(&walk->path, '\0');
	is_over = walk->visit(walk->ctx, walk->path.data, id);
	walk->path.len = is_root ? 0 : walk->path.len - 1;
	return is_over;
}

static bool walk_entry(struct walk *walk, int parent, const struct dirent *entry)
{
	size_t before = walk->path.len;
	bool is_over = false;
	int fd;

	if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
	    !strcmp(entry->d_name, "..") || walk->nr >= CGROUP_TREE_MAX)
		return false;
	fd = openat(parent, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	walk->nr++;
	buf__addf(&walk->path, "/%s", entry->d_name);
	is_over = walk_folder(walk, fd);
	walk->path.len = before;
	return is_over;
}

/* Closes fd. */
static bool walk_folder(struct walk *walk, int fd)
{
	DIR *folder __cleanup_closedir = fdopendir(fd);
	const struct dirent *entry;
	struct stat st;
	bool is_over;

	if (!folder) {
		close(fd);
		return false;
	}
	is_over = !fstat(fd, &st) && visit_folder(walk, st.st_ino);
	walk->depth++;
	while (!is_over && walk->depth < CGROUP_TREE_DEPTH && (entry = readdir(folder)))
		is_over = walk_entry(walk, fd, entry);
	walk->depth--;
	return is_over;
}

bool cgroup_tree__walk(const struct cgroup_tree *tree, cgroup_visit_fn *visit, void *ctx)
{
	struct walk walk = { .visit = visit, .ctx = ctx };
	int fd = openat(tree->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_over = fd >= 0 && walk_folder(&walk, fd);

	buf__free(&walk.path);
	return is_over;
}

/* ---- By id ----------------------------------------------------------------------------- */

/* An id is a file handle of kernfs: FILEID_KERNFS of include/linux/exportfs.h. */
#define FILEID_KERNFS 0xfe

static int open_id(int root, uint64_t id)
{
	struct file_handle *handle = calloc(1, sizeof(*handle) + sizeof(id));
	int found;

	if (!handle)
		return -ENOMEM;
	handle->handle_bytes = sizeof(id);
	handle->handle_type = FILEID_KERNFS;
	memcpy(handle->f_handle, &id, sizeof(id));
	found = open_by_handle_at(root, handle, O_PATH | O_CLOEXEC);
	free(handle);
	return found < 0 ? -errno : found;
}

/* The path of a descriptor; a removed folder's ends in " (deleted)", and is no other folder's. */
static char *path_of(const struct cgroup_tree *tree, int fd, uint64_t id)
{
	char link[64], path[4096];
	size_t mount = strlen(tree->mount);
	ssize_t len;
	const char *from_root;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return NULL;
	path[len] = '\0';
	if (strncmp(path, tree->mount, mount) != 0 || (path[mount] && path[mount] != '/'))
		return NULL;
	from_root = path[mount] ? path + mount : "/";
	return cgroup_tree__has(tree, from_root, id, NULL) ? strdup(from_root) : NULL;
}

struct wanted {
	uint64_t id;
	char *path;
};

static bool is_wanted(void *ctx, const char *path, uint64_t id)
{
	struct wanted *wanted = ctx;

	if (id == wanted->id)
		wanted->path = strdup(path);
	return id == wanted->id;
}

int cgroup_tree__path_by_id(const struct cgroup_tree *tree, uint64_t id, char **path)
{
	*path = NULL;
	if (tree->fd < 0)
		return -ENOENT;

	int fd __cleanup_close = open_id(tree->fd, id);

	if (fd < 0)
		return fd;
	*path = path_of(tree, fd, id);
	return *path ? 0 : -ENOENT;
}

char *cgroup_tree__path(const struct cgroup_tree *tree, uint64_t id)
{
	struct wanted wanted = { .id = id };

	if (cgroup_tree__path_by_id(tree, id, &wanted.path) == -EPERM)
		cgroup_tree__walk(tree, is_wanted, &wanted);
	return wanted.path;
}

char *cgroup__path(unsigned long long id)
{
	struct cgroup_tree tree;
	char *path = cgroup_tree__open(&tree) ? NULL : cgroup_tree__path(&tree, id);

	cgroup_tree__close(&tree);
	return path;
}
