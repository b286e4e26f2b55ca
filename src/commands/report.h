/* SPDX-License-Identifier: GPL-2.0-only */
/* What `faulttrace report` reads of a capture, and how one of its views takes it. */
#ifndef COMMANDS_REPORT_H
#define COMMANDS_REPORT_H

#include "../base/output.h"
#include "../cli/options.h"
#include "../recording/player.h"
#include "report_files.h"

/* Each is a line. */
#define PROBLEMS_MAX 20

struct report;

/* A view has its state in report->state. Operations that are NULL do nothing. */
struct report_view {
	/* The run is known, and the output open. 0, or -errno after saying why it cannot be shown. */
	int (*begin)(struct report *report);
	/* A fault that the filters take. */
	void (*fault)(struct report *report, const struct fault *fault);
	/* How memory.high throttled the thread after such a fault. True: the fault was shown. */
	bool (*throttled)(struct report *report, const struct fault *fault);
	/* A memory map of a process, which the view is to free. NULL: the view shows none. */
	void (*map)(struct report *report, const struct memory_map *map);
	/* All has been read: shows the rest. */
	void (*end)(struct report *report);
	/* Frees the state, which is NULL if begin() was not called. */
	void (*free)(struct report *report);
	bool counts_no_faults; /* no summary of the faults is told */
};

struct report {
	const struct options *opts;
	const struct report_view *view;
	void *state;
	struct report_files files;
	struct player *player;
	struct output out;
	struct run_start start;
	struct run_end end;   /* of what is shown */
	struct run_end whole; /* as the run has told it */
	bool has_end;
	bool is_filtered;	    /* not all are shown */
	long long throttled_ns;	    /* of the faults that are shown */
	unsigned long long last_ns; /* of a fault */
	unsigned long long
		until_ns; /* set by a view that shows no faults after it; 0: it has none */
	int failed; /* not 0: the file of a profile could not be written, which has been said */
	bool is_damaged;
	struct capture_problem problems[PROBLEMS_MAX];
	size_t nr_problems;
	unsigned long long more_problems; /* for which there was no room */
};

/* Adds a fault to report->end. is_shown: also to other totals than those of errors. */
void report__count(struct report *report, const struct fault *fault, bool is_shown);
/* The end of what is shown: at the latest that of the run, or else the last fault. */
unsigned long long report__end_ns(const struct report *report);
/* Writes what has been appended to report->out, if it is much. */
void report__flush(struct report *report);

/* Each fault; hist, and top without a profile; top with one; memory maps; the summary; --info. */
extern const struct report_view report_trace, report_tables, report_profile, report_map,
	report_summary, report_info;

#endif /* COMMANDS_REPORT_H */
