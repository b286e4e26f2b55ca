/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as each kind of number: what is accepted means what the C library makes of it. */
#include <errno.h>

#include "../../src/base/parse.h"
#include "fuzz.h"

#define MINUTE 60000000000ULL

static void check_number(const char *text, int base, const char *digits, int err, uint64_t value)
{
	bool is_number = *text && strspn(text, digits) == strlen(text);
	uint64_t want;

	errno = 0;
	want = strtoull(text, NULL, base);
	EXPECT(err == (!is_number ? -EINVAL : errno == ERANGE ? -ERANGE : 0));
	EXPECT(err || value == want);
}

static void check_numbers(const char *text)
{
	bool has_prefix = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	uint64_t value = 0;
	int err = parse_u64(text, &value);

	check_number(text, 10, "0123456789", err, value);
	value = 0;
	err = parse_address(text, &value);
	check_number(text + (has_prefix ? 2 : 0), 16, "0123456789abcdefABCDEF", err, value);
}

static void check_range(const char *text)
{
	uint64_t start, end;

	if (parse_range(text, &start, &end))
		return;
	EXPECT(start < end && start == strtoull(text, NULL, 16));
	EXPECT(end == strtoull(strchr(text, '-') + 1, NULL, 16));
}

static void check_size(const char *text)
{
	static const char units[] = "KMGT";
	uint64_t value, number, factor = 1;
	const char *unit;
	char *rest;

	if (parse_size(text, &value))
		return;
	number = strtoull(text, &rest, 10);
	unit = *rest ? strchr(units, *rest & ~0x20) : NULL;
	EXPECT(!*rest || (unit && !rest[1]));
	if (unit)
		factor = 1ULL << 10 * (unit - units + 1);
	EXPECT((unsigned __int128)number * factor == value);
}

static void check_duration(const char *text)
{
	uint64_t bare = 0, value;

	if (!parse_duration(text, MINUTE, &value)) {
		EXPECT(value <= INT64_MAX && strspn(text, "0123456789.nushm") == strlen(text));
		EXPECT(parse_duration(text, 1, &bare) || bare <= value);
	}
	EXPECT(!parse_duration("1", MINUTE, &value) && value == MINUTE);
}

static void check_ids(const char *text)
{
	int *ids;
	size_t nr;

	if (parse_ids(text, &ids, &nr))
		return;
	EXPECT(nr);
	for (size_t i = 0; i < nr; i++) {
		EXPECT(ids[i] > 0);
		for (size_t j = 0; j < i; j++)
			EXPECT(ids[i] != ids[j]);
	}
	free(ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	char *text = input__string(&input);

	check_numbers(text);
	check_range(text);
	check_size(text);
	check_duration(text);
	if (strlen(text) < 4096)
		check_ids(text);
	free(text);
	return 0;
}
