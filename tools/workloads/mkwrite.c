/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first write to clean pages of a shared file mapping: 47 cached pages,
 * one in each fault-around window, are read (mapped read-only, because the
 * file system wants to know what gets dirty), then written.
 */
#include <sys/mman.h>

#include "workload.h"

#define PAGES 47

int main(void)
{
	struct file f;
	char *p;

	workload_begin("mkwrite");
	temp_file_windows(&f, PAGES, NULL);
	p = map_range(PAGES * file_window(), PROT_READ | PROT_WRITE, MAP_SHARED, f.fd);
	measured_read(p, PAGES, file_window());
	measured_write(p, PAGES, file_window());
	expect((struct expectation) {
		.kind = "file", .access = "read", .name = f.path, .count = PAGES });
	/* Linux 5.9 to 5.19 faults twice, and the second time counts as major. */
	expect((struct expectation) {
		.kind = "mkwrite", .major = MAJOR_DIFFERS, .name = f.path, .count = PAGES });
	return report("shared file pages, read and then written");
}
