/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of 1, 2, 4 or 8 bytes at any place in memory. A switch, since the compiler makes one
 * instruction of each memcpy(3) with a constant size, and a call of all others.
 */
#ifndef CAPTURE_VALUE_H
#define CAPTURE_VALUE_H

#include <stdint.h>
#include <string.h>

static inline uint64_t value_load(const void *at, unsigned int width)
{
	uint64_t value = 0;

	switch (width) {
	case 1: memcpy(&value, at, 1); break;
	case 2: memcpy(&value, at, 2); break;
	case 4: memcpy(&value, at, 4); break;
	default: memcpy(&value, at, 8);
	}
	return value;
}

/* Stores the low bytes of a value. */
static inline void value_store(void *at, uint64_t value, unsigned int width)
{
	switch (width) {
	case 1: memcpy(at, &value, 1); break;
	case 2: memcpy(at, &value, 2); break;
	case 4: memcpy(at, &value, 4); break;
	default: memcpy(at, &value, 8);
	}
}

#endif /* CAPTURE_VALUE_H */
