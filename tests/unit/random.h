/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that look random and are the same in each run.
 */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

struct random {
	unsigned long long state;
};

/* Knuth's generator; its high bits are the good ones. */
static inline unsigned int random_u32(struct random *random)
{
	random->state = random->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(random->state >> 32);
}

/* Below 2^powers, each power of two as likely as the next. */
static inline unsigned long long random_latency(struct random *random, unsigned int powers)
{
	unsigned int power = random_u32(random) % powers;
	unsigned long long high = (unsigned long long)random_u32(random) << 32;

	return (1ULL << power) | ((high | random_u32(random)) & ((1ULL << power) - 1));
}

#endif /* TESTS_UNIT_RANDOM_H */
