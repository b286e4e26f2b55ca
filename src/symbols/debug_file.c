/* SPDX-License-Identifier: GPL-2.0-only */
#include "debug_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "../base/stop.h"
#include "regular_file.h"

#define DEBUG_DIRECTORY "/usr/lib/debug"
/* The size of a file that is read whole for its checksum. */
#define CHECKED_MAX	(1UL << 30)

struct wanted {
	struct build_id id;
	struct debug_link link;
	const char *path;
	int directory_len; /* length of the path's directory */
	int root;
};

static bool has_checksum(const struct elf_image *image, uint32_t crc)
{
	unsigned char block[1 << 16];
	uLong sum = crc32(0, NULL, 0);
	off_t at = 0;
	ssize_t n = -1;

	if (image->size > CHECKED_MAX)
		return false;
	while (at <= (off_t)CHECKED_MAX && !stop_asked() &&
	       (n = pread(image->fd, block, sizeof(block), at)) > 0) {
		sum = crc32(sum, block, (uInt)n);
		at += n;
	}
	return n == 0 && sum == crc;
}

static bool is_wanted(const struct wanted *wanted, struct elf_image *image)
{
	struct build_id id;

	if (!wanted->id.len)
		return has_checksum(image, wanted->link.crc);
	elf_image__build_id(image, &id);
	return id.len == wanted->id.len && !memcmp(id.bytes, wanted->id.bytes, id.len);
}

static int try_path(const struct wanted *wanted, const char *path, struct elf_image *ret)
{
	for (int host = wanted->root < 0; host <= 1; host++) {
		int fd = host ? regular_file__open(AT_FDCWD, path)
			      : regular_file__open_in(wanted->root, path);

		if (fd < 0 || elf_image__open(fd, ret))
			continue;
		if (is_wanted(wanted, ret))
			return 0;
		elf_image__close(ret);
	}
	return -ENOENT;
}

static int try_build_id(const struct wanted *wanted, struct elf_image *ret)
{
	char path[64 + 2 * BUILD_ID_MAX];
	int at;

	if (!wanted->id.len)
		return -ENOENT;
	at = sprintf(path, DEBUG_DIRECTORY "/.build-id/%02x/", wanted->id.bytes[0]);
	for (size_t i = 1; i < wanted->id.len; i++)
		at += sprintf(path + at, "%02x", wanted->id.bytes[i]);
	strcpy(path + at, ".debug");
	return try_path(wanted, path, ret);
}

static int try_link(const struct wanted *wanted, struct elf_image *ret)
{
	/* What is put before and after the program's directory. */
	static const char *const places[][2] = {
		{ "", "" },
		{ "", "/.debug" },
		{ DEBUG_DIRECTORY, "" },
	};

	if (!wanted->link.name[0] || wanted->path[0] != '/')
		return -ENOENT;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "%s%.*s%s/%s", places[i][0],
				     wanted->directory_len, wanted->path, places[i][1],
				     wanted->link.name) < sizeof(path) &&
		    !try_path(wanted, path, ret))
			return 0;
	}
	return -ENOENT;
}

int debug_file__open(struct elf_image *image, const char *path, int root, struct elf_image *ret)
{
	const char *slash = strrchr(path, '/');
	struct wanted wanted = {
		.path = path,
		.directory_len = slash ? (int)(slash - path) : 0,
		.root = root,
	};

	elf_image__build_id(image, &wanted.id);
	elf_image__debug_link(image, &wanted.link);
	return try_build_id(&wanted, ret) ? try_link(&wanted, ret) : 0;
}
