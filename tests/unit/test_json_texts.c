/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts that are taken out of JSON documents, and what is no such document. */
#include <errno.h>
#include <stdlib.h>

#include "../../src/base/json_texts.h"
#include "test.h"

static struct json_text text;

static int find(const char *document)
{
	text = (struct json_text) { .keys = { "a", "b.c/d" } };
	return json_texts__find(document, strlen(document), &text, 1);
}

static void test_texts(void)
{
	static const struct {
		const char *document, *text;
	} samples[] = {
		{ "{\"a\":{\"b.c/d\":\"x\"}}", "x" },
		{ " {\r\n\t\"z\" : [1, {\"a\":2}], \"a\" : { \"b.c/d\" : \"\" , \"e\":null } } ",
		  "" },
		{ "{\"\\u0061\":{\"b.c\\/d\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}}", "\"\\/\b\f\n\r\t" },
		{ "{\"a\":{\"b.c/d\":\"\\u00e9\\u20AC\\ud83d\\ude00\"}}",
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "{\"a\":{\"b.c/d\":\"\xff\"}}", "\xff" },
	};
	static const char *const without[] = {
		"{}",
		"[]",
		"\"a\"",
		"0",
		"-0.5e+10",
		"true",
		"null",
		"{\"a\":\"b.c/d\"}",
		"{\"a\":{\"b.c/d\":1}}",
		"{\"a\":{\"b.c/d\":[\"x\"]}}",
		"{\"a\":[{\"b.c/d\":\"x\"}]}",
		"[{\"a\":{\"b.c/d\":\"x\"}}]",
		"{\"b.c/d\":\"x\"}",
		"{\"z\":{\"a\":{\"b.c/d\":\"x\"}}}",
		"{\"a\":{\"b.c/d\":{\"b.c/d\":\"x\"}}}",
		"{\"a\":{\"b.c/d\":\"x\\u0000y\"}}",
	};

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		CHECK_EQ(find(samples[i].document), 0);
		if (CHECK(text.is_there))
			CHECK_STR(text.text, samples[i].text);
	}
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (!CHECK(!find(without[i]) && !text.is_there))
			printf("#   %s\n", without[i]);
	test_done("texts, and documents without them");
}

static void test_damaged(void)
{
	static const char whole[] = "{\"a\":{\"b.c/d\":\"x\\u00e9\",\"n\":[-1.5e3,true,{}]}}";
	static const char *const broken[] = {
		"",
		" ",
		"{",
		"}",
		"{}{}",
		"{},",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{,}",
		"[1,]",
		"[,]",
		"[1 2]",
		"{a:1}",
		"{'a':1}",
		"01",
		"1.",
		".5",
		"+1",
		"1e",
		"-",
		"tru",
		"nul",
		"NaN",
		"\"",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\ud800\"",
		"\"\\ud800\\u0041\"",
		"\"\\udc00\"",
		"\"\n\"",
		"// x\n{}",
		"{\"a\":{\"b.c/d\":\"x\",\"b.c/d\":\"y\"}}",
		"{\"a\":{\"b.c/d\":\"x\"},\"a\":{\"b.c/d\":\"y\"}}",
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (!CHECK(find(broken[i]) == -EINVAL && !text.is_there))
			printf("#   %s\n", broken[i]);
	/* Each beginning of a document, in memory that ends there. */
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *part = malloc(len ? len : 1);

		memcpy(part, whole, len);
		CHECK_EQ(json_texts__find(part, len, &text, 1), -EINVAL);
		CHECK(!text.is_there);
		free(part);
	}
	CHECK_EQ(json_texts__find("{}\0", 3, &text, 1), -EINVAL);
	test_done("what is not wholly a document has no texts");
}

static void test_limits(void)
{
	static char document[300000];
	char *at = document;

	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		*at++ = '[';
	memset(at, ']', JSON_DEPTH_MAX);
	CHECK_EQ(find(document), 0);
	memset(document, '[', sizeof(document) - 1);
	CHECK_EQ(find(document), -EINVAL);
	strcpy(document, "{\"a\":{\"b.c/d\":\"");
	at = document + strlen(document);
	memset(at, 'x', JSON_TEXT_MAX - 1);
	strcpy(at + JSON_TEXT_MAX - 1, "\"}}");
	CHECK_EQ(find(document), 0);
	CHECK(text.is_there && strlen(text.text) == JSON_TEXT_MAX - 1);
	strcpy(at + JSON_TEXT_MAX - 1, "x\"}}");
	CHECK_EQ(find(document), 0);
	CHECK(!text.is_there);
	test_done("depth and length are limited");
}

int main(void)
{
	test_texts();
	test_damaged();
	test_limits();
	return test_status();
}
