/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "../../src/base/array.h"
#include "test.h"

static void test_reserve(void)
{
	size_t size = 0;
	int *items = NULL;

	for (size_t nr = 0; nr < 1000; nr++) {
		items = array_reserve(items, nr, &size, sizeof(*items));
		CHECK(items && size > nr);
		items[nr] = (int)nr;
	}
	CHECK_EQ(items[0], 0);
	CHECK_EQ(items[999], 999);
	free(items);
	test_done("arrays grow, and keep what they have");
}

/* Each number is looked for among so many even ones: 0, 2, 4. */
static void test_search(void)
{
	for (size_t nr = 0; nr < 20; nr++) {
		for (size_t wanted = 0; wanted < 50; wanted++) {
			size_t before = 0;

			while (before < nr && 2 * before < wanted)
				before++;
			CHECK_EQ(COUNT_BEFORE(i, nr, 2 * i < wanted), before);
		}
	}
	test_done("a search finds the first that is not before");
}

int main(void)
{
	test_reserve();
	test_search();
	return test_status();
}
