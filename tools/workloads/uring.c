/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring reads into 109 fresh pages, one at a time, and leaves it to its workers:
 * threads of this process that the kernel makes (IOSQE_ASYNC).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 109

static struct {
	int fd;
	int zeros; /* /dev/zero */
	struct io_uring_sqe *sqe;
	unsigned int *sq_array, *sq_tail, *cq_head, *cq_tail;
	struct io_uring_cqe *cqes;
	unsigned int cq_mask;
} ring;

static char *range;

static char *map_ring(size_t len, off_t offset)
{
	char *p =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, offset);

	if (p == MAP_FAILED)
		fail("mmap of the ring: %s", strerror(errno));
	return p;
}

/* For one request at a time. */
static void open_ring(void)
{
	struct io_uring_params params = { 0 };
	char *sq, *cq;

	ring.fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (ring.fd < 0 && (errno == EPERM || errno == ENOSYS))
		skip("io_uring is not allowed: %s", strerror(errno));
	if (ring.fd < 0)
		fail("io_uring_setup: %s", strerror(errno));
	ring.zeros = open("/dev/zero", O_RDONLY);
	if (ring.zeros < 0)
		fail("/dev/zero: %s", strerror(errno));
	sq = map_ring(params.sq_off.array + params.sq_entries * sizeof(unsigned int),
		      IORING_OFF_SQ_RING);
	cq = map_ring(params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	ring.sqe = (void *)map_ring(sizeof(*ring.sqe), IORING_OFF_SQES);
	ring.sq_array = (void *)(sq + params.sq_off.array);
	ring.sq_tail = (void *)(sq + params.sq_off.tail);
	ring.cq_head = (void *)(cq + params.cq_off.head);
	ring.cq_tail = (void *)(cq + params.cq_off.tail);
	ring.cqes = (void *)(cq + params.cq_off.cqes);
	ring.cq_mask = params.cq_entries - 1;
}

/* A worker does it, not this thread. */
static void read_page(char *to)
{
	unsigned int head = *ring.cq_head;
	int result;

	*ring.sqe = (struct io_uring_sqe) {
		.opcode = IORING_OP_READ,
		.flags = IOSQE_ASYNC,
		.fd = ring.zeros,
		.addr = (uintptr_t)to,
		.len = (unsigned int)page_size,
	};
	ring.sq_array[0] = 0;
	__atomic_fetch_add(ring.sq_tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		fail("io_uring_enter: %s", strerror(errno));
	if (__atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE) == head)
		fail("io_uring: nothing completed");
	result = ring.cqes[head & ring.cq_mask].res;
	__atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
	if (result != (int)page_size)
		fail("io_uring read: %s", result < 0 ? strerror(-result) : "too little");
}

static void read_pages(void)
{
	for (size_t i = 0; i < PAGES; i++)
		read_page(range + i * page_size);
}

int main(void)
{
	static char page[65536];
	struct rusage before, after;

	workload_begin("uring");
	open_ring();
	range = map_pages(PAGES);
	/* Once before: then this program's own memory is there, and the worker. */
	read_page(page);
	getrusage(RUSAGE_SELF, &before);
	measured_others(RUSAGE_SELF, read_pages);
	getrusage(RUSAGE_SELF, &after);
	if (before.ru_minflt == after.ru_minflt)
		skip("the workers are no threads of this process, before Linux 5.12");
	expect((struct expectation) { .kind = "anon", .origin = "kernel", .count = PAGES });
	return report("io_uring's workers read into fresh memory");
}
