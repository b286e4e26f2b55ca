/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Totals by cgroup, told with the names of its container. How many series there are is bounded:
 * faults of cgroups without a series of their own are in the totals of OTHER, for ever. No total
 * goes back while it is kept, and none is taken from one series to another.
 */
#ifndef SERVE_CONTAINERS_H
#define SERVE_CONTAINERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/contract/key.h"
#include "../base/buf.h"
#include "../base/key_map.h"

/* The name of the series of all cgroups that have none of their own. */
#define CONTAINERS_OTHER   "(other)"
/* A cgroup has so many series: minor and major, faults and seconds. */
#define CONTAINERS_SERIES  4
/* The labels of a series: any user whose cgroups are delegated chooses long names. */
#define CONTAINERS_LABELS  2048
/* How long the series of a cgroup that is gone are told, after they were told for the first time. */
#define CONTAINERS_KEEP_NS 300000000000ULL

/* Why faults are in OTHER. */
enum containers_reason {
	CONTAINERS_YOUNG,      /* the cgroup does not exist for --min-age yet */
	CONTAINERS_SERIES_MAX, /* --max-series */
	CONTAINERS_UNKNOWN, /* the cgroup was gone before its path was looked up, or has none here */
	CONTAINERS_ROWS,    /* the kernel half had no room for a row */
	CONTAINERS_LONG,    /* its labels would be too long */
	CONTAINERS_REASONS
};

/* What is asked of the machine. Tests have their own. */
struct containers_ops {
	/* The path of a cgroup, valid until the next call, and kept until it is forgotten; or NULL. */
	const char *(*path)(void *ctx, uint64_t id);
	void (*forget)(void *ctx, uint64_t id);
	/* Does it exist? Since when at least, on CLOCK_MONOTONIC. */
	bool (*exists)(void *ctx, const char *path, uint64_t id, uint64_t *since_ns);
	/* Adds the labels of a path: cgroup="/a",runtime="",.. */
	void (*add_labels)(void *ctx, const char *path, struct buf *out);
};

struct container_sums {
	unsigned long long faults[2]; /* minor, major */
	unsigned long long ns[2];
};

/* The totals of a path. A cgroup that is made anew at the same path goes on with them. */
struct container_series {
	uint64_t path_hash; /* the key */
	char *labels;
	struct container_sums sums;
	size_t nr_cgroups;	    /* that exist; 0: it is gone */
	unsigned long long gone_ns; /* since when; later if it was not told yet then */
	bool is_told;		    /* since its last fault */
	bool is_shown;
};

struct containers {
	const struct containers_ops *ops;
	void *ctx;
	unsigned int weight;
	size_t max_shown;
	unsigned long long min_age_ns;
	struct key_map cgroups; /* struct seen_cgroup */
	struct key_map series;	/* struct container_series */
	size_t nr_shown;
	bool may_have_gone; /* a series that is shown, told, and gone */
	unsigned long long swept_ns;
	struct container_sums other;
	unsigned long long reasons[CONTAINERS_REASONS]; /* of the faults in OTHER */
};

struct containers_options {
	const struct containers_ops *ops;
	void *ctx;
	unsigned int weight;	 /* of each fault that was counted: --sample */
	unsigned int max_series; /* --max-series */
	unsigned long long min_age_ns;
};

void containers__init(struct containers *containers, const struct containers_options *opts);
void containers__free(struct containers *containers);

/* A cgroup has its first fault: its path is looked up while it is there. */
void containers__see(struct containers *containers, uint64_t id, unsigned long long now_ns);
/* Adds what one CPU counted for the cgroup with this id; has_id: false for the row of the overflow. */
void containers__add(struct containers *containers, bool has_id, uint64_t id,
		     const struct ft_row *part, unsigned long long now_ns);
/* Looks, not too often, which cgroups are gone. To be called when rows have been read. */
void containers__sweep(struct containers *containers, unsigned long long now_ns);
/* All that is shown was told to a client. */
void containers__told(struct containers *containers, unsigned long long now_ns);

#endif /* SERVE_CONTAINERS_H */
