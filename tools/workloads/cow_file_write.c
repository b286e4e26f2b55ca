/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A private file mapping, written without having been read: 67 cached pages
 * are copied by one fault each, nothing having been mapped before.
 */
#include <sys/mman.h>

#include "workload.h"

#define PAGES 67

int main(void)
{
	struct file f;
	char *p;

	workload_begin("cow_file_write");
	temp_file_windows(&f, PAGES, NULL);
	p = map_range(PAGES * file_window(), PROT_READ | PROT_WRITE, MAP_PRIVATE, f.fd);
	measured_write(p, PAGES, file_window());
	expect((struct expectation) {
		.kind = "cow", .cow_from = "file", .name = f.path, .count = PAGES });
	return report("private file pages, written at once");
}
