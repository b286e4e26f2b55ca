/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What faults are summed up by, and the sums: the contract of the tables between
 * the kernel half and the user half. Never renumber.
 */
#ifndef FT_KEY_H
#define FT_KEY_H

#include "classify.h"
#include "hist.h"

enum ft_key_type {
	FT_KEY_NONE = 0,
	FT_KEY_KIND = 1,
	FT_KEY_MAJOR = 2,
	FT_KEY_ACCESS = 3,
	FT_KEY_ORIGIN = 4,
	FT_KEY_COMM = 5,
	FT_KEY_PID = 6,
	FT_KEY_TID = 7,
	FT_KEY_CGROUP = 8,
	FT_KEY_VMA = 9,
	FT_KEY_FILE = 10,
	FT_KEY_SYMBOL = 11,
	FT_KEY_CPU = 12,
	FT_KEY_CAUSE = 13,
	FT_KEY_STACK = 14,
	FT_KEY_ORDER = 15,
	FT_KEY_LINE = 16,
	FT_KEY_CONTAINER = 17,
	FT_KEY_COUNT
};

#define FT_KEYS	      2	 /* a table has at most so many */
#define FT_FEW_VALUES 16 /* at most so many kinds, causes, accesses, origins: see few_row() */
#define FT_FEW_ROWS   (FT_FEW_VALUES * FT_FEW_VALUES)

_Static_assert(FT_KIND_COUNT <= FT_FEW_VALUES && FT_CAUSE_COUNT <= FT_FEW_VALUES &&
		       FT_ACCESS_COUNT <= FT_FEW_VALUES && FT_ORIGIN_COUNT <= FT_FEW_VALUES,
	       "each value has a row of its own");

/*
 * The value of one key. Numbers as they are (an unknown order: FT_UNKNOWN64); comm: 16 bytes;
 * container: the id of the cgroup; vma: the pid, the mapping's role or start, and the id of its name; file: the id of the name,
 * or the role; symbol and line: the pid, with the generation of its code in the upper half,
 * and the instruction's address; stack: its id, and in profiles the comm behind it.
 */
struct ft_key_part {
	__u64 word[3];
};

struct ft_key {
	struct ft_key_part part[FT_KEYS];
	__u64 epoch; /* a row is of one epoch: the reader takes it when the epoch has ended */
};

/* What was counted of one key, on one CPU, in one epoch; each fault once, whatever its weight. */
struct ft_row {
	__u64 sum_ns;
	__u64 major;
	__u64 major_ns;			/* the part of sum_ns that major faults took */
	__u64 bytes;			/* sum of ft_fault_bytes(), if asked for */
	__u64 read_pages;		/* file pages that the faults read in (--residency) */
	__u64 unknown_reads;		/* faults whose read_pages are unknown */
	__u64 cause_ns[FT_CAUSE_COUNT]; /* --cause */
	__u64 throttled_ns;		/* --cause: by memory.high, after the faults */
	__u64 min_ns;			/* valid if timed */
	__u64 max_ns;
	__u32 buckets[FT_HIST_SLOTS];
	__u8 used;
	__u8 timed; /* the latency of a fault is known */
	__u8 pad[2];
	struct ft_fault worst; /* the slowest; if none is timed, the first */
};

/*
 * The memory that a fault was for: the whole folio, whichever part of it is mapped.
 * An unknown order is 0: one page, the least that it can be.
 */
FT_PURE __u64 ft_fault_bytes(const struct ft_fault *f, __u32 page_shift)
{
	return f->outcome == FT_OUTCOME_RESOLVED ? 1ULL << (page_shift + (f->order & 31)) : 0;
}

_Static_assert(sizeof(struct ft_row) % 8 == 0, "as the kernel lays out what is on each CPU");

#endif /* FT_KEY_H */
