/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table: adds up rows that the kernel counted on each CPU, or single faults, for an interval or
 * the whole run. Of the same faults both make the same rows.
 */
#ifndef FAULTS_AGGREGATE_H
#define FAULTS_AGGREGATE_H

#include "../source/row_spec.h"
#include "../source/source.h"
#include "code_history.h"
#include "profile.h"
#include "row.h"

struct aggregate;

struct aggregate_options {
	struct row_spec rows;
	enum sort sort;
	unsigned int max_rows; /* rows shown */
	bool tells_rest;       /* further rows are merged into one, which is shown, too */
	ft_kind_set kinds;     /* as in struct filter */
	const char *file;      /* glob over mapping names; NULL: any */
	unsigned int sample;   /* 1: all */
	bool bytes;	       /* rows have the sizes of folios */
	bool cause;	       /* rows have the parts of latency */
	bool residency;	       /* rows have the residency of their file */
	const char *host_root; /* see known_cgroups__open() */
	bool of_faults;	       /* made of single faults */
};

/* *opts is copied. */
int aggregate__new(const struct aggregate_options *opts, struct aggregate **ret);
void aggregate__free(struct aggregate *table);

/* ---- Of rows that the kernel counted ---- */

/* Tracing begins. Rows are read from this source. map: see stacks__use(). */
void aggregate__begin(struct aggregate *table, struct source *source, struct code_history *map,
		      unsigned long long now_ns);

/* Takes names and stacks that the keys of rows refer to. aggregate__read() reads the rows. */
struct record_consumer aggregate__consumer(struct aggregate *table);

/* Takes the rows counted up to now. Records that the keys refer to may come until the next call. */
int aggregate__read(struct aggregate *table);
/* The time of the last aggregate__read(), and the latest time of the next one. */
unsigned long long aggregate__read_ns(const struct aggregate *table);
unsigned long long aggregate__due_ns(const struct aggregate *table);
/* Is aggregate__read() due: by the time, because rows are scarce, or there are many stacks? */
bool aggregate__is_due(const struct aggregate *table);

/* ---- Of single faults ---- */

/* info: of their source. */
void aggregate__begin_faults(struct aggregate *table, const struct source_info *info);
/* Is it a fault that rows count: one that was resolved, unless errors are asked for? */
bool aggregate__counts(const struct aggregate *table, const struct fault *fault);
/* Adds a fault; how a thread was throttled after a fault that was added before. */
void aggregate__add_fault(struct aggregate *table, const struct fault *fault);
void aggregate__add_throttled(struct aggregate *table, const struct fault *fault);

/* ---- Of both ---- */

/*
 * The sorted rows of all that was read since the last aggregate__next(); with whole, the sum
 * of all rows comes first. Valid until the next call of either.
 */
int aggregate__interval(struct aggregate *table, bool whole, struct interval *ret);
void aggregate__next(struct aggregate *table);

/*
 * Instead of aggregate__interval(): adds the rows, whose keys are FT_KEY_STACK and FT_KEY_KIND, to
 * the profile, and calls aggregate__next(). overflow: number of faults without a row of their own.
 */
void aggregate__profile(struct aggregate *table, struct profile *profile, struct fault_sums *sums,
			unsigned long long *overflow);

/* Prints hints: see stacks__advise() and jit_advice__give(). */
void aggregate__advise(const struct aggregate *table);

#endif /* FAULTS_AGGREGATE_H */
