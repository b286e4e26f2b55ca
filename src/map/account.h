/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares two maps of a process and accounts for each mapping: resident after = before +
 * by faults + around faults - gone, counted page by page; the remainder is by how much the
 * kernel's RSS differs. Pure: the input is two maps and the faults between them.
 */
#ifndef MAP_ACCOUNT_H
#define MAP_ACCOUNT_H

#include "map.h"
#include "page_faults.h"

enum map_change {
	CHANGE_KEPT,
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_PASSED,	 /* transient: mapped and unmapped between the maps */
	CHANGE_UNMAPPED, /* no mapping: faults on a bad address */
	CHANGE_UNKNOWN,	 /* there is no map after */
	NR_MAP_CHANGES,
};

struct map_account {
	enum map_change change;
	size_t passed_before; /* how many CHANGE_PASSED rows come before this one */
	uint64_t faults;      /* resolved */
	uint64_t major;
	uint64_t ns;
	uint64_t kinds[NR_MAP_KINDS];

	/* In bytes, MAP_UNKNOWN where it cannot be known. */
	uint64_t rss_before;
	uint64_t by_faults;
	uint64_t around; /* pages that became resident without a fault of their own */
	uint64_t gone;
	int64_t remainder; /* 0 if anything is unknown */
};

/* What was traced of one process; or of all, for the map that is their sum. */
struct map_trace {
	uint64_t faults;
	uint64_t major;
	uint64_t major_ns;	/* time in major faults, summed over threads */
	uint64_t window_ns;	/* the time traced: between the maps, or from exec to exit */
	bool is_from_exec;	/* traced from an exec on: every mapping is new */
	bool has_after;		/* false: the process was gone before its map was read */
	bool is_followed;	/* processes that it forks are accounted for, too (map -f) */
	bool still_runs;	/* it had not exited when tracing ended */
	int parent;		/* pid of the followed process that forked it; 0: none */
	size_t processes;	/* of a sum: how many processes it adds up */
	uint64_t left_out;	/* of a sum: forked processes that are not accounted for */
	const char *cgroup;	/* refaults are those of all its processes; NULL: not known */
	const char *moved_to;	/* the target's cgroup at the end; NULL: the same as at the begin */
	uint64_t refaults_anon; /* or MAP_UNKNOWN, as when the target has moved */
	uint64_t refaults_file;
	bool is_thrashing;
};

extern const char *const map_change_names[NR_MAP_CHANGES];

/* Writes "anon" or "cow:file" into the caller's text[MAP_KIND_TEXT], and returns it. */
#define MAP_KIND_TEXT 32
const char *map_kind_name(size_t kind, char *text);

/*
 * Builds a map of all mappings that were seen at any time, each with its account. It borrows
 * strips and names of before, after and touches. after has no rows if it could not be read.
 */
void account__build(struct memory_map *shown, const struct memory_map *before,
		    const struct memory_map *after, struct touches *touches);
/* Adds the totals of a process to a sum. An empty sum is all zeroes, with is_complete set. */
void account__add_map(struct memory_map *sum, const struct memory_map *shown);

/* Adds all numbers of an account to a sum, whose change stays. */
void account__add(struct map_account *sum, const struct map_account *account);

#endif /* MAP_ACCOUNT_H */
