/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../bpf/contract/glob.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static bool matches(const char *pattern, const char *text)
{
	char p[FT_COMM_LEN] = { 0 };
	char t[FT_COMM_LEN] = { 0 };

	memcpy(p, pattern, strnlen(pattern, sizeof(p)));
	memcpy(t, text, strnlen(text, sizeof(t)));
	return ft_glob(p, t);
}

static void test_cases(void)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} cases[] = {
		{ "bash", "bash", true },
		{ "bash", "bas", false },
		{ "bas", "bash", false },
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "*", "", true },
		{ "*", "fifteen-letters", true },
		{ "***************", "", true },
		{ "***************", "fifteen-letters", true },
		{ "?", "", false },
		{ "???????????????", "fifteen-letters", true },
		{ "???????????????", "fourteen-long.", false },
		{ "kworker/*", "kworker/0:1", true },
		{ "kworker/*", "kworker", false },
		{ "*-worker", "pool-1-worker", true },
		{ "*-worker", "pool-1-workers", false },
		{ "a*b*c", "axxbxxbxxc", true },
		{ "a*b*c", "axxcxxb", false },
		{ "**a**b**", "xxaxxbxx", true },
		{ "*?a", "a", false },
		{ "*?a", "aa", true },
		{ "*a*a*a*a*a*a*ab", "aaaaaaaaaaaaaaa", false },
		{ "*a*a*a*a*a*a*ab", "aaaaaaaaaaaaaab", true },
		{ "fifteen-letters", "fifteen-letters", true },
		{ "sixteen-letters!", "sixteen-letters!", true },
		{ "h\xc3\xa9*", "h\xc3\xa9llo", true },
		{ "\xff?", "\xff\x80", true },
		{ "A", "a", false },
		/* Only * and ? are special. */
		{ "[a]", "a", false },
		{ "[a]", "[a]", true },
		{ "\\*", "*", false },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		if (!CHECK(matches(cases[i].pattern, cases[i].text) == cases[i].want))
			printf("#   '%s' on '%s'\n", cases[i].pattern, cases[i].text);
	}
	test_done("cases");
}

/* The definition, in its slow form. */
static bool defined(const char *p, const char *t)
{
	if (!*p)
		return !*t;
	if (*p == '*')
		return defined(p + 1, t) || (*t && defined(p, t + 1));
	return *t && (*p == '?' || *p == *t) && defined(p + 1, t + 1);
}

/* The nth string over letters, shortest first. */
static void spell(unsigned int n, const char *letters, char *s)
{
	size_t nr = strlen(letters);

	for (; n; n = (n - 1) / nr)
		*s++ = letters[(n - 1) % nr];
	*s = '\0';
}

static void test_all_short_ones(void)
{
	char pattern[FT_COMM_LEN], text[FT_COMM_LEN];
	unsigned int wrong = 0;

	for (unsigned int p = 0; p < 5461; p++) { /* up to six of four letters */
		spell(p, "ab*?", pattern);
		for (unsigned int t = 0; t < 127; t++) { /* up to six of two */
			spell(t, "ab", text);
			wrong += matches(pattern, text) != defined(pattern, text);
		}
	}
	CHECK_EQ(wrong, 0);
	test_done("as defined, for all short patterns and texts");
}

static void test_random_long_ones(void)
{
	unsigned int wrong = 0;
	unsigned int random = 1;

	for (unsigned int i = 0; i < 200000; i++) {
		char pattern[FT_COMM_LEN] = { 0 }, text[FT_COMM_LEN] = { 0 };

		for (size_t at = 0; at < FT_COMM_LEN - 1; at++) {
			random = random * 1103515245 + 12345;
			pattern[at] = "aaab**??"[random >> 16 & 7];
			text[at] = "ab"[random >> 20 & 1];
		}
		pattern[(random >> 21) % FT_COMM_LEN] = '\0';
		text[(random >> 25) % FT_COMM_LEN] = '\0';
		wrong += matches(pattern, text) != defined(pattern, text);
	}
	CHECK_EQ(wrong, 0);
	test_done("as defined, for random long ones");
}

int main(void)
{
	test_cases();
	test_all_short_ones();
	test_random_long_ones();
	return test_status();
}
