/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that `map` accounts for: the target and, with map -f, those that it forks. Pure:
 * the caller reads the maps of the processes and fills them in.
 */
#ifndef MAP_FAMILY_H
#define MAP_FAMILY_H

#include "account.h"
#include "page_faults.h"

/* Further processes are only counted, so that memory stays bounded. */
#define FAMILY_MAX 64

struct family_member {
	int pid;
	struct memory_map before;
	struct memory_map after; /* no rows: the process was gone */
	struct touches touches;
	struct map_trace trace;
	unsigned long long begin_ns;
	bool was_looked_at; /* at its end, to read the map after */
};

struct family {
	struct family_member *members[FAMILY_MAX];
	size_t nr;
	uint64_t left_out; /* processes beyond FAMILY_MAX */
	uint64_t page_size;
};

/* Adds a process. Without room for it: counts it as left out, and returns NULL. */
struct family_member *family__add(struct family *f, int pid);
/* The last process added with this pid, which an earlier one may have had; NULL: none. */
struct family_member *family__find(const struct family *f, int pid);
/* Begins the account: when m->before was read or, if that has no rows, at now_ns. */
void family_member__begin(struct family_member *m, unsigned long long now_ns);
/* Begins a new account at an exec, with nothing resident, and forgets that of the old program. */
void family_member__exec(struct family_member *m, unsigned long long now_ns);
/*
 * Adds a fault to the process that it is of, by pid and time, and returns that process; NULL: it is
 * in no account, as a fault before an exec. name: that of the mapping.
 */
struct family_member *family__add_fault(struct family *f, const struct ft_fault *rec,
					const char *name);
void family__free(struct family *f);

#endif /* MAP_FAMILY_H */
