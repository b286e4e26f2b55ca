/* SPDX-License-Identifier: GPL-2.0-only */
#include "mapping_names.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../host/maps.h"
#include "name_store.h"

struct mapping_names {
	struct name_store *names;
	struct mapping asked; /* the answer of /proc, for a name that was not sent, or not whole */
};

int mapping_names__new(struct mapping_names **ret)
{
	struct mapping_names *naming = calloc(1, sizeof(*naming));
	int err = naming ? name_store__new(&naming->names) : -ENOMEM;

	if (err) {
		free(naming);
		naming = NULL;
	}
	*ret = naming;
	return err;
}

void mapping_names__free(struct mapping_names *naming)
{
	if (!naming)
		return;
	name_store__free(naming->names);
	free(naming);
}

void mapping_names__learn(struct mapping_names *naming, const struct ft_name *record)
{
	name_store__learn(naming->names, record);
}

/* The name that /proc shows now, if the mapping is still that of the fault; else "". */
static const char *ask(struct mapping_names *naming, int pid, const struct ft_vma *vma)
{
	if (maps__query(pid, vma->start, &naming->asked) || naming->asked.vma.inode != vma->inode ||
	    naming->asked.vma.dev != vma->dev || naming->asked.vma.start > vma->start ||
	    naming->asked.vma.end < vma->end)
		return "";
	/* The name filled the buffer: its end may be missing. */
	if (strlen(naming->asked.name) >= sizeof(naming->asked.name) - 1)
		return "";
	return naming->asked.name;
}

const char *mapping_names__of(struct mapping_names *naming, int pid, const struct ft_vma *vma)
{
	const char *name, *asked;

	if (!(vma->facts & FT_VMA_COVERS))
		return "";
	if (vma->facts & FT_VMA_HEAP)
		return "[heap]";
	if (vma->facts & FT_VMA_STACK)
		return "[stack]";
	name = name_store__find(naming->names, vma->name_id);
	if (name && !name_is_cut(name))
		return name;
	/* Asks /proc only for files: they always have a name. */
	asked = vma->inode ? ask(naming, pid, vma) : "";
	if (!name || !*asked)
		return name ? name : asked;
	/* Stores the whole name for faults that are read when the process has ended. */
	name_store__set(naming->names, vma->name_id, asked);
	return asked;
}

bool mapping_names__wanted(const char *glob, const char *name)
{
	const char *base;

	if (!glob)
		return true;
	base = strrchr(name, '/');
	/* "[heap]" as a glob matches one letter: so globs are compared as text first. */
	return !strcmp(glob, name) || !fnmatch(glob, name, 0) ||
	       (base && !fnmatch(glob, base + 1, 0));
}
