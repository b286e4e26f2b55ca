/* SPDX-License-Identifier: GPL-2.0-only */
#include "names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Twice what the kernel half remembers having sent, and it forgets by last use
 * as well: what is dropped here is sent again when it is met again.
 */
#define NAMES_MAX 16384
#define NR_SLOTS  (2 * NAMES_MAX)

#define NR_CANDIDATES 16

struct name {
	uint64_t id; /* 0: free */
	char *text;
	uint64_t used; /* when: counted in uses */
};

struct names {
	struct name slots[NR_SLOTS]; /* open addressing, linear probing */
	size_t nr;
	size_t hand; /* where to look for one to drop */
	uint64_t uses;
};

int names__new(struct names **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void names__free(struct names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < NR_SLOTS; i++)
		free(names->slots[i].text);
	free(names);
}

/* Ids are hashes already. */
static size_t home(uint64_t id)
{
	return id % NR_SLOTS;
}

/* The slot with this id, or the free one where it would go. */
static struct name *find_slot(struct names *names, uint64_t id)
{
	size_t i = home(id);

	while (names->slots[i].id && names->slots[i].id != id)
		i = (i + 1) % NR_SLOTS;
	return &names->slots[i];
}

/* Closes the gap that a removal leaves in a run of probes. */
static void remove_slot(struct names *names, size_t gap)
{
	size_t i = gap;

	free(names->slots[gap].text);
	names->nr--;
	for (;;) {
		i = (i + 1) % NR_SLOTS;
		if (!names->slots[i].id)
			break;
		/* Stays if its home lies cyclically after the gap. */
		if ((i + NR_SLOTS - home(names->slots[i].id)) % NR_SLOTS <
		    (i + NR_SLOTS - gap) % NR_SLOTS)
			continue;
		names->slots[gap] = names->slots[i];
		gap = i;
	}
	memset(&names->slots[gap], 0, sizeof(names->slots[gap]));
}

/* Of the next few, the one that was not used for longest: close to the oldest of all. */
static void drop_one(struct names *names)
{
	size_t oldest = NR_SLOTS;

	for (int seen = 0; seen < NR_CANDIDATES; names->hand = (names->hand + 1) % NR_SLOTS) {
		if (!names->slots[names->hand].id)
			continue;
		if (oldest == NR_SLOTS ||
		    names->slots[names->hand].used < names->slots[oldest].used)
			oldest = names->hand;
		seen++;
	}
	remove_slot(names, oldest);
}

const char *names__find(struct names *names, uint64_t id)
{
	struct name *name = find_slot(names, id);

	if (!id || !name->id)
		return NULL;
	name->used = ++names->uses;
	return name->text;
}

void names__learn(struct names *names, const struct ft_name *record)
{
	char text[FT_NAME_MAX + 64];
	struct name *name;

	name_text(record, text, sizeof(text));
	if (!record->id || !*text)
		return;
	if (names->nr >= NAMES_MAX)
		drop_one(names);
	name = find_slot(names, record->id);
	if (!name->id)
		names->nr++;
	free(name->text);
	name->id = record->id;
	name->text = strdup(text);
	name->used = ++names->uses;
	if (!name->text)
		remove_slot(names, (size_t)(name - names->slots));
}

/* "libc.so.6\0lib\0usr\0" is /usr/lib/libc.so.6. */
static void path_text(const char *parts, size_t len, char *ret, size_t size)
{
	size_t at = 0, end = len;

	ret[0] = '\0';
	while (end > 0 && at + FT_NAME_PART + 1 < size) {
		size_t start = end - 1;

		while (start > 0 && parts[start - 1])
			start--;
		at += (size_t)snprintf(ret + at, size - at, "/%s", parts + start);
		end = start;
	}
}

static const struct {
	const char *before;
	const char *after;
	bool is_path;
} forms[] = {
	[FT_NAME_PATH] = { "", "", true },
	[FT_NAME_DELETED] = { "", " (deleted)", true },
	[FT_NAME_SIMPLE] = { "/", " (deleted)", false },
	[FT_NAME_ANONFD] = { "anon_inode:", "", false },
	[FT_NAME_VERBATIM] = { "", "", false },
	[FT_NAME_ANON] = { "[anon:", "]", false },
	[FT_NAME_ANON_SHMEM] = { "[anon_shmem:", "]", false },
	[FT_NAME_SOCKET] = { "socket:[", "]", false },
};

void name_text(const struct ft_name *record, char *ret, size_t size)
{
	char middle[FT_NAME_MAX + 1];

	ret[0] = '\0';
	if (record->form >= sizeof(forms) / sizeof(*forms) || !forms[record->form].before ||
	    !record->len || record->len > FT_NAME_MAX || record->text[record->len - 1])
		return;
	if (record->form == FT_NAME_SOCKET)
		snprintf(middle, sizeof(middle), "%llu", (unsigned long long)record->inode);
	else if (forms[record->form].is_path)
		path_text(record->text, record->len, middle, sizeof(middle));
	else
		snprintf(middle, sizeof(middle), "%s", record->text);
	snprintf(ret, size, "%s%s%s", forms[record->form].before, middle,
		 forms[record->form].after);
}
