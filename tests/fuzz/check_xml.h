/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks that a text is a well-formed XML document, as far as we use XML. */
#ifndef TESTS_FUZZ_CHECK_XML_H
#define TESTS_FUZZ_CHECK_XML_H

#include "check_text.h"

#define XML_DEPTH_MAX	   64
#define XML_ATTRIBUTES_MAX 32

struct xml_name {
	const char *at;
	size_t len;
};

struct xml {
	const char *at;
	const char *end;
	struct xml_name open[XML_DEPTH_MAX];
	size_t depth;
	size_t nr_roots;
};

static inline bool xml__skip(struct xml *xml, const char *what)
{
	size_t len = strlen(what);
	bool is_there = (size_t)(xml->end - xml->at) >= len && !memcmp(xml->at, what, len);

	xml->at += is_there ? len : 0;
	return is_there;
}

static inline void xml__until(struct xml *xml, const char *what)
{
	while (!xml__skip(xml, what)) {
		EXPECT(xml->at < xml->end);
		xml->at++;
	}
}

static inline struct xml_name xml__name(struct xml *xml)
{
	struct xml_name name = { xml->at, 0 };

	while (xml->at < xml->end && *xml->at &&
	       strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:.",
		      *xml->at))
		xml->at++;
	name.len = (size_t)(xml->at - name.at);
	EXPECT(name.len && !strchr("0123456789-.", *name.at));
	return name;
}

static inline bool xml__is_same(struct xml_name a, struct xml_name b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static inline void xml__space(struct xml *xml)
{
	while (xml->at < xml->end && (*xml->at == ' ' || *xml->at == '\n' || *xml->at == '\t'))
		xml->at++;
}

/* Behind the '&': one of XML's own entities, or a number of a character that it allows. */
static inline void xml__entity(struct xml *xml)
{
	static const char *const names[] = { "amp;", "lt;", "gt;", "quot;", "apos;" };
	unsigned long point;
	char *end;

	for (size_t i = 0; i < NR(names); i++)
		if (xml__skip(xml, names[i]))
			return;
	EXPECT(xml__skip(xml, "#"));
	point = xml__skip(xml, "x") ? strtoul(xml->at, &end, 16) : strtoul(xml->at, &end, 10);
	EXPECT(end > xml->at && *end == ';' && point >= 0x20 && point <= 0xfffd);
	xml->at = end + 1;
}

/* U+FFFE and U+FFFF are no characters of XML. Others were checked before. */
static inline void xml__character(struct xml *xml)
{
	EXPECT(xml->at < xml->end && *xml->at != '<');
	if (xml__skip(xml, "&")) {
		xml__entity(xml);
		return;
	}
	EXPECT(!xml__skip(xml, "\xef\xbf\xbe") && !xml__skip(xml, "\xef\xbf\xbf"));
	EXPECT(!xml__skip(xml, "]]>"));
	xml->at++;
}

static inline void xml__attributes(struct xml *xml)
{
	struct xml_name names[XML_ATTRIBUTES_MAX];
	size_t nr = 0;

	for (xml__space(xml); xml->at < xml->end && !strchr("/>?", *xml->at); xml__space(xml)) {
		char quote;

		EXPECT(nr < XML_ATTRIBUTES_MAX);
		names[nr] = xml__name(xml);
		for (size_t i = 0; i < nr; i++)
			EXPECT(!xml__is_same(names[i], names[nr]));
		nr++;
		EXPECT(xml__skip(xml, "="));
		quote = *xml->at++;
		EXPECT(quote == '"' || quote == '\'');
		while (*xml->at != quote)
			xml__character(xml);
		xml->at++;
	}
}

static inline void xml__element(struct xml *xml)
{
	struct xml_name name = xml__name(xml);

	xml__attributes(xml);
	if (!xml->depth)
		xml->nr_roots++;
	if (xml__skip(xml, "/>"))
		return;
	EXPECT(xml__skip(xml, ">") && xml->depth < XML_DEPTH_MAX);
	xml->open[xml->depth++] = name;
}

static inline void xml__markup(struct xml *xml)
{
	if (xml__skip(xml, "!--")) {
		xml__until(xml, "--");
		EXPECT(xml__skip(xml, ">"));
	} else if (xml__skip(xml, "![CDATA[")) {
		EXPECT(xml->depth);
		xml__until(xml, "]]>");
	} else if (xml__skip(xml, "!") || xml__skip(xml, "?")) {
		EXPECT(!xml->nr_roots);
		xml__until(xml, ">");
	} else if (xml__skip(xml, "/")) {
		EXPECT(xml->depth && xml__is_same(xml__name(xml), xml->open[xml->depth - 1]));
		xml->depth--;
		EXPECT(xml__skip(xml, ">"));
	} else {
		xml__element(xml);
	}
}

/* A NUL must follow the text. */
static inline void check_xml(const struct buf *out)
{
	struct xml xml = { .at = out->data, .end = out->data + out->len };

	check_text(out->data, out->len, "\n\t");
	while (xml.at < xml.end) {
		if (xml__skip(&xml, "<"))
			xml__markup(&xml);
		else if (xml.depth)
			xml__character(&xml);
		else
			EXPECT(strchr("\n\t ", *xml.at++));
	}
	EXPECT(!xml.depth && xml.nr_roots == 1);
}

#endif /* TESTS_FUZZ_CHECK_XML_H */
