/* SPDX-License-Identifier: GPL-2.0-only */
/* A small program with inlined functions, of which tests/fuzz/seeds makes inputs. */

int exported_data[4] = { 1 };

static inline __attribute__((always_inline)) int inner(int x)
{
	return x * 3 + exported_data[x & 3];
}

static inline __attribute__((always_inline)) int middle(int x)
{
	for (int i = 0; i < 3; i++)
		x += inner(x + i);
	return x;
}

__attribute__((noinline)) int outer(int x)
{
	return middle(x) + inner(x);
}

int exported_function(int x)
{
	return outer(x) * outer(x + 1);
}
