/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads small files below a folder that is taken for "/", whoever may have written them. */
#ifndef HOST_BOUNDED_FILE_H
#define HOST_BOUNDED_FILE_H

#include "../base/buf.h"

/* Opens a folder below root, by a path without a leading slash. A file descriptor or -errno. */
int bounded_folder__open(int root, const char *path);
/*
 * Appends the contents of a regular file of at most max bytes. Links in the path stay below root,
 * and its last part is none. Never waits for a FIFO or a device. 0, or -errno; -EFBIG: it is larger.
 */
int bounded_file__read(int root, const char *path, size_t max, struct buf *ret);

#endif /* HOST_BOUNDED_FILE_H */
