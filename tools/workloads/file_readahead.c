/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cold file of 4001 pages, read from its begin to its end: the kernel reads ahead, so
 * that few faults bring all of it into the page cache. With -H in huge pages, where the
 * file system can.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 4001

int main(int argc, char **argv)
{
	size_t len;
	bool huge;
	struct file f;
	char *p;

	workload_begin("file_readahead");
	huge = getopt(argc, argv, "H") == 'H';
	len = PAGES * page_size;
	temp_file_whole(&f, PAGES);
	p = map_range(len, PROT_READ, MAP_SHARED, f.fd);
	if (huge && madvise(p, len, MADV_HUGEPAGE))
		skip("MADV_HUGEPAGE: %s", strerror(errno));
	make_cold(&f, p, len);
	measured_read(p, PAGES, page_size);
	report_resident(resident_pages(p, len));
	expect((struct expectation) { .kind = "file",
				      .access = "read",
				      .major = MAJOR_DIFFERS,
				      .name = f.path,
				      .count = 1,
				      .at_least = true });
	return report("file pages that are read ahead");
}
