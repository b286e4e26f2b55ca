/* SPDX-License-Identifier: GPL-2.0-only */
#include "write_profile.h"

#include <errno.h>

#include "../format/profiles.h"

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

static int write_file(const char *path, const struct buf *bytes)
{
	struct output file;
	int err = output__open(&file, path);

	if (err)
		return err;
	file.buf = *bytes;
	output__flush(&file);
	err = file.error;
	file.buf = (struct buf) { 0 };
	return output__close(&file) ? -EIO : err;
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
	struct buf bytes = { 0 };

	add_target(&target, &session->start);
	view.target = target.data;
	if (opts->folded)
		folded_write(&session->out.buf, profile, &view);
	if (opts->pprof && !pprof_write(&bytes, profile, &view))
		session->failed |= write_file(opts->pprof, &bytes);
	bytes.len = 0;
	if (opts->flamegraph) {
		flamegraph_write(&bytes, profile, &view);
		session->failed |= write_file(opts->flamegraph, &bytes);
	}
	buf__free(&bytes);
	buf__free(&target);
}
