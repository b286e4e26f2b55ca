/* SPDX-License-Identifier: GPL-2.0-only */
#include "debug_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "regular_file.h"

#define DEBUG_DIRECTORY "/usr/lib/debug"

struct wanted {
	const struct build_id *id;
	const struct debug_link *link;
	const char *path;
	int directory_len; /* length of the path's directory */
	int root;
	debug_file_taker take;
	void *ctx;
};

static bool try_path(const struct wanted *wanted, const char *path)
{
	for (int host = wanted->root < 0; host <= 1; host++) {
		int fd __cleanup_close = host ? regular_file__open(AT_FDCWD, path)
					      : regular_file__open_in(wanted->root, path);

		if (fd >= 0 && wanted->take(wanted->ctx, fd))
			return true;
	}
	return false;
}

static bool try_build_id(const struct wanted *wanted)
{
	char path[64 + 2 * BUILD_ID_MAX];
	int at;

	if (!wanted->id->len)
		return false;
	at = sprintf(path, DEBUG_DIRECTORY "/.build-id/%02x/", wanted->id->bytes[0]);
	for (size_t i = 1; i < wanted->id->len; i++)
		at += sprintf(path + at, "%02x", wanted->id->bytes[i]);
	strcpy(path + at, ".debug");
	return try_path(wanted, path);
}

static bool try_link(const struct wanted *wanted)
{
	/* What is put before and after the program's directory. */
	static const char *const places[][2] = {
		{ "", "" },
		{ "", "/.debug" },
		{ DEBUG_DIRECTORY, "" },
	};

	if (!wanted->link->name[0] || wanted->path[0] != '/')
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "%s%.*s%s/%s", places[i][0],
				     wanted->directory_len, wanted->path, places[i][1],
				     wanted->link->name) < sizeof(path) &&
		    try_path(wanted, path))
			return true;
	}
	return false;
}

bool debug_file__find(const struct debug_file_names *names, int root, debug_file_taker take,
		      void *ctx)
{
	const char *slash = strrchr(names->path, '/');
	const struct wanted wanted = {
		.id = &names->build_id,
		.link = &names->link,
		.path = names->path,
		.directory_len = slash ? (int)(slash - names->path) : 0,
		.root = root,
		.take = take,
		.ctx = ctx,
	};

	return try_build_id(&wanted) || try_link(&wanted);
}
