/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shell globbing (* and ?) over a thread's name. Pure; compiled by both halves.
 *
 * All positions of the pattern are tried at once, one bit each (Shift-And),
 * and no array is indexed by anything but a loop's counter: the verifier walks
 * one path, under a thousand instructions, and both arrays may be on the
 * stack, which before Linux 5.12 could not be read at a variable offset. A
 * matcher that backtracks makes the verifier explore every pair of positions.
 */
#ifndef FT_GLOB_H
#define FT_GLOB_H

#include "record.h"

#define FT_GLOB_BYTES(c) ((__u64)(c)*0x0101010101010101ULL)

/* Eight bytes, the first one lowest, whatever the machine's order. */
static inline __u64 ft_glob_load(const char *s)
{
	__u64 word = 0;
	int i;

	for (i = 0; i < 8; i++)
		word |= (__u64)(__u8)s[i] << (8 * i);
	return word;
}

/* Bit i: byte i of word is c. Without carries between bytes, so exact. */
static inline __u32 ft_glob_equal8(__u64 word, __u8 c)
{
	__u64 x = word ^ FT_GLOB_BYTES(c);
	__u64 zero = ~(((x & FT_GLOB_BYTES(0x7f)) + FT_GLOB_BYTES(0x7f)) | x) & FT_GLOB_BYTES(0x80);

	return ((zero >> 7) * 0x0102040810204080ULL) >> 56;
}

static inline __u32 ft_glob_equal(__u64 low, __u64 high, __u8 c)
{
	return ft_glob_equal8(low, c) | ft_glob_equal8(high, c) << 8;
}

/*
 * A star may match nothing: a position on one is a position behind it, too.
 * The sum carries the lowest position of each run of stars to the run's end.
 */
static inline __u32 ft_glob_skip_stars(__u32 at, __u32 stars)
{
	return at | ((stars + (at & stars)) ^ stars);
}

/* Both are NUL-padded arrays of FT_COMM_LEN bytes. */
static inline int ft_glob(const char *pattern, const char *text)
{
	__u64 low = ft_glob_load(pattern);
	__u64 high = ft_glob_load(pattern + 8);
	__u32 stars = ft_glob_equal(low, high, '*');
	__u32 any = ft_glob_equal(low, high, '?');
	__u32 end = ft_glob_equal(low, high, 0) | 1U << FT_COMM_LEN;
	__u32 at = ft_glob_skip_stars(1, stars);
	int i;

	for (i = 0; i < FT_COMM_LEN; i++) {
		__u8 c = text[i];

		if (!c)
			break;
		at = (at & (ft_glob_equal(low, high, c) | any)) << 1 | (at & stars);
		at = ft_glob_skip_stars(at, stars);
	}
	return !!(at & end & -end);
}

_Static_assert(FT_COMM_LEN == 16, "the pattern is two words");

#endif /* FT_GLOB_H */
