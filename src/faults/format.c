/* SPDX-License-Identifier: GPL-2.0-only */
#include "format.h"

#include <stdlib.h>

struct format *format__new(const struct format_ops *ops, struct buf *out,
			   const struct run_start *run)
{
	struct format *f = calloc(1, ops->size ? ops->size : sizeof(*f));

	if (f)
		*f = (struct format) {
			.ops = ops,
			.map = run->plan ? ops->account : ops->map,
			.out = out,
			.run = run,
		};
	return f;
}

void format__free(struct format *f)
{
	if (f && f->ops->free)
		f->ops->free(f);
	free(f);
}
