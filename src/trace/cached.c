/* SPDX-License-Identifier: GPL-2.0-only */
#include "cached.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/clock.h"
#include "../host/residency.h"

#define NR_SETS	 128
#define SET_SIZE 4
#define ALL	 UINT64_MAX /* up to the file's end, wherever that is */

struct range {
	__u64 inode;
	__u64 start; /* in the file */
	__u64 len;
	__u32 dev;
	bool is_known;
	unsigned int percent;
	unsigned long long asked_ns; /* 0: free */
};

struct cached {
	bool whole_files;
	unsigned long long keep_ns;
	struct range sets[NR_SETS][SET_SIZE];
	struct mapping mapping; /* large */
};

int cached__new(bool whole_files, unsigned long long keep_ns, struct cached **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->whole_files = whole_files;
	(*ret)->keep_ns = keep_ns;
	return 0;
}

void cached__free(struct cached *c)
{
	free(c);
}

void cached__forget(struct cached *c)
{
	memset(c->sets, 0, sizeof(c->sets));
}

static bool is_same(const struct range *a, const struct range *b)
{
	return a->inode == b->inode && a->dev == b->dev && a->start == b->start && a->len == b->len;
}

/* Its place, or that of the one that was asked for longest ago. */
static struct range *find(struct cached *c, const struct range *key)
{
	__u64 hash = (key->inode ^ key->start ^ key->len << 20) * 0x9e3779b97f4a7c15ULL;
	struct range *set = c->sets[(hash >> 32) % NR_SETS], *oldest = set;

	for (size_t i = 0; i < SET_SIZE; i++) {
		if (set[i].asked_ns && is_same(&set[i], key))
			return &set[i];
		if (set[i].asked_ns < oldest->asked_ns)
			oldest = &set[i];
	}
	*oldest = *key;
	return oldest;
}

static void ask(struct cached *c, struct range *range, const struct ft_fault *rec, const char *name)
{
	struct mapping *m = &c->mapping;
	struct file_cache file;
	uint64_t cached, whole;

	m->start = rec->vma_start;
	m->end = rec->vma_end;
	m->inode = rec->inode;
	m->dev = rec->dev;
	snprintf(m->name, sizeof(m->name), "%s", name);
	file_cache__open(&file, (int)rec->pid, m);
	range->is_known = file_cache__count(&file, range->start, range->len, &cached, &whole);
	range->percent = range->is_known && whole ? (unsigned int)(cached * 100 / whole) : 0;
	file_cache__close(&file);
}

bool cached__percent(struct cached *c, const struct ft_fault *rec, const char *name,
		     unsigned int *ret)
{
	struct range key = {
		.inode = rec->inode,
		.dev = rec->dev,
		.start = c->whole_files ? 0 : rec->vma_offset,
		.len = c->whole_files ? ALL : rec->vma_end - rec->vma_start,
	};
	struct range *range = find(c, &key);
	unsigned long long now = clock_ns(CLOCK_MONOTONIC);

	if (!range->asked_ns || now - range->asked_ns >= c->keep_ns) {
		ask(c, range, rec, name);
		range->asked_ns = now;
	}
	*ret = range->percent;
	return range->is_known;
}
