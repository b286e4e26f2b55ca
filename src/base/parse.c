/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit size_units[] = {
	{ "", 1 },	     { "K", 1ULL << 10 }, { "M", 1ULL << 20 },
	{ "G", 1ULL << 30 }, { "T", 1ULL << 40 }, { "k", 1ULL << 10 },
	{ "m", 1ULL << 20 }, { "g", 1ULL << 30 }, { NULL, 0 },
};

static const struct unit duration_units[] = {
	{ "ns", 1 },	      { "us", 1000 },	      { "ms", 1000000 }, { "s", 1000000000 },
	{ "m", 60000000000 }, { "h", 3600000000000 }, { NULL, 0 },
};

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return INT_MAX;
}

/* Scans at least one digit at *s, and moves *s past the digits. No sign, no spaces. */
static int scan_number(const char **s, unsigned int base, uint64_t *ret)
{
	const char *p = *s;
	uint64_t n = 0;
	int err = 0;

	for (; digit_value(*p) < (int)base; p++) {
		if (__builtin_mul_overflow(n, (uint64_t)base, &n) ||
		    __builtin_add_overflow(n, (uint64_t)digit_value(*p), &n))
			err = -ERANGE;
	}
	if (p == *s)
		return -EINVAL;
	*s = p;
	*ret = n;
	return err;
}

/* Text after the number is -EINVAL, which takes precedence over -ERANGE in err. */
static int whole(const char *rest, int err)
{
	return *rest ? -EINVAL : err;
}

int parse_u64(const char *s, uint64_t *ret)
{
	uint64_t n;
	int err = scan_number(&s, 10, &n);

	err = whole(s, err);
	if (!err)
		*ret = n;
	return err;
}

static int scan_address(const char **s, uint64_t *ret)
{
	if ((*s)[0] == '0' && ((*s)[1] == 'x' || (*s)[1] == 'X'))
		*s += 2;
	return scan_number(s, 16, ret);
}

int parse_address(const char *s, uint64_t *ret)
{
	uint64_t n;
	int err = scan_address(&s, &n);

	err = whole(s, err);
	if (!err)
		*ret = n;
	return err;
}

int parse_range(const char *s, uint64_t *start, uint64_t *end)
{
	uint64_t from, to;
	int err = scan_address(&s, &from);

	if (err)
		return err;
	if (*s++ != '-')
		return -EINVAL;
	err = parse_address(s, &to);
	if (err)
		return err;
	if (from >= to)
		return -EINVAL;
	*start = from;
	*end = to;
	return 0;
}

static uint64_t find_unit(const struct unit *units, const char *name)
{
	while (units->name && strcmp(units->name, name) != 0)
		units++;
	return units->factor;
}

int parse_size(const char *s, uint64_t *ret)
{
	uint64_t n, factor;
	int err = scan_number(&s, 10, &n);

	if (err == -EINVAL)
		return err;
	factor = find_unit(size_units, s);
	if (!factor)
		return -EINVAL;
	if (err || __builtin_mul_overflow(n, factor, &n))
		return -ERANGE;
	*ret = n;
	return 0;
}

/* Finds the digits after a decimal point, "" if there is no point. */
static int scan_fraction(const char **s, const char **digits)
{
	*digits = "";
	if (**s != '.')
		return 0;
	*digits = ++*s;
	*s += strspn(*s, "0123456789");
	return *s == *digits ? -EINVAL : 0;
}

/* The digits after a decimal point, of a number in units of so many ns, as ns (rounded down). */
static uint64_t fraction_of(const char *digits, uint64_t unit)
{
	uint64_t sum = 0;

	for (; unit && *digits >= '0' && *digits <= '9'; digits++) {
		unit /= 10;
		sum += unit * (uint64_t)(*digits - '0');
	}
	return sum;
}

int parse_duration(const char *s, uint64_t bare_ns, uint64_t *ret_ns)
{
	const char *digits;
	uint64_t n = 0, unit;
	int err = *s == '.' ? 0 : scan_number(&s, 10, &n);

	if (err == -EINVAL || scan_fraction(&s, &digits))
		return -EINVAL;
	unit = *s ? find_unit(duration_units, s) : bare_ns;
	if (!unit)
		return -EINVAL;
	if (err || __builtin_mul_overflow(n, unit, &n) ||
	    __builtin_add_overflow(n, fraction_of(digits, unit), &n) || n > INT64_MAX)
		return -ERANGE;
	*ret_ns = n;
	return 0;
}

static void add_unique(int *ids, size_t *nr, int id)
{
	for (size_t i = 0; i < *nr; i++) {
		if (ids[i] == id)
			return;
	}
	ids[(*nr)++] = id;
}

static int scan_ids(const char *s, int *ids, size_t *nr)
{
	for (;;) {
		uint64_t n;
		int err = scan_number(&s, 10, &n);

		if (err == -EINVAL || (*s && *s != ',') || n == 0)
			return -EINVAL;
		if (err || n > INT_MAX)
			return -ERANGE;
		add_unique(ids, nr, (int)n);
		if (!*s++)
			return 0;
	}
}

int parse_ids(const char *s, int **ids, size_t *nr)
{
	size_t found = 0;
	int *list = calloc(strlen(s) / 2 + 1, sizeof(*list)); /* "1,2": an id takes two bytes */
	int err = list ? scan_ids(s, list, &found) : -ENOMEM;

	if (err) {
		free(list);
		return err;
	}
	*ids = list;
	*nr = found;
	return 0;
}
