/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as the path of a cgroup, and as the configuration of a container. */
#include <stdlib.h>
#include <string.h>

#include "../../src/base/json_texts.h"
#include "../../src/host/container.h"
#include "fuzz.h"

static void check_path(const char *path)
{
	struct container is;
	bool found = container__of_path(path, &is);

	EXPECT(found == (*is.id || *is.pod_uid));
	EXPECT(found == (is.path_len > 0));
	EXPECT(is.path_len <= strlen(path));
	EXPECT(!is.runtime || *is.id);
	EXPECT(!strchr(is.id, '/') && !strchr(is.pod_uid, '/'));
}

/* A document that is not wholly one has no texts; nor has a document that is cut off. */
static void check_document(const char *bytes, size_t size)
{
	struct json_text texts[] = {
		{ .keys = { "annotations", "io.kubernetes.cri.sandbox-name" } },
		{ .keys = { "Config", "Labels", "io.kubernetes.pod.name" } },
		{ .keys = { "Name" } },
		{ .keys = { NULL } },
	};
	size_t nr = sizeof(texts) / sizeof(texts[0]);
	int err = json_texts__find(bytes, size, texts, nr);

	for (size_t i = 0; i < nr; i++) {
		EXPECT(!err || !texts[i].is_there);
		EXPECT(!texts[i].is_there || strlen(texts[i].text) < JSON_TEXT_MAX);
	}
	if (!err && size && (bytes[size - 1] == '}' || bytes[size - 1] == '"'))
		EXPECT(json_texts__find(bytes, size - 1, texts, nr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *bytes = malloc(size ? size : 1);

	EXPECT(text && bytes);
	memcpy(text, data, size);
	text[size] = '\0';
	check_path(text);
	/* In memory that ends where the document does. */
	memcpy(bytes, data, size);
	check_document(bytes, size);
	free(text);
	free(bytes);
	return 0;
}
