/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes some texts out of a JSON document (RFC 8259), which may be a stranger's: nothing is
 * allocated, nesting is limited, and a document that is not wholly well-formed has no texts.
 */
#ifndef BASE_JSON_TEXTS_H
#define BASE_JSON_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_KEYS_MAX  4   /* of a text that is wanted */
#define JSON_DEPTH_MAX 64  /* of a document */
#define JSON_TEXT_MAX  512 /* of keys and texts that are wanted, with a NUL */

/* A text that is wanted: by the keys of the objects around it. */
struct json_text {
	const char *keys[JSON_KEYS_MAX]; /* from the outermost one; NULL: no more */
	bool is_there;
	char text[JSON_TEXT_MAX]; /* if it is there; one that is longer is not */
};

/*
 * Finds the texts: 0. -EINVAL: the bytes are no such document, it is nested too deep, or it has
 * one of these texts twice; then none of them is there.
 */
int json_texts__find(const char *bytes, size_t len, struct json_text *texts, size_t nr);

#endif /* BASE_JSON_TEXTS_H */
