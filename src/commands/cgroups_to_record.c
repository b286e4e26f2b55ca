/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroups_to_record.h"

static const char *path(void *ctx, uint64_t id)
{
	return known_cgroups__path(ctx, id);
}

static const char *container(void *ctx, uint64_t id)
{
	return known_cgroups__container(ctx, id);
}

struct recorded_cgroups cgroups_to_record(struct known_cgroups *known)
{
	return (struct recorded_cgroups) { known, path, container };
}
