/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes to a read-only region: 29 pages, a SIGSEGV each.
 */
#include <signal.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 29

int main(void)
{
	char *p;

	workload_begin("segv_accerr");
	p = map_range(PAGES * page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	measured_errors(p, PAGES, true, SIGSEGV, SEGV_ACCERR);
	expect((struct expectation) {
		.kind = "error", .signal = "SIGSEGV", .si_code = SEGV_ACCERR, .count = PAGES });
	return report("writes to a read-only mapping");
}
