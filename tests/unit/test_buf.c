/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdlib.h>

#include "../../src/base/buf.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* What was appended, as a string; the buffer is empty again. */
static const char *take(struct buf *b)
{
	buf__addc(b, '\0');
	b->len = 0;
	return b->data;
}

/* All lengths in digits, and the numbers next to where they change. */
static void test_numbers(void)
{
	struct buf b = { 0 };
	char want[32];

	for (uint64_t n = 1;; n *= 10) {
		const uint64_t around[] = { n - 1, n, n + 1, n * 7 / 3 };

		for (size_t i = 0; i < NR(around); i++) {
			snprintf(want, sizeof(want), "%" PRIu64, around[i]);
			buf__add_u64(&b, around[i]);
			CHECK_STR(take(&b), want);
		}
		if (n > UINT64_MAX / 10)
			break;
	}
	buf__add_u64(&b, UINT64_MAX);
	CHECK_STR(take(&b), "18446744073709551615");
	buf__add_u64_right(&b, 42, 5);
	buf__add_u64_right(&b, 123456, 5);
	CHECK_STR(take(&b), "   42123456");
	buf__add_padded(&b, 42, 6);
	CHECK_STR(take(&b), "000042");
	buf__free(&b);
	test_done("decimal numbers");
}

static void test_hex(void)
{
	struct buf b = { 0 };
	char want[32];

	buf__add_hex(&b, 0);
	CHECK_STR(take(&b), "0");
	for (unsigned int shift = 0; shift < 64; shift++) {
		uint64_t n = 0xfedcba9876543210ULL >> shift;

		snprintf(want, sizeof(want), "%" PRIx64, n);
		buf__add_hex(&b, n);
		CHECK_STR(take(&b), want);
	}
	buf__free(&b);
	test_done("hexadecimal numbers");
}

static void test_fixed(void)
{
	static const struct {
		uint64_t n;
		unsigned int digits;
		const char *want;
	} cases[] = {
		{ 1234, 3, "1.234" },
		{ 0, 2, "0.00" },
		{ 5, 2, "0.05" },
		{ 5, 6, "0.000005" },
		{ 1000000, 6, "1.000000" },
		{ 17, 0, "17" },
		{ UINT64_MAX, 19, "1.8446744073709551615" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < NR(cases); i++) {
		buf__add_fixed(&b, cases[i].n, cases[i].digits);
		CHECK_STR(take(&b), cases[i].want);
	}
	buf__free(&b);
	test_done("fixed-point numbers");
}

static void test_columns(void)
{
	struct buf b = { 0 };

	buf__adds(&b, "xx");
	buf__adds(&b, "h\xc3\xa9");
	CHECK_EQ(buf__columns(&b, 2), 2);
	buf__pad_to(&b, 2, 4);
	buf__addc(&b, '|');
	CHECK_STR(take(&b), "xxh\xc3\xa9  |");

	buf__adds(&b, "ab12");
	buf__right_align(&b, 2, 5);
	CHECK_STR(take(&b), "ab   12");
	buf__adds(&b, "ab12");
	buf__right_align(&b, 2, 1);
	CHECK_STR(take(&b), "ab12");
	buf__adds(&b, "ab12");
	buf__insert(&b, 2, "---", 3);
	buf__insert(&b, 7, "!", 1);
	CHECK_STR(take(&b), "ab---12!");
	buf__free(&b);
	test_done("columns");
}

static void test_growth(void)
{
	struct buf b = { 0 };
	char *want = malloc(100000);

	for (size_t i = 0; i < 100000; i++) {
		want[i] = (char)('a' + i % 26);
		buf__addc(&b, want[i]);
	}
	CHECK_EQ(b.len, 100000);
	CHECK(memcmp(b.data, want, 100000) == 0);
	buf__reserve(&b, 1 << 20);
	CHECK(b.size - b.len >= 1 << 20);
	CHECK(memcmp(b.data, want, 100000) == 0);
	buf__free(&b);
	CHECK(!b.data && !b.len && !b.size);
	buf__addf(&b, "%s-%d", "x", 7);
	CHECK_STR(take(&b), "x-7");
	buf__free(&b);
	free(want);
	test_done("growth");
}

/* The same strings, as text and as JSON. */
static const struct {
	const char *s, *text, *json;
} strings[] = {
	{ "", "", "" },
	{ "plain", "plain", "plain" },
	{ "exactly8", "exactly8", "exactly8" },
	{ "/usr/lib/libc.so.6 (deleted)", "/usr/lib/libc.so.6 (deleted)",
	  "/usr/lib/libc.so.6 (deleted)" },
	{ "a\"b\\c", "a\"b\\c", "a\\\"b\\\\c" },
	{ "12345678\"\\", "12345678\"\\", "12345678\\\"\\\\" },
	{ "a\nb\tc\r", "a\\x0ab\\x09c\\x0d", "a\\nb\\tc\\r" },
	{ "\001\033[31m", "\\x01\\x1b[31m", "\\u0001\\u001b[31m" },
	{ "12345678\177", "12345678\\x7f", "12345678\\u007f" },
	/* Latin, Chinese, an emoji: UTF-8 of two, three and four bytes. */
	{ "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x90\xa7", "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x90\xa7",
	  "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x90\xa7" },
	/* The one-byte CSI of some terminals, as UTF-8 and bare. */
	{ "\xc2\x9b", "\\xc2\\x9b", "\\u009b" },
	{ "\x9b", "\\x9b", "\xef\xbf\xbd" },
	/* A line separator, and an override of the direction of writing. */
	{ "\xe2\x80\xa8\xe2\x80\xae", "\\xe2\\x80\\xa8\\xe2\\x80\\xae", "\\u2028\\u202e" },
	/* Marks that change the direction, too. */
	{ "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xd8\\x9c",
	  "\\u200e\\u200f\\u061c" },
	/* What looks like an escape, and is none. */
	{ "12345678\\x1b[31m \\y", "12345678\\x5cx1b[31m \\y", "12345678\\\\x1b[31m \\\\y" },
	/* Too long, a surrogate, too high, cut short, never a first byte. */
	{ "\xc0\xaf", "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a\xe4\xb8", "a\\xe4\\xb8", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xff!", "\\xff!", "\xef\xbf\xbd!" },
};

static void test_strings(void)
{
	struct buf b = { 0 };
	struct buf want = { 0 };

	for (size_t i = 0; i < NR(strings); i++) {
		buf__add_text(&b, strings[i].s);
		CHECK_STR(take(&b), strings[i].text);
		buf__addf(&want, "\"%s\"", strings[i].json);
		buf__add_json(&b, strings[i].s);
		CHECK_STR(take(&b), take(&want));
	}
	buf__free(&want);
	buf__free(&b);
	test_done("strings as text and as JSON");
}

/* Each byte at each place of a string that is otherwise plain. */
static void test_bytes(void)
{
	struct buf b = { 0 };

	for (int c = 1; c < 256; c++) {
		for (size_t at = 0; at < 17; at++) {
			char s[] = "abcdefghijklmnopq";
			bool plain = c >= 0x20 && c < 0x7f;

			s[at] = (char)c;
			buf__add_text(&b, s);
			CHECK_EQ(b.len, plain ? 17 : 20);
			b.len = 0;
			buf__add_json(&b, s);
			CHECK((b.len == 19) == (plain && c != '"' && c != '\\'));
			b.len = 0;
		}
	}
	buf__free(&b);
	test_done("every byte at every place");
}

int main(void)
{
	test_numbers();
	test_hex();
	test_fixed();
	test_columns();
	test_growth();
	test_strings();
	test_bytes();
	return test_status();
}
