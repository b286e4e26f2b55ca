/* SPDX-License-Identifier: GPL-2.0-only */
/* Reordering: faults come out once each, in the order in which they ended. */
#include "../../src/source/live/reorder.h"

#include <stdlib.h>

#include "test.h"

#define NR 1000

struct seen {
	uint64_t end_ns[NR];
	unsigned int tids[NR];
	size_t nr;
};

static void see(void *ctx, const struct ft_header *record)
{
	const struct ft_fault *fault = (const struct ft_fault *)record;
	struct seen *seen = ctx;

	seen->end_ns[seen->nr] =
		fault->h.time_ns + (fault->latency_ns == FT_UNKNOWN64 ? 0 : fault->latency_ns);
	seen->tids[seen->nr++] = fault->tid;
}

static bool in_order(const struct seen *seen)
{
	for (size_t i = 1; i < seen->nr; i++)
		if (seen->end_ns[i] < seen->end_ns[i - 1])
			return false;
	return true;
}

static void add(struct reorder *reorder, unsigned int tid, uint64_t begin, uint64_t latency)
{
	struct ft_fault fault = { .h = { .size = sizeof(fault), .time_ns = begin },
				  .tid = tid,
				  .latency_ns = latency };

	reorder__add(reorder, &fault);
}

static void test_order(void)
{
	struct seen seen = { 0 };
	struct reorder *reorder;

	CHECK(!reorder__new(16, sizeof(struct ft_fault), see, &seen, &reorder));
	add(reorder, 1, 100, 50);
	add(reorder, 2, 90, 10);
	add(reorder, 3, 95, FT_UNKNOWN64);
	add(reorder, 4, 10, 500);
	reorder__hand_on(reorder, 200);
	CHECK(seen.nr == 3 && in_order(&seen));
	CHECK(seen.tids[0] == 3 && seen.tids[1] == 2 && seen.tids[2] == 1);
	add(reorder, 5, 300, 1);
	reorder__hand_on(reorder, UINT64_MAX);
	CHECK(seen.nr == 5 && in_order(&seen));
	CHECK(seen.tids[3] == 5 && seen.tids[4] == 4);
	reorder__free(reorder);
	test_done("the order in which they ended");
}

/* More than it holds: nothing is lost. */
static void test_full(void)
{
	struct seen seen = { 0 };
	struct reorder *reorder;
	unsigned int found[NR] = { 0 };

	CHECK(!reorder__new(64, sizeof(struct ft_fault), see, &seen, &reorder));
	srand(1);
	for (unsigned int i = 0; i < NR; i++) {
		add(reorder, i, (uint64_t)rand() % 5000, (uint64_t)rand() % 100);
		if (i % 100 == 0)
			reorder__hand_on(reorder, 2500);
	}
	reorder__hand_on(reorder, UINT64_MAX);
	CHECK(seen.nr == NR);
	for (unsigned int i = 0; i < seen.nr; i++)
		found[seen.tids[i]]++;
	for (unsigned int i = 0; i < NR; i++)
		CHECK(found[i] == 1);
	reorder__free(reorder);
	test_done("more than it holds");
}

/* Equal ends keep the order in which they came. */
static void test_ties(void)
{
	struct seen seen = { 0 };
	struct reorder *reorder;

	CHECK(!reorder__new(64, sizeof(struct ft_fault), see, &seen, &reorder));
	add(reorder, 0, 200, 0);
	for (unsigned int i = 1; i < 50; i++)
		add(reorder, i, 100, 0);
	reorder__hand_on(reorder, UINT64_MAX);
	for (unsigned int i = 1; i < 50; i++)
		CHECK(seen.tids[i - 1] == i);
	reorder__free(reorder);
	test_done("equal ends keep their order");
}

int main(void)
{
	test_order();
	test_full();
	test_ties();
	return test_status();
}
