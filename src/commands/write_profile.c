/* SPDX-License-Identifier: GPL-2.0-only */
#include "write_profile.h"

#include <errno.h>
#include <string.h>

#include "../base/log.h"
#include "../format/formats.h"

int check_profile(const struct options *opts)
{
	const char *const paths[] = { opts->pprof, opts->flamegraph };
	struct output file;
	int err = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && !err; i++) {
		if (!paths[i])
			continue;
		err = output__open(&file, paths[i]);
		if (!err)
			err = output__close(&file);
	}
	return err;
}

/* Appends the profile to *out. 0 or -errno. */
static int add_profile(const struct format_ops *ops, struct buf *out, const struct run_start *start,
		       const struct profile *profile, const struct profile_view *view)
{
	struct format *format = format__new(ops, out, start);
	int err = format ? ops->profile(format, profile, view) : -ENOMEM;

	format__free(format);
	return err;
}

/* Writes the profile to the file of that path, unless it is NULL. 0 or -errno after saying why. */
static int write_file(const char *path, const struct format_ops *ops, const struct run_start *start,
		      const struct profile *profile, const struct profile_view *view)
{
	struct output file;
	int err = path ? output__open(&file, path) : 0;

	if (err || !path)
		return err;
	err = add_profile(ops, &file.buf, start, profile, view);
	if (err)
		log_error("cannot write %s: %s", path, strerror(-err));
	output__flush(&file);
	return output__close(&file) || file.error ? -EIO : err;
}

/* Adds what was traced: "postgres -D /data", "/system.slice", "pid 4242,4243". */
static void add_target(struct buf *text, const struct run_start *start)
{
	buf__adds(text, start->target_text     ? start->target_text
			: start->nr_target_ids ? start->target
					       : "the whole system");
	for (size_t i = 0; !start->target_text && i < start->nr_target_ids; i++)
		buf__addf(text, i ? ",%d" : " %d", start->target_ids[i]);
	buf__addc(text, '\0');
}

void write_profile(struct session *session, const struct profile *profile)
{
	const struct options *opts = session->opts;
	struct buf target = { 0 };
	struct profile_view view = {
		.weight = opts->weight,
		.wall_ns = session->start.wall_ns,
		.elapsed_ns = session->end.elapsed_ns,
	};

	add_target(&target, &session->start);
	view.target = target.data;
	if (opts->folded)
		session->failed |= add_profile(&folded_format, &session->out.buf, &session->start,
					       profile, &view);
	session->failed |= write_file(opts->pprof, &pprof_format, &session->start, profile, &view);
	session->failed |=
		write_file(opts->flamegraph, &flamegraph_format, &session->start, profile, &view);
	buf__free(&target);
}
