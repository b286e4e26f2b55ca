/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mapping that a driver or the kernel itself fills: the first page of the
 * vDSO, read, dropped and read again, 11 times. In a child, because the
 * loader has read it in this process.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "workload.h"

#define FAULTS 11

static char *vdso;

static void drop(void)
{
	if (madvise(vdso, page_size, MADV_DONTNEED))
		skip("the vDSO's page cannot be dropped: %s", strerror(errno));
}

static void child(void)
{
	struct measure m;

	/* Once before, so that the code of madvise() is there. */
	drop();
	measure_begin(&m);
	for (int i = 0; i < FAULTS; i++) {
		drop();
		touch_read(vdso, 1, 0);
	}
	measure_end(&m);
}

int main(void)
{
	workload_begin("device");
	vdso = (char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
	if (!vdso)
		skip("no vDSO");
	set_range(vdso, page_size);
	run_child(child);
	report_child_pid();
	expect((struct expectation) {
		.kind = "device", .access = "read", .name = "[vdso]", .count = FAULTS });
	return report("a page of the vDSO, dropped and read again; pid is the child");
}
