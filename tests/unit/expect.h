/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an output is expected to be, in files that a person can read.
 */
#ifndef TESTS_UNIT_EXPECT_H
#define TESTS_UNIT_EXPECT_H

#include <stdlib.h>

#include "../../src/base/buf.h"
#include "test.h"

#define EXPECT_DIR "tests/expect/"

static inline void terminate(struct buf *out)
{
	buf__addc(out, '\0');
	out->len--;
}

static inline bool write_file(const char *path, const struct buf *b)
{
	FILE *file = fopen(path, "w");
	bool ok = file && fwrite(b->data, 1, b->len, file) == b->len;

	return file && fclose(file) == 0 && ok;
}

static inline struct buf read_stream(FILE *file)
{
	struct buf b = { 0 };
	size_t n;

	while (file) {
		buf__reserve(&b, 4096);
		n = fread(b.data + b.len, 1, 4096, file);
		if (!n)
			break;
		b.len += n;
	}
	terminate(&b);
	return b;
}

static inline struct buf read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf b = read_stream(file);

	if (file)
		fclose(file);
	return b;
}

/* FT_UPDATE=1 writes what is expected, for a person to read the difference. */
static inline void compare(const char *path, struct buf *out)
{
	struct buf want;

	if (getenv("FT_UPDATE"))
		CHECK(write_file(path, out));
	want = read_file(path);
	CHECK(memchr(out->data, '\0', out->len) == NULL);
	if (!CHECK(want.len == out->len && memcmp(want.data, out->data, out->len) == 0))
		printf("#   differs from %s; FT_UPDATE=1 rewrites it\n", path);
	buf__free(&want);
	buf__free(out);
	test_done(path);
}

#endif /* TESTS_UNIT_EXPECT_H */
