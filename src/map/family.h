/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes whose memory an account is made of: the one that was asked for and, with map -f,
 * those that it forks. Pure: who looks at the processes fills in their maps.
 */
#ifndef MAP_FAMILY_H
#define MAP_FAMILY_H

#include "account.h"
#include "touch.h"

/* Of more processes nothing is kept, so that memory stays bounded. */
#define FAMILY_MAX 64

struct family_member {
	int pid;
	struct memory_map before;
	struct memory_map after; /* no rows: the process was gone */
	struct touches touches;
	struct map_trace trace;
	unsigned long long begin_ns;
	bool was_looked_at; /* at its end */
};

struct family {
	struct family_member *members[FAMILY_MAX];
	size_t nr;
	uint64_t left_out; /* how many found no room */
	uint64_t page_size;
};

/* NULL, and counted, if there is no room for one more. */
struct family_member *family__add(struct family *f, int pid);
/* The one that has this pid now; NULL: none. Another may have had it before. */
struct family_member *family__find(const struct family *f, int pid);
/* Its map before has been read; without rows it is not known what was there. */
void family_member__begin(struct family_member *m, unsigned long long now_ns);
/* A program begins, in memory where nothing is resident: what was known of the one before is forgotten. */
void family_member__exec(struct family_member *m, unsigned long long now_ns);
/*
 * The process whose fault it is, by pid and time, and which has added it; NULL: no account is made
 * of it, as of what came before an exec. name: of the mapping.
 */
struct family_member *family__add_fault(struct family *f, const struct ft_fault *rec,
					const char *name);
void family__free(struct family *f);

#endif /* MAP_FAMILY_H */
