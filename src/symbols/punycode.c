/* SPDX-License-Identifier: GPL-2.0-only */
#include "punycode.h"

#include <stdbool.h>
#include <string.h>

/* The parameters of RFC 3492, section 5. */
#define BASE	     36u
#define T_MIN	     1u
#define T_MAX	     26u
#define SKEW	     38u
#define DAMP	     700u
#define INITIAL_BIAS 72u
#define INITIAL_N    128u

#define CODE_POINT_MAX 0x10ffffu

/* Section 6.1. */
static uint32_t adapt(uint32_t delta, uint32_t nr, bool is_first)
{
	uint32_t k = 0;

	delta /= is_first ? DAMP : 2;
	delta += delta / nr;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static bool read_digit(char c, uint32_t *ret)
{
	if (c >= 'a' && c <= 'z')
		*ret = (uint32_t)(c - 'a');
	else if (c >= '0' && c <= '9')
		*ret = (uint32_t)(c - '0') + 26;
	else
		return false;
	return true;
}

/* Reads a number of variable length, which ends with a digit below its threshold. */
static bool read_delta(const char **at, const char *end, uint32_t bias, uint32_t *ret)
{
	uint64_t value = 0, weight = 1;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k - bias < T_MAX ? k - bias : T_MAX, digit;

		if (*at == end || !read_digit(*(*at)++, &digit))
			return false;
		value += digit * weight;
		if (value > UINT32_MAX)
			return false;
		if (digit < t)
			break;
		weight *= BASE - t;
		if (weight > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)value;
	return true;
}

size_t punycode_decode(const char *text, size_t len, uint32_t *ret, size_t max)
{
	const char *split = memrchr(text, '_', len), *at = split ? split + 1 : text;
	const char *end = text + len;
	size_t nr = split ? (size_t)(split - text) : 0;
	uint32_t bias = INITIAL_BIAS, delta;
	uint64_t n = INITIAL_N, i = 0;

	if (nr > max || at == end)
		return 0;
	for (size_t k = 0; k < nr; k++)
		ret[k] = (unsigned char)text[k];
	for (bool is_first = true; at < end; is_first = false) {
		if (nr == max || !read_delta(&at, end, bias, &delta))
			return 0;
		nr++;
		bias = adapt(delta, (uint32_t)nr, is_first);
		i += delta;
		n += i / nr;
		i %= nr;
		/* Surrogates are no letters. */
		if (n > CODE_POINT_MAX || (n >= 0xd800 && n < 0xe000))
			return 0;
		memmove(&ret[i + 1], &ret[i], (nr - 1 - i) * sizeof(*ret));
		ret[i++] = (uint32_t)n;
	}
	return nr;
}
