/* SPDX-License-Identifier: GPL-2.0-only */
#include "write_profile.h"

#include <errno.h>
#include <string.h>

#include "../base/log.h"
#include "../format/formats.h"

int profile_files__open(struct profile_files *files, const struct options *opts)
{
	int err = opts->pprof ? whole_file__open(&files->pprof, opts->pprof) : 0;

	return err || !opts->flamegraph ? err
					: whole_file__open(&files->flamegraph, opts->flamegraph);
}

void profile_files__close(struct profile_files *files)
{
	whole_file__close(&files->pprof);
	whole_file__close(&files->flamegraph);
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

/* 0 or -errno after saying why. */
static int write_file(struct whole_file *file, const struct format_ops *ops,
		      const struct run_start *start, const struct profile *profile,
		      const struct profile_view *view)
{
	struct buf bytes = { 0 };
	int err = add_profile(ops, &bytes, start, profile, view);

	if (err)
		log_error("cannot write %s: %s", file->place.path, strerror(-err));
	else
		err = whole_file__write(file, &bytes);
	buf__free(&bytes);
	return err;
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

void write_profile(struct session *session, const struct profile *profile,
		   struct profile_files *files)
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
	if (opts->pprof)
		session->failed |=
			write_file(&files->pprof, &pprof_format, &session->start, profile, &view);
	if (opts->flamegraph)
		session->failed |= write_file(&files->flamegraph, &flamegraph_format,
					      &session->start, profile, &view);
	buf__free(&target);
}
