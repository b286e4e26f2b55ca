/* SPDX-License-Identifier: GPL-2.0-only */
#include "evict.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "../base/log.h"
#include "../host/file_cache.h"

#define WHOLE	 (1ULL << 62)
#define NO_LIMIT UINT64_MAX /* of time */

/* 0 if nothing stayed; -EBUSY if a part stayed, or if that cannot be known. */
static int judge(const struct eviction *file)
{
	if (file->left == MAP_UNKNOWN)
		log_error("cannot tell what is left of %s: it is another user's", file->path);
	else if (file->left)
		log_error("cannot evict all of %s: %" PRIu64 " bytes are mapped, locked or in "
			  "memory only",
			  file->path, file->left);
	return file->left ? -EBUSY : 0;
}

int evict_file(struct eviction *file)
{
	struct file_cache cache;
	uint64_t whole;
	int err = file_cache__open_path(&cache, file->path);

	file->cached = file->left = MAP_UNKNOWN;
	if (!err) {
		file_cache__count(&cache, 0, WHOLE, NO_LIMIT, &file->cached, &whole);
		err = file_cache__drop(&cache);
		file_cache__count(&cache, 0, WHOLE, NO_LIMIT, &file->left, &whole);
		file_cache__close(&cache);
	}
	if (err)
		file->error = err == -ENODEV ? "no page cache holds it" : strerror(-err);
	return err;
}

static int evict(struct eviction *file)
{
	int err = evict_file(file);

	if (!err)
		return judge(file);
	log_error("cannot evict %s: %s", file->path, file->error);
	if (err == -ENOENT && *file->path == '-')
		log_hint("options come before --evict's files");
	return err;
}

int evict_files(const struct options *opts, struct format *format, struct output *output)
{
	bool has_heading = false;
	int err = 0;

	format__show_map(format, begin);
	for (char **path = opts->files; *path; path++) {
		struct eviction file = { .path = *path };
		int failed = evict(&file);

		err = failed ? failed : err;
		/* The heading precedes the first file without an error: not errors alone. */
		if (!file.error && !has_heading) {
			format__show_map(format, evict_start);
			has_heading = true;
		}
		format__show_map(format, evicted, &file);
		output__flush(output);
	}
	return err;
}
