/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beyond the end of a mapped file: 23 pages that the file does not have, a
 * SIGBUS each.
 */
#include <signal.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 23

int main(void)
{
	struct file f;
	char *p;

	workload_begin("sigbus");
	temp_file(&f);
	p = map_range(PAGES * page_size, PROT_READ, MAP_SHARED, f.fd);
	measured_errors(p, PAGES, false, SIGBUS, BUS_ADRERR);
	expect((struct expectation) { .kind = "error",
				      .access = "read",
				      .signal = "SIGBUS",
				      .si_code = BUS_ADRERR,
				      .name = f.path,
				      .count = PAGES });
	return report("reads beyond the end of a mapped file");
}
