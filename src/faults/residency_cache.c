/* SPDX-License-Identifier: GPL-2.0-only */
#include "residency_cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/clock.h"
#include "../host/file_cache.h"

#define NR_SETS	 128
#define SET_SIZE 4
#define ALL	 UINT64_MAX /* up to the file's end, wherever that is */

/*
 * Where pages must be counted one by one, a sparse file makes that as long as its owner wishes: a
 * file that takes longer is not known, nor are others once all took START_NS and a share of time.
 */
#define FILE_NS	 50000000ULL
#define START_NS 1000000000ULL
#define ONE_IN	 8

struct range {
	__u64 inode;
	__u64 start; /* in the file */
	__u64 len;
	__u32 dev;
	bool is_known;
	unsigned int percent;
	unsigned long long asked_ns; /* when the kernel was asked; 0: free */
};

struct residency_cache {
	bool whole_files;
	unsigned long long keep_ns;
	unsigned long long begin_ns;
	unsigned long long spent_ns; /* by asking the kernel */
	struct range sets[NR_SETS][SET_SIZE];
};

int residency_cache__new(bool whole_files, unsigned long long keep_ns, struct residency_cache **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->whole_files = whole_files;
	(*ret)->keep_ns = keep_ns;
	(*ret)->begin_ns = clock_ns(CLOCK_MONOTONIC);
	return 0;
}

void residency_cache__free(struct residency_cache *c)
{
	free(c);
}

void residency_cache__forget(struct residency_cache *c)
{
	memset(c->sets, 0, sizeof(c->sets));
}

static bool is_same(const struct range *a, const struct range *b)
{
	return a->inode == b->inode && a->dev == b->dev && a->start == b->start && a->len == b->len;
}

/* Finds the range; if it is not there, it replaces the one that was asked for longest ago. */
static struct range *find(struct residency_cache *c, const struct range *key)
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

static void ask(struct range *range, int pid, const struct ft_vma *vma, const char *name)
{
	struct file_cache file;
	uint64_t cached, whole;

	file_cache__open(&file, pid, vma, name);
	range->is_known =
		file_cache__count(&file, range->start, range->len, FILE_NS, &cached, &whole);
	range->percent = range->is_known && whole ? (unsigned int)(cached * 100 / whole) : 0;
	file_cache__close(&file);
}

static void ask_in_budget(struct residency_cache *c, struct range *range, int pid,
			  const struct ft_vma *vma, const char *name)
{
	unsigned long long start_ns = clock_ns(CLOCK_MONOTONIC);

	range->is_known = false;
	range->percent = 0;
	if (c->spent_ns > START_NS + (start_ns - c->begin_ns) / ONE_IN)
		return;
	ask(range, pid, vma, name);
	c->spent_ns += clock_ns(CLOCK_MONOTONIC) - start_ns;
}

bool residency_cache__percent(struct residency_cache *c, int pid, const struct ft_vma *vma,
			      const char *name, unsigned long long now_ns, unsigned int *ret)
{
	struct range key = {
		.inode = vma->inode,
		.dev = vma->dev,
		.start = c->whole_files ? 0 : vma->offset,
		.len = c->whole_files ? ALL : vma->end - vma->start,
	};
	struct range *range = find(c, &key);

	if (!range->asked_ns || now_ns - range->asked_ns >= c->keep_ns) {
		ask_in_budget(c, range, pid, vma, name);
		range->asked_ns = now_ns;
	}
	*ret = range->percent;
	return range->is_known;
}
