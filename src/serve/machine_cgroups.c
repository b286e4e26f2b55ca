/* SPDX-License-Identifier: GPL-2.0-only */
#include "machine_cgroups.h"

#include "../host/clock.h"
#include "../host/known_cgroups.h"
#include "label.h"

static const char *path(void *ctx, uint64_t id)
{
	return known_cgroups__path(ctx, id);
}

static void forget(void *ctx, uint64_t id)
{
	known_cgroups__forget(ctx, id);
}

static bool exists(void *ctx, const char *cgroup, uint64_t id, uint64_t *since_ns)
{
	const struct known_cgroups *known = ctx;
	uint64_t since, age, now;

	if (!cgroup_tree__has(&known->tree, cgroup, id, &since))
		return false;
	if (!since_ns)
		return true;
	age = clock_ns(CLOCK_REALTIME);
	age = since && since < age ? age - since : 0;
	now = clock_ns(CLOCK_MONOTONIC);
	*since_ns = age < now ? now - age : 0;
	return true;
}

static void add_labels(void *ctx, const char *cgroup, struct buf *out)
{
	struct container_names names;
	struct container container;

	known_cgroups__describe(ctx, cgroup, &container, &names);

	const struct {
		const char *name, *value;
	} labels[] = {
		{ "cgroup", cgroup },
		{ "runtime", names.runtime ? names.runtime : "" },
		{ "namespace", names.namespace },
		{ "pod", *names.pod ? names.pod : container.pod_uid },
		{ "container", *names.container ? names.container : container.id },
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		buf__addf(out, "%s%s=\"", i ? "," : "", labels[i].name);
		label__add_value(labels[i].value, out);
		buf__addc(out, '"');
	}
}

const struct containers_ops machine_cgroups_ops = {
	.path = path,
	.forget = forget,
	.exists = exists,
	.add_labels = add_labels,
};
