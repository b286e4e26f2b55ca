/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens files whose names are untrusted, read-only, and regular ones only: a FIFO would block, a
 * device might act. Reading from a network or FUSE file system that does not answer still
 * blocks, which cannot be known beforehand.
 */
#ifndef SYMBOLS_REGULAR_FILE_H
#define SYMBOLS_REGULAR_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct file_version {
	uint64_t size;
	uint64_t mtime_ns;
};

/* As openat(2); a file descriptor or -errno. */
int regular_file__open(int dir, const char *path);
/* The same with root as "/": links that lead out of it are resolved inside it. */
int regular_file__open_in(int root, const char *path);
/* Opens a folder in the same way: only to open files in it. */
int folder__open_in(int root, const char *path);

/*
 * Is it the file that /proc/PID/maps shows with this device and inode? stat(2) cannot tell on
 * file systems with devices of their own (btrfs, overlayfs).
 */
bool regular_file__is(int fd, uint32_t dev, uint64_t inode);

/*
 * The size and mtime, as known without asking a server. Unlike ctime they change only when the
 * file is written to, not when it is deleted, renamed, linked, or protected. 0 or -errno.
 */
int regular_file__version(int fd, struct file_version *ret);

#endif /* SYMBOLS_REGULAR_FILE_H */
