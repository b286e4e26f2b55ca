/* SPDX-License-Identifier: GPL-2.0-only */
#include <time.h>

#include "../../src/host/clock.h"
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
	{ "_RNvNtNtCs1234_7mycrate3foo3bar3baz.llvm.123", "mycrate::foo::bar::baz" },
	/* As rustc 1.95 writes them; without the hash of the crate. */
	{ "_RINvMC1rINtB3_1AKj7_Kb1_Kc1f600_Kan5_E1fFKCPhOnEzEB3_",
	  "<r::A<7, true, '\\u{1f600}', -5>>::f::<extern \"C\" fn(*const u8, *mut i128) -> !>" },
	{ "_RNCINvMC1rINtB5_1AKjc8_Kb0_Kc27_Ka0_E1fuE0B5_",
	  "<r::A<200, false, '\\'', 0>>::f::<()>::{closure#0}" },
	{ "_RINvC1r4showDG_INtNtNtC4core3ops8function2FnTRL0_hFG_URL0_RL1_hEuEEp6OutputuEL_EB2_",
	  "r::show::<dyn for<'a> core::ops::function::Fn<(&'a u8, for<'b> unsafe fn(&'b &'a u8)), "
	  "Output = ()>>" },
	{ "_RINvNtNtC1ru11ncode_cta3gu6wgv71au9gre_6ka8ieEB6_",
	  "r::\u00fcn\u00efcode::\u65e5\u672c::gr\u00f6\u00dfe::<str>" },
	{ "_RNvXC1rINtC1a1VTehEENtB2_2Tr2goB2_", "<a::V<(str, u8)> as r::Tr>::go" },
	{ "_RNvYAhj3_NtC1r2Tr2go", "<[u8; 3] as r::Tr>::go" },
	{ "_RINvC1r1fSQL_eThEKpE", "r::f::<[&mut str], (u8,), _>" },
	/* What refers to itself, or beyond the name; a lifetime that nobody binds. */
	{ "_RNvB_3foo", NULL },
	{ "_RNvBzzzzzzzzzzzzzzzz_3foo", NULL },
	{ "_RINvC1r1fRL0_eE", NULL },
	{ "_RINvC1r1fB8_E", NULL },
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

/* Appends text n times. */
static void repeat(char *ret, const char *text, int n)
{
	for (ret += strlen(ret); n-- > 0;)
		ret = stpcpy(ret, text);
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

/* False if it takes long; for ever, before names of this kind were refused. */
static bool ends_soon(const char *name)
{
	unsigned long long start_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	char text[4096];

	demangle(name, text, sizeof(text));
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns < 2000000000ULL;
}

static void test_endless(void)
{
	char name[2048] = "_ZcvT_I";

	/* A function that binds 62^8 lifetimes, in a path that is not shown. */
	CHECK(ends_soon("_RMYDGzzzzzzzz_"));
	CHECK(ends_soon("_RMYFGzzzzzzzz_EuC1aC1b"));
	CHECK(ends_soon("_RINvC1r1fDGzzzzzzzz_EL_E"));
	/* Each argument list is parsed twice, and so are those in it. */
	repeat(name, "T_I", 40);
	repeat(name, "i", 1);
	repeat(name, "E", 41);
	CHECK(ends_soon(name));
	/* An expansion of what has no parameter looks for one in each part. */
	write_bomb(name, 34);
	strcpy(strstr(name, "Evv"), "DpSY_Evv");
	CHECK(ends_soon(name));
	test_done("names that never end");
}

/* Nothing is left behind, which the sanitizer sees at the end: a name in Punycode that is cut. */
static void test_nothing_leaks(void)
{
	char text[16];

	CHECK(!demangle("_RNvNtC1ru6wgv71au9gre_6ka8ie", text, 6));
	CHECK(!demangle("_Z1fI1AIiiES0_IS1_S1_EEvv", text, 6));
	test_done("a name that does not fit leaks nothing");
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
	test_endless();
	test_nothing_leaks();
	test_wrong_letters();
	return test_status();
}
