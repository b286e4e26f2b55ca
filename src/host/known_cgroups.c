/* SPDX-License-Identifier: GPL-2.0-only */
#include "known_cgroups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/must.h"
#include "clock.h"

/* Any user whose cgroups are delegated can make many, with long names. */
#define BYTES_MAX (16UL << 20)
#define NR_MAX	  CGROUP_TREE_MAX
/* Where no cgroup may be opened by its id, all are looked at: in this part of the time at most. */
#define LOOK_PART 20

struct known_cgroup {
	uint64_t id;
	char *path;	 /* NULL: it is gone. Ids are not used again. */
	char *container; /* NULL: nobody has asked */
};

void known_cgroups__open(struct known_cgroups *known, const char *host_root)
{
	*known = (struct known_cgroups) {
		.by_id = { .item_bytes = sizeof(struct known_cgroup),
			   .key_bytes = sizeof(uint64_t) },
	};
	/* Without a hierarchy of v2 no path is known. */
	cgroup_tree__open(&known->tree);
	known->names_root = container_names__open(host_root);
}

static void release(struct known_cgroup *cgroup)
{
	free(cgroup->path);
	free(cgroup->container);
}

/* Those that are gone are not known any more. */
static void forget_all(struct known_cgroups *known)
{
	for (size_t i = 0; i < known->by_id.nr; i++)
		release(key_map__at(&known->by_id, i));
	key_map__clear(&known->by_id);
	known->bytes = 0;
}

void known_cgroups__close(struct known_cgroups *known)
{
	forget_all(known);
	cgroup_tree__close(&known->tree);
	if (known->names_root >= 0)
		close(known->names_root);
	known->names_root = -1;
}

static bool is_full(const struct known_cgroups *known)
{
	return known->by_id.nr >= NR_MAX || known->bytes >= BYTES_MAX;
}

/* Takes the path. */
static struct known_cgroup *add(struct known_cgroups *known, uint64_t id, char *path)
{
	struct known_cgroup *cgroup = key_map__add(&known->by_id, &id);

	cgroup->path = path;
	known->bytes += path ? strlen(path) : 0;
	return cgroup;
}

static bool note(void *ctx, const char *path, uint64_t id)
{
	struct known_cgroups *known = ctx;

	if (!key_map__find(&known->by_id, &id))
		add(known, id, must(strdup(path)));
	return is_full(known);
}

/* Notes all cgroups that there are. False: it did so a moment ago. */
static bool look_at_all(struct known_cgroups *known)
{
	unsigned long long begin_ns = clock_ns(CLOCK_MONOTONIC), end_ns;

	if (begin_ns < known->look_ns)
		return false;
	cgroup_tree__walk(&known->tree, note, known);
	end_ns = clock_ns(CLOCK_MONOTONIC);
	known->look_ns = end_ns + (end_ns - begin_ns) * LOOK_PART;
	return true;
}

static struct known_cgroup *find(struct known_cgroups *known, uint64_t id)
{
	struct known_cgroup *cgroup = key_map__find(&known->by_id, &id);
	char *path = NULL;

	if (cgroup)
		return cgroup;
	if (is_full(known))
		forget_all(known);
	if (cgroup_tree__path_by_id(&known->tree, id, &path) != -EPERM)
		return add(known, id, path);
	if (!look_at_all(known))
		return NULL;
	cgroup = key_map__find(&known->by_id, &id);
	return cgroup ? cgroup : add(known, id, NULL);
}

const char *known_cgroups__path(struct known_cgroups *known, uint64_t id)
{
	const struct known_cgroup *cgroup = find(known, id);

	return cgroup ? cgroup->path : NULL;
}

bool known_cgroups__describe(const struct known_cgroups *known, const char *path,
			     struct container *container, struct container_names *names)
{
	bool is_in_one = container__of_path(path, container);

	container_names__find(known->names_root, container, names);
	return is_in_one;
}

const char *known_cgroups__container(struct known_cgroups *known, uint64_t id)
{
	struct known_cgroup *cgroup = find(known, id);
	struct container_names names;
	struct container container;
	struct buf text = { 0 };

	if (!cgroup || !cgroup->path)
		return NULL;
	if (!cgroup->container) {
		if (known_cgroups__describe(known, cgroup->path, &container, &names))
			container_names__add_text(&container, &names, &text);
		else
			buf__adds(&text, NO_CONTAINER);
		buf__addc(&text, '\0');
		cgroup->container = text.data;
	}
	return cgroup->container;
}

void known_cgroups__forget(struct known_cgroups *known, uint64_t id)
{
	struct known_cgroup *cgroup = key_map__find(&known->by_id, &id);

	if (!cgroup)
		return;
	known->bytes -= cgroup->path ? strlen(cgroup->path) : 0;
	release(cgroup);
	key_map__remove(&known->by_id, cgroup);
}
