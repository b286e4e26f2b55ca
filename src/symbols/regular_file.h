/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens files that others name, read-only, and regular ones only: a FIFO would
 * block, a device might act. A file on a network or FUSE file system that does
 * not answer still makes its reader wait; nothing here can tell beforehand.
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
/* The same, where root is "/": links that lead out of it end in it as well. */
int regular_file__open_in(int root, const char *path);
/* A folder, in the same way: only to open others in it. */
int folder__open_in(int root, const char *path);

/*
 * Is it the file that /proc/PID/maps shows as this device and inode? Unlike
 * stat(2), that also tells on file systems with devices of their own (btrfs,
 * overlayfs).
 */
bool regular_file__is(int fd, uint32_t dev, uint64_t inode);

/*
 * What changes when it is written to, without asking a server; 0 or -errno. Other than
 * ctime, not when it is deleted, renamed, linked, or protected.
 */
int regular_file__version(int fd, struct file_version *ret);

#endif /* SYMBOLS_REGULAR_FILE_H */
