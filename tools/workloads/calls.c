/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 64 pages touched at the end of a chain of calls: main, outer, middle, inner. First
 * by functions with frame pointers (their names end in _fp), then by others without. The
 * touch itself is in a function that is inlined.
 */
#include "workload.h"

#define PAGES 64

#define WITH	__attribute__((noinline, optimize("no-omit-frame-pointer")))
#define WITHOUT __attribute__((noinline, optimize("omit-frame-pointer")))

/* What is done after the call keeps it from being a jump. */
static volatile unsigned long depth;

/* A function that calls none has no frame pointer, whatever it is asked for. */
static __attribute__((noinline)) void nothing(void)
{
	depth++;
}

/* Has no code of its own: what touches the pages is in its caller. */
static inline __attribute__((always_inline)) void touch(char *page)
{
	*(volatile char *)page = 1;
}

#define CHAIN(how, suffix)                                \
	how static void inner##suffix(char *range)        \
	{                                                 \
		for (unsigned long i = 0; i < PAGES; i++) \
			touch(range + i * page_size);     \
		nothing();                                \
		depth++;                                  \
	}                                                 \
	how static void middle##suffix(char *range)       \
	{                                                 \
		inner##suffix(range);                     \
		depth++;                                  \
	}                                                 \
	how static void outer##suffix(char *range)        \
	{                                                 \
		middle##suffix(range);                    \
		depth++;                                  \
	}

CHAIN(WITH, _fp)
CHAIN(WITHOUT, _bare)

int main(void)
{
	struct measure m;
	char *range;

	workload_begin("calls");
	range = map_pages(2 * PAGES);
	measure_begin(&m);
	outer_fp(range);
	outer_bare(range + PAGES * page_size);
	measure_end(&m);
	expect((struct expectation) { .kind = "anon", .count = 2 * PAGES });
	return report("first write at the end of a chain of calls");
}
