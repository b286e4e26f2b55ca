/* SPDX-License-Identifier: GPL-2.0-only */
#include "name_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/key_map.h"
#include "../base/must.h"

/*
 * Twice as many as the kernel half remembers to have sent. It evicts the least recently used,
 * too: so it sends a name again that is evicted here, when a fault hits the mapping again.
 */
#define NAMES_MAX 16384

#define NR_CANDIDATES 16

struct name {
	uint64_t id;
	char *text;
	uint64_t used; /* value of uses at the last use */
};

struct name_store {
	struct key_map names; /* struct name, by id */
	size_t hand;	      /* number of the name where the next eviction starts to look */
	uint64_t uses;
};

int name_store__new(struct name_store **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->names = (struct key_map) { .item_bytes = sizeof(struct name),
					   .key_bytes = sizeof(uint64_t) };
	return 0;
}

static void forget(struct name_store *names, struct name *name)
{
	free(name->text);
	key_map__remove(&names->names, name);
}

void name_store__free(struct name_store *names)
{
	if (!names)
		return;
	while (names->names.nr)
		forget(names, key_map__at(&names->names, names->names.nr - 1));
	key_map__clear(&names->names);
	free(names);
}

/* Evicts the least recently used of the next few names: an approximation of LRU. */
static void drop_one(struct name_store *names)
{
	struct name *oldest = NULL;

	for (int seen = 0; seen < NR_CANDIDATES; seen++) {
		struct name *name = key_map__at(&names->names, names->hand++ % NAMES_MAX);

		if (!oldest || name->used < oldest->used)
			oldest = name;
	}
	forget(names, oldest);
}

const char *name_store__find(struct name_store *names, uint64_t id)
{
	struct name *name = key_map__find(&names->names, &id);

	if (!name)
		return NULL;
	name->used = ++names->uses;
	return name->text;
}

void name_store__set(struct name_store *names, uint64_t id, const char *text)
{
	struct name *name;

	if (!id || !*text)
		return;
	name = key_map__find(&names->names, &id);
	if (!name && names->names.nr >= NAMES_MAX)
		drop_one(names);
	if (!name)
		name = key_map__add(&names->names, &id);
	free(name->text);
	name->text = must(strdup(text));
	name->used = ++names->uses;
}

void name_store__learn(struct name_store *names, const struct ft_name *record)
{
	char text[FT_NAME_MAX + 64];

	name_text(record, text, sizeof(text));
	name_store__set(names, record->id, text);
}

/* Makes /usr/lib/libc.so.6 of "libc.so.6\0lib\0usr\0". The path has len characters, and a NUL. */
static void path_text(const char *parts, size_t len, char *ret)
{
	size_t end = len;

	while (end > 0) {
		size_t start = end - 1;

		while (start > 0 && parts[start - 1])
			start--;
		*ret++ = '/';
		memcpy(ret, parts + start, end - start);
		ret += end - start - 1;
		end = start;
	}
	*ret = '\0';
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
	uint32_t form = record->form & ~(uint32_t)FT_NAME_CUT;
	bool is_cut = record->form & FT_NAME_CUT;

	ret[0] = '\0';
	if (form >= sizeof(forms) / sizeof(*forms) || !forms[form].before ||
	    (is_cut && !forms[form].is_path) || !record->len || record->len > FT_NAME_MAX ||
	    record->text[record->len - 1])
		return;
	if (form == FT_NAME_SOCKET)
		snprintf(middle, sizeof(middle), "%llu", (unsigned long long)record->inode);
	else if (forms[form].is_path)
		path_text(record->text, record->len, middle);
	else
		snprintf(middle, sizeof(middle), "%s", record->text);
	snprintf(ret, size, "%s%s%s%s", is_cut ? NAME_CUT : "", forms[form].before, middle,
		 forms[form].after);
}

bool name_is_cut(const char *text)
{
	return !strncmp(text, NAME_CUT, strlen(NAME_CUT));
}
