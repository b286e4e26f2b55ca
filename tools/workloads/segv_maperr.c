/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wild pointers: 31 reads where nothing is mapped, a SIGSEGV each. The hole
 * is kept between two mappings without access, so nothing else goes there.
 */
#include <signal.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 31

int main(void)
{
	char *p;

	workload_begin("segv_maperr");
	p = reserve_range(PAGES * page_size);
	munmap(p, PAGES * page_size);
	measured_errors(p, PAGES, false, SIGSEGV, SEGV_MAPERR);
	expect((struct expectation) { .kind = "error",
				      .access = "read",
				      .signal = "SIGSEGV",
				      .si_code = SEGV_MAPERR,
				      .count = PAGES });
	return report("reads where nothing is mapped");
}
