/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes that release a variable when its scope is left, whichever way.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define __cleanup_free	   __attribute__((cleanup(cleanup_free)))
#define __cleanup_fclose   __attribute__((cleanup(cleanup_fclose)))
#define __cleanup_close	   __attribute__((cleanup(cleanup_close)))
#define __cleanup_closedir __attribute__((cleanup(cleanup_closedir)))

#endif /* BASE_CLEANUP_H */
