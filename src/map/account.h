/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of each mapping between two maps: resident after = before + by faults +
 * around faults - gone, counted page by page, and what the kernel's own numbers say
 * beyond that as a remainder. Pure: two maps and the faults between them go in.
 */
#ifndef MAP_ACCOUNT_H
#define MAP_ACCOUNT_H

#include "map.h"
#include "touch.h"

enum map_change {
	CHANGE_KEPT,
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_PASSED,	 /* came and went */
	CHANGE_UNMAPPED, /* no mapping at all: bad addresses */
	CHANGE_UNKNOWN,	 /* there was no second map */
	NR_MAP_CHANGES,
};

struct map_account {
	enum map_change change;
	size_t passed_before; /* at lower addresses: how many rows came and went */
	uint64_t faults;      /* resolved */
	uint64_t major;
	uint64_t ns;
	uint64_t kinds[NR_MAP_KINDS];

	/* In bytes, MAP_UNKNOWN where it cannot be known. */
	uint64_t rss_before;
	uint64_t by_faults;
	uint64_t around; /* became resident without a fault of its own */
	uint64_t gone;
	int64_t remainder; /* 0 if anything is unknown */
};

/* What was traced of one process; or of several, in the map that is their sum. */
struct map_trace {
	uint64_t faults;
	uint64_t major;
	uint64_t major_ns;	/* spent in them, summed over threads */
	uint64_t window_ns;	/* in which they happened: between the maps, or from exec to exit */
	bool is_from_exec;	/* every mapping is new */
	bool has_after;		/* else the process was gone before it could be looked at */
	bool is_followed;	/* so are those that it forks (map -f) */
	bool still_runs;	/* it had not exited when tracing ended */
	int parent;		/* pid of who forked it, if that is followed; 0: nobody */
	size_t processes;	/* of a sum: how many there are */
	uint64_t left_out;	/* ... and how many more were forked, but not looked at */
	const char *cgroup;	/* whose refaults are told, of all its processes; NULL: not known */
	const char *moved_to;	/* the target's cgroup at the end; NULL: the same as at the begin */
	uint64_t refaults_anon; /* or MAP_UNKNOWN, as when the target has moved */
	uint64_t refaults_file;
	bool is_thrashing;
};

extern const char *const map_change_names[NR_MAP_CHANGES];

/* "anon", "cow:file"; the text is of the caller. */
#define MAP_KIND_TEXT 32
const char *map_kind_name(size_t kind, char *text);

/*
 * A map of all mappings that were seen, at any time, each with its account. It borrows
 * names and strips of before and after. after without rows: there was none.
 */
void account__build(struct memory_map *shown, const struct memory_map *before,
		    const struct memory_map *after, struct touches *touches);
void account__free(struct memory_map *shown);
/* Frees the rows; the totals stay. */
void account__keep_totals(struct memory_map *shown);
/* Adds the totals of a process to a sum, which is all zeroes first, with is_complete set. */
void account__add_map(struct memory_map *sum, const struct memory_map *shown);

/* Whatever changed. */
void account__add(struct map_account *sum, const struct map_account *account);

#endif /* MAP_ACCOUNT_H */
