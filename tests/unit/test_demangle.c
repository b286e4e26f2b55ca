/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/symbols/demangle.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *mangled;
	const char *want; /* NULL: it is no mangled name */
} cases[] = {
	{ "main", NULL },
	{ "", NULL },
	{ "_", NULL },
	{ "_start", NULL },
	{ "_Zebra", NULL },
	{ "_Rubbish", NULL },
	{ "_ZN3foo3barEv", "foo::bar" },
	{ "_ZNSt6vectorIiSaIiEE9push_backERKi",
	  "std::vector<int, std::allocator<int> >::push_back" },
	{ "_ZTV3foo", "vtable for foo" },
	{ "_ZN12_GLOBAL__N_16hiddenEi", "(anonymous namespace)::hidden" },
	/* Rust: the older names end with a hash that nobody wants to read. */
	{ "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt" },
	{ "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE",
	  "<Test + 'static as foo::Bar<Test>>::bar" },
	{ "_RNvC6_123foo3bar", "123foo::bar" },
	{ "_RNvNtNtCs1234_7mycrate3foo3bar3baz", "mycrate::foo::bar::baz" },
};

static void test_names(void)
{
	for (size_t i = 0; i < NR(cases); i++) {
		char text[256] = "";
		bool is_mangled = demangle(cases[i].mangled, text, sizeof(text));

		CHECK_EQ(is_mangled, cases[i].want != NULL);
		if (cases[i].want)
			CHECK_STR(is_mangled ? text : cases[i].mangled, cases[i].want);
	}
	test_done("names");
}

/* What does not fit is not cut in half: it is no name then. */
static void test_room(void)
{
	char text[9];

	CHECK(demangle("_ZN3foo3barEv", text, sizeof(text)));
	CHECK_STR(text, "foo::bar");
	CHECK(!demangle("_ZN3foo3barEv", text, sizeof(text) - 1));
	CHECK(!demangle("_ZN3foo3barEv", text, 1));
	CHECK(!demangle("_ZN3foo3barEv", text, 0));
	test_done("what does not fit");
}

/* A<A<..., ...>, A<..., ...>>: each argument names the one before it twice. */
static void write_bomb(char *ret, int rounds)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char *at = stpcpy(ret, "_Z1fI1AIiiE");

	for (int i = 1; i <= rounds; i++)
		at += sprintf(at, "S0_IS%c_S%c_E", digits[i], digits[i]);
	strcpy(at, "Evv");
}

static void test_bomb(void)
{
	char name[1024], text[1024];

	write_bomb(name, 1);
	CHECK(demangle(name, text, sizeof(text)));
	CHECK_STR(text, "f<A<int, int>, A<A<int, int>, A<int, int> > >");
	write_bomb(name, 35); /* 200 GB */
	CHECK(!demangle(name, text, sizeof(text)));
	/* And one that calls for a deep stack. */
	memset(name, 'P', sizeof(name) - 1);
	memcpy(name, "_Z1f", 4);
	name[sizeof(name) - 1] = '\0';
	demangle(name, text, sizeof(text));
	test_done("names that stand for too much");
}

/* Names with a few letters wrong: nothing is written behind the text, and all of them end. */
static void test_wrong_letters(void)
{
	static const char letters[] = "_ZNSRtICvE0123456789aijkPKhsNvMXYB$.u";
	unsigned long long state = 88172645463325252ULL;

	for (int round = 0; round < 20000; round++) {
		char name[256], text[64];
		size_t len;

		snprintf(name, sizeof(name), "%s",
			 cases[6 + (size_t)round % (NR(cases) - 6)].mangled);
		len = strlen(name);
		for (int i = 0; i < 3; i++) {
			state ^= state << 13, state ^= state >> 7, state ^= state << 17;
			name[2 + state % (len - 2)] = letters[(state >> 32) % (NR(letters) - 1)];
		}
		if (demangle(name, text, sizeof(text)))
			CHECK(strlen(text) > 0 && strlen(text) < sizeof(text));
	}
	test_done("names with wrong letters");
}

int main(void)
{
	test_names();
	test_room();
	test_bomb();
	test_wrong_letters();
	return test_status();
}
