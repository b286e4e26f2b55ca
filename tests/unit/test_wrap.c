/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/base/edits.h"
#include "../../src/base/wrap.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void test_wrap(void)
{
	static const struct {
		size_t columns;
		unsigned int indent;
		const char *text, *want;
	} cases[] = {
		{ 0, 4, "of any length", "of any length" },
		{ 13, 4, "of any length", "of any length" },
		{ 12, 4, "of any length", "of any\n    length" },
		{ 12, 4, "    name  what it is", "    name\n    what it\n    is" },
		{ 9, 8, "    name  what it is", "    name\n    what\n    it is" },
		{ 6, 2, "unbreakable words", "unbreakable\n  words" },
		{ 6, 2, "unbreakable", "unbreakable" },
		{ 8, 0, "\xc3\xa9t\xc3\xa9 caf\xc3\xa9 no", "\xc3\xa9t\xc3\xa9 caf\xc3\xa9\nno" },
		{ 5, 0, "a b  ", "a b  " },
		{ 4, 0, "", "" },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		struct buf out = { 0 };

		buf__adds(&out, "before ");
		buf__adds(&out, cases[i].text);
		wrap_line(&out, strlen("before "), cases[i].columns, cases[i].indent);
		buf__addc(&out, '\0');
		CHECK_STR(out.data + strlen("before "), cases[i].want);
		buf__free(&out);
	}
	test_done("lines are broken between words");
}

static void test_edits(void)
{
	CHECK_EQ(edits_between("trace", "trace"), 0);
	CHECK_EQ(edits_between("trace", "trcae"), 1);
	CHECK_EQ(edits_between("trace", "trac"), 1);
	CHECK_EQ(edits_between("trace", "tracee"), 1);
	CHECK_EQ(edits_between("trace", "trade"), 1);
	CHECK_EQ(edits_between("trace", "recta"), 4);
	CHECK_EQ(edits_between("", "map"), 3);
	CHECK_EQ(edits_between("map", ""), 3);
	CHECK_EQ(edits_between("sixteen-letters!", "sixteen-letters!"), 0);
	CHECK_EQ(edits_between("seventeen-letters", "seventeen-letters"), EDITS_MAX);
	test_done("how far one word is from another");
}

int main(void)
{
	test_wrap();
	test_edits();
	return test_status();
}
