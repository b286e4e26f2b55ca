/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Write a profile in a format for other tools, or for a browser: a whole file, which
 * is appended to out.
 */
#ifndef FORMAT_PROFILES_H
#define FORMAT_PROFILES_H

#include "../base/buf.h"
#include "../faults/profile.h"

/* A line a stack, "comm;outermost;..;innermost;[kind] WEIGHT", unless its weight is 0. */
void folded_write(struct buf *out, const struct profile *p, const struct profile_view *view);

/* gzip'ed profile.proto, with all weights; pprof shows view->weight first. 0 or -errno. */
int pprof_write(struct buf *out, const struct profile *p, const struct profile_view *view);

/* An SVG that can be searched and zoomed in a browser. */
void flamegraph_write(struct buf *out, const struct profile *p, const struct profile_view *view);

#endif /* FORMAT_PROFILES_H */
