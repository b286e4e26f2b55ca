/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process has mapped or swapped, by its page tables: /proc/PID/pagemap. */
#ifndef HOST_PAGEMAP_H
#define HOST_PAGEMAP_H

#include <stdbool.h>

#include "page_state.h"

struct pagemap {
	int fd; /* -1: no permission, everything is unknown */
	bool has_scan;
	bool knows_guards;
};

void pagemap__open(struct pagemap *p, int pid);
void pagemap__close(struct pagemap *p);

/*
 * Asks for the nr pages from address start on. 1 and their states in pages[]; 0 if all are
 * absent (pages[] is then unchanged); or -errno if they cannot be known.
 */
int pagemap__ask(struct pagemap *p, uint64_t start, size_t nr, unsigned char *pages);

#endif /* HOST_PAGEMAP_H */
