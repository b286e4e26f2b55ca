/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile in the formats that other tools take, or a browser. The output is a
 * whole file, appended to out.
 */
#ifndef OUT_PROFILES_H
#define OUT_PROFILES_H

#include "../base/buf.h"
#include "../trace/profile.h"

/* A stack a line, "comm;outermost;..;innermost;[kind] WEIGHT"; stacks that weigh nothing have none. */
void folded_write(struct buf *out, const struct profile *p, const struct profile_view *view);

/* gzip'ed profile.proto, with all weights; view's is what is shown first. 0 or -errno. */
int pprof_write(struct buf *out, const struct profile *p, const struct profile_view *view);

/* An SVG that can be searched and zoomed in a browser. */
void flamegraph_write(struct buf *out, const struct profile *p, const struct profile_view *view);

#endif /* OUT_PROFILES_H */
