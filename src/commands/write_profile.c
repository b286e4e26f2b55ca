/* SPDX-License-Identifier: GPL-2.0-only */
#include "write_profile.h"

#include <errno.h>
#include <string.h>

#include "../base/log.h"
#include "../format/formats.h"

static const struct format_ops *const file_formats[] = {
	[PROFILE_PPROF] = &pprof_format,
	[PROFILE_FLAMEGRAPH] = &flamegraph_format,
};
_Static_assert(sizeof(file_formats) / sizeof(*file_formats) == PROFILE_FILES,
	       "every profile that is a file has a format");

int profile_files__open(struct profile_files *files, const struct options *opts)
{
	int err = 0;

	for (size_t i = 0; !err && i < PROFILE_FILES; i++)
		if (opts->profiles[i])
			err = whole_file__open(&files->of[i], opts->profiles[i]);
	return err;
}

void profile_files__close(struct profile_files *files)
{
	for (size_t i = 0; i < PROFILE_FILES; i++)
		whole_file__close(&files->of[i]);
}

/* Appends the profile to *out. 0, or -errno after saying why. */
static int add_profile(const struct format_ops *ops, const struct profile_request *request,
		       const struct profile_view *view, struct buf *out)
{
	struct format *format = format__new(ops, out, request->start);
	int err = format ? ops->profile(format, request->profile, view) : -ENOMEM;

	if (err)
		log_error("cannot make the %s profile: %s", ops->name, strerror(-err));
	format__free(format);
	return err;
}

/* 0, or -errno after saying why. */
static int write_file(const struct format_ops *ops, const struct profile_request *request,
		      const struct profile_view *view, struct whole_file *file)
{
	struct buf bytes = { 0 };
	int err = add_profile(ops, request, view, &bytes);

	if (!err)
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

int write_profile(const struct profile_request *request, struct profile_files *files,
		  struct buf *out)
{
	const struct options *opts = request->opts;
	struct buf target = { 0 };
	struct profile_view view = {
		.weight = opts->weight,
		.wall_ns = request->start->wall_ns,
		.elapsed_ns = request->end->elapsed_ns,
	};
	int failed = 0;

	add_target(&target, request->start);
	view.target = target.data;
	if (opts->folded)
		failed |= add_profile(&folded_format, request, &view, out);
	for (size_t i = 0; i < PROFILE_FILES; i++)
		if (opts->profiles[i])
			failed |= write_file(file_formats[i], request, &view, &files->of[i]);
	buf__free(&target);
	if (profile__left_out(request->profile))
		log_note(
			"%llu faults are in the profile as %s: they have more stacks than it has room for",
			(unsigned long long)profile__left_out(request->profile), PROFILE_LEFT_OUT);
	return failed;
}
