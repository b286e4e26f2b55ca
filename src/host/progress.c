/* SPDX-License-Identifier: GPL-2.0-only */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "../base/terminal.h"
#include "clock.h"

#define WAIT_NS	   2000000000ULL
#define REFRESH_NS 200000000ULL
#define BAR_WIDTH  40

void progress__start(struct progress *p, uint64_t total)
{
	*p = (struct progress) {
		.total = terminal_takes_escapes(STDERR_FILENO) ? total : 0,
		.next_ns = clock_ns(CLOCK_MONOTONIC) + WAIT_NS,
	};
}

void progress__show(struct progress *p, uint64_t done)
{
	static const char bar[BAR_WIDTH + 1] = "########################################";
	double share = done < p->total ? (double)done / (double)p->total : 1;
	unsigned long long now;

	if (!p->total)
		return;
	now = clock_ns(CLOCK_MONOTONIC);
	if (now < p->next_ns)
		return;
	p->next_ns = now + REFRESH_NS;
	p->shown = true;
	fprintf(stderr, "\r[%-*.*s] %3d%%", BAR_WIDTH, (int)(share * BAR_WIDTH), bar,
		(int)(share * 100));
}

void progress__end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
}
