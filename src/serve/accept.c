/* SPDX-License-Identifier: GPL-2.0-only */
#include "accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define WHOLE 1000

struct text {
	const char *at;
	size_t len;
};

/* Takes what is before the next separator off *rest, without the blanks around it. */
static bool take(struct text *rest, char separator, struct text *ret)
{
	const char *end = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->at) : rest->len;
	size_t used = end ? len + 1 : len;

	if (!rest->len)
		return false;
	*ret = (struct text) { rest->at, len };
	*rest = (struct text) { rest->at + used, rest->len - used };
	for (; ret->len && strchr(" \t", *ret->at); ret->at++)
		ret->len--;
	while (ret->len && strchr(" \t", ret->at[ret->len - 1]))
		ret->len--;
	return true;
}

static bool is_equal(const struct text *text, const char *word)
{
	return text->len == strlen(word) && !strncasecmp(text->at, word, text->len);
}

/* "0.75" in thousandths; what is no such number counts as 1. */
static unsigned int weight_of(const struct text *text)
{
	unsigned int weight = 0, unit = WHOLE / 10;

	if (!text->len || text->at[0] != '0' || (text->len > 1 && text->at[1] != '.'))
		return WHOLE;
	for (size_t i = 2; i < text->len && unit; i++, unit /= 10) {
		if (!strchr("0123456789", text->at[i]))
			return WHOLE;
		weight += (unsigned int)(text->at[i] - '0') * unit;
	}
	return weight;
}

/* The weight of an element whose name has been taken off it. */
static unsigned int weigh(struct text *element, const char *version)
{
	struct text parameter, name;
	unsigned int weight = WHOLE;

	while (take(element, ';', &parameter)) {
		if (!take(&parameter, '=', &name))
			continue;
		if (is_equal(&name, "q"))
			weight = weight_of(&parameter);
		else if (version && is_equal(&name, "version") && !is_equal(&parameter, version))
			return 0;
	}
	return weight;
}

unsigned int accept__weight(const char *header, const char *value, const char *version)
{
	struct text rest = { header, header ? strlen(header) : 0 }, element, name;
	unsigned int most = 0, weight;

	while (take(&rest, ',', &element)) {
		if (!take(&element, ';', &name) || !is_equal(&name, value))
			continue;
		weight = weigh(&element, version);
		most = weight > most ? weight : most;
	}
	return most;
}
