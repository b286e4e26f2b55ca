/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First read of System V shared memory: 173 pages, a fault each. Fault-around
 * does not help: what has not been touched is not in the page cache either.
 */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "workload.h"

#define PAGES 173

int main(void)
{
	size_t len;
	void *p;
	int id;

	workload_begin("sysv");
	len = PAGES * page_size;
	id = shmget(IPC_PRIVATE, len, IPC_CREAT | 0600);
	if (id < 0)
		skip("shmget: %s", strerror(errno));
	p = shmat(id, reserve_range(len), SHM_REMAP);
	/* Now it goes when its last user does. */
	shmctl(id, IPC_RMID, NULL);
	if (p == (void *)-1)
		fail("shmat: %s", strerror(errno));
	measured_read(p, PAGES, page_size);
	expect((struct expectation) { .kind = "shmem",
				      .access = "read",
				      .name = "/SYSV00000000 (deleted)",
				      .count = PAGES });
	return report("first read of System V shared memory");
}
