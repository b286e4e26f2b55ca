/* SPDX-License-Identifier: GPL-2.0-only */
#include "edits.h"

#include <stddef.h>
#include <string.h>

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* d[i][j]: edits from the first i letters of a to the first j of b (optimal string alignment). */
unsigned int edits_between(const char *a, const char *b)
{
	unsigned int d[EDITS_MAX + 1][EDITS_MAX + 1];
	size_t len_a = strnlen(a, EDITS_MAX + 1), len_b = strnlen(b, EDITS_MAX + 1);

	if (len_a > EDITS_MAX || len_b > EDITS_MAX)
		return EDITS_MAX;
	for (unsigned int i = 0; i <= len_a; i++)
		d[i][0] = i;
	for (unsigned int j = 0; j <= len_b; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		for (size_t j = 1; j <= len_b; j++) {
			d[i][j] = min(min(d[i - 1][j], d[i][j - 1]) + 1,
				      d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[len_a][len_b];
}
