/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <string.h>

/* The part behind the last slash; the whole path if there is none. */
static inline const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif /* BASE_PATH_H */
