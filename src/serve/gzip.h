/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SERVE_GZIP_H
#define SERVE_GZIP_H

#include "../base/buf.h"

/* Appends the bytes of `from` to `to` in the format of gzip. 0 or -errno. */
int gzip__pack(const struct buf *from, struct buf *to);

#endif /* SERVE_GZIP_H */
