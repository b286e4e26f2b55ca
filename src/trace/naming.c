/* SPDX-License-Identifier: GPL-2.0-only */
#include "naming.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../host/maps.h"
#include "names.h"

struct naming {
	struct names *names;
	struct mapping asked; /* what /proc said, for names that did not come */
};

int naming__new(struct naming **ret)
{
	struct naming *naming = calloc(1, sizeof(*naming));
	int err = naming ? names__new(&naming->names) : -ENOMEM;

	if (err) {
		free(naming);
		naming = NULL;
	}
	*ret = naming;
	return err;
}

void naming__free(struct naming *naming)
{
	if (!naming)
		return;
	names__free(naming->names);
	free(naming);
}

void naming__learn(struct naming *naming, const struct ft_name *record)
{
	names__learn(naming->names, record);
}

/* The mapping as /proc shows it now, if it is still the one of the fault. */
static const char *ask(struct naming *naming, const struct ft_fault *rec)
{
	if (maps__query((int)rec->pid, rec->addr, &naming->asked) ||
	    naming->asked.inode != rec->inode || naming->asked.dev != rec->dev ||
	    naming->asked.start > rec->vma_start || naming->asked.end < rec->vma_end)
		return "";
	return naming->asked.name;
}

const char *naming__of(struct naming *naming, const struct ft_fault *rec)
{
	const char *name;

	if (!(rec->vma & FT_VMA_COVERS))
		return "";
	if (rec->vma & FT_VMA_HEAP)
		return "[heap]";
	if (rec->vma & FT_VMA_STACK)
		return "[stack]";
	name = names__find(naming->names, rec->name_id);
	if (name)
		return name;
	/* Only a file always has a name. */
	return rec->inode ? ask(naming, rec) : "";
}

bool naming__wanted(const char *glob, const char *name)
{
	const char *base = strrchr(name, '/');

	/* "[heap]" is also a glob, of one letter: as it stands it counts first. */
	return !glob || !strcmp(glob, name) || !fnmatch(glob, name, 0) ||
	       (base && !fnmatch(glob, base + 1, 0));
}
