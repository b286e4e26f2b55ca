/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A private file mapping, read first and then written: 41 cached pages, one
 * in each fault-around window, so that each takes one fault to map it and
 * one to copy it.
 */
#include <sys/mman.h>

#include "workload.h"

#define PAGES 41

int main(void)
{
	struct file f;
	char *p;

	workload_begin("cow_file");
	temp_file_windows(&f, PAGES, NULL);
	p = map_range(PAGES * file_window(), PROT_READ | PROT_WRITE, MAP_PRIVATE, f.fd);
	measured_read(p, PAGES, file_window());
	measured_write(p, PAGES, file_window());
	expect((struct expectation) {
		.kind = "file", .access = "read", .name = f.path, .count = PAGES });
	expect((struct expectation) {
		.kind = "cow", .cow_from = "file", .name = f.path, .count = PAGES });
	return report("private file pages, read and then written");
}
