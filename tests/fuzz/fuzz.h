/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What harnesses have in common. A harness is a file fuzz_NAME.c with LLVMFuzzerTestOneInput():
 * it takes an input apart into numbers and texts, calls what it is for, and aborts if a claim
 * about the result does not hold.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(claim)                                                                         \
	do {                                                                                  \
		if (!(claim)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #claim); \
			abort();                                                              \
		}                                                                             \
	} while (0)

/* What is left of an input. Past its end numbers are 0, and texts "". */
struct input {
	const uint8_t *at;
	const uint8_t *end;
};

static inline size_t input__left(const struct input *input)
{
	return (size_t)(input->end - input->at);
}

static inline void input__bytes(struct input *input, void *ret, size_t size)
{
	size_t n = size < input__left(input) ? size : input__left(input);

	memset(ret, 0, size);
	if (n)
		memcpy(ret, input->at, n);
	input->at += n;
}

static inline uint8_t input__u8(struct input *input)
{
	uint8_t value;

	input__bytes(input, &value, sizeof(value));
	return value;
}

static inline uint64_t input__u64(struct input *input)
{
	uint64_t value;

	input__bytes(input, &value, sizeof(value));
	return value;
}

/* A number of any size: its first byte says how many bytes it has; or one that is special. */
static inline uint64_t input__number(struct input *input)
{
	static const uint64_t special[] = { 0,		UINT64_MAX, INT64_MAX, 1ULL << 63,
					    UINT32_MAX, 999999,	    1000000 };
	uint8_t first = input__u8(input);
	uint64_t value = 0;

	if (first & 8)
		return special[(first & 7) % NR(special)];
	input__bytes(input, &value, (first & 7) + 1u);
	return value;
}

/* A text that ends at a NUL or at the end of the input; cut to what ret has room for. */
static inline char *input__text(struct input *input, char *ret, size_t size)
{
	size_t len = strnlen((const char *)input->at, input__left(input));
	size_t n = len < size - 1 ? len : size - 1;

	if (n)
		memcpy(ret, input->at, n);
	ret[n] = '\0';
	input->at += len + (len < input__left(input));
	return ret;
}

/* The same in memory of its own, so that sanitizers see each byte behind its end. */
static inline char *input__string(struct input *input)
{
	size_t len = strnlen((const char *)input->at, input__left(input));
	char *text = malloc(len + 1);

	if (!text)
		abort();
	return input__text(input, text, len + 1);
}

/* A copy of all that is left, of exactly its size. To be freed. */
static inline uint8_t *input__rest(struct input *input, size_t *size)
{
	uint8_t *copy;

	*size = input__left(input);
	copy = malloc(*size ? *size : 1);
	if (!copy)
		abort();
	input__bytes(input, copy, *size);
	return copy;
}

#endif /* TESTS_FUZZ_FUZZ_H */
