/* SPDX-License-Identifier: GPL-2.0-only */
#include "present.h"

static bool wants_color(const struct options *opts, const struct output *out)
{
	return opts->color == COLOR_AUTO ? output__takes_color(out) : opts->color == COLOR_ALWAYS;
}

void present(struct run_start *start, const struct options *opts, const struct output *out)
{
	start->timestamp = opts->timestamp;
	start->cause = opts->cause;
	start->residency = opts->residency;
	start->bytes = options__wants_bytes(opts);
	start->wide = opts->wide;
	start->color = wants_color(opts, out);
	start->quiet = opts->quiet;
	start->columns = output__columns(out);
}
