/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The main thread's stack grows: 59 pages below anything used so far, and
 * below what the kernel maps at exec, are touched from the top down.
 */
#include <stdint.h>

#include "workload.h"

#define PAGES 59
#define BELOW (256UL << 10)

static void touch_down(uintptr_t top)
{
	for (size_t i = 1; i <= PAGES; i++)
		*(volatile char *)(top - i * page_size) = 1;
}

int main(void)
{
	struct measure m;
	uintptr_t top;

	workload_begin("stack");
	top = (uintptr_t)__builtin_frame_address(0) - BELOW;
	top -= top % page_size;
	set_range((char *)top - PAGES * page_size, PAGES * page_size);
	measure_begin(&m);
	touch_down(top);
	measure_end(&m);
	expect((struct expectation) { .kind = "anon", .name = "[stack]", .count = PAGES });
	return report("the main stack grows");
}
