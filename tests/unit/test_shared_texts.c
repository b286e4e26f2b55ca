/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "../../src/faults/shared_texts.h"
#include "test.h"

static void test_sharing(void)
{
	struct shared_texts texts = { 0 };
	char name[] = "main";
	const char *kept = shared_texts__keep(&texts, name);

	CHECK(kept != name);
	CHECK_STR(kept, "main");
	CHECK(shared_texts__keep(&texts, "main") == kept);
	CHECK(shared_texts__keep(&texts, "read") != kept);
	CHECK_STR(shared_texts__keep(&texts, ""), "");
	shared_texts__mark(kept);
	shared_texts__mark("");
	shared_texts__sweep(&texts);
	CHECK(shared_texts__keep(&texts, "main") == kept);
	/* A mark is for one sweep. */
	shared_texts__sweep(&texts);
	CHECK_EQ(texts.bytes, 0);
	shared_texts__free(&texts);
	test_done("each text once, while it is marked");
}

/* Names as long as names may be: without a bound, 400 MB of them. */
static void test_bound(void)
{
	struct shared_texts texts = { 0 };
	char name[4096];
	size_t nr_kept = 0, nr_sweeps = 0;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 100000; i++) {
		snprintf(name, 8, "%07d", i);
		name[7] = 'x';
		nr_kept += *shared_texts__keep(&texts, name) != '\0';
		CHECK(texts.bytes <= SHARED_TEXTS_MAX);
	}
	CHECK(nr_kept > 15000 && nr_kept < 17000);
	CHECK_STR(shared_texts__keep(&texts, name), "");
	/* As stacks are forgotten, there is room again. */
	for (int i = 0; i < 100000; i++) {
		if (shared_texts__are_many(&texts)) {
			shared_texts__sweep(&texts);
			nr_sweeps++;
		}
		snprintf(name, 8, "%07d", i);
		name[7] = 'x';
		CHECK(*shared_texts__keep(&texts, name) != '\0');
		CHECK(texts.bytes <= SHARED_TEXTS_MAX / 2);
	}
	CHECK(nr_sweeps > 20 && nr_sweeps < 30);
	shared_texts__free(&texts);
	test_done("a bound on their bytes");
}

int main(void)
{
	test_sharing();
	test_bound();
	return test_status();
}
