/* SPDX-License-Identifier: GPL-2.0-only */
/* A progress bar on stderr, shown after two seconds, if stderr is a terminal. */
#ifndef HOST_PROGRESS_H
#define HOST_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	uint64_t total; /* 0: no bar */
	unsigned long long next_ns;
	bool shown;
};

void progress__start(struct progress *p, uint64_t total);
void progress__show(struct progress *p, uint64_t done);
/* Removes the bar. */
void progress__end(struct progress *p);

#endif /* HOST_PROGRESS_H */
