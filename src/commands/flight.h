/* SPDX-License-Identifier: GPL-2.0-only */
/* Of record --keep: when what is kept in memory is to be written. */
#ifndef COMMANDS_FLIGHT_H
#define COMMANDS_FLIGHT_H

#include "../cli/options.h"

/* Processes that got a signal at a fault, and may die of it. */
#define FLIGHT_SUSPECTS_MAX 16

struct flight_suspect {
	int pid; /* 0: none */
	unsigned long long until_ns;
};

struct flight {
	struct dump_conditions conditions;
	unsigned long long after_ns;
	int child;		/* the pid of CMD */
	unsigned int max_dumps; /* 0: no limit */
	unsigned int nr_dumps;
	unsigned long long due_ns; /* of the next dump; 0: no condition has held */
	struct flight_suspect suspects[FLIGHT_SUSPECTS_MAX];
};

/* Begins to take SIGUSR2, if it is a condition. child: CMD; 0: there is none. */
void flight__begin(struct flight *flight, const struct options *opts, int child);
/* A fault was recorded. */
void flight__see(struct flight *flight, const struct fault *fault);
/* Is a dump due? To be asked now and then. */
bool flight__is_due(struct flight *flight, unsigned long long now_ns);
/* Until when flight__is_due() is to be asked, CLOCK_MONOTONIC; UINT64_MAX: at any time. */
unsigned long long flight__when(const struct flight *flight);
/* Tracing is over. has_crashed: CMD died of a signal. Is there a dump to be written? */
bool flight__is_due_at_end(struct flight *flight, bool has_crashed);
/* What was due has been written. */
void flight__dumped(struct flight *flight);
/* As many as asked for have been written. */
bool flight__is_done(const struct flight *flight);

#endif /* COMMANDS_FLIGHT_H */
