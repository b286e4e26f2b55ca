/* SPDX-License-Identifier: GPL-2.0-only */
#include "block.h"

#include <zlib.h>

uint32_t capture_crc(const void *bytes, size_t len)
{
	return (uint32_t)crc32_z(0, bytes, len);
}

static uint32_t crc_of(const struct capture_header *header)
{
	return capture_crc(header, offsetof(struct capture_header, header_crc));
}

static const struct capture_header mark = {
	.skippable = CAPTURE_SKIPPABLE,
	.size = sizeof(mark) - ZSTD_SKIPPABLE_HEADER,
	.magic = CAPTURE_MAGIC,
};
const void *const capture_mark = &mark;

void capture_header__seal(struct capture_header *header)
{
	memcpy(header, &mark, CAPTURE_MARK_BYTES);
	header->version = CAPTURE_VERSION;
	header->header_crc = crc_of(header);
}

bool capture_header__is_whole(const struct capture_header *header)
{
	return !memcmp(header, &mark, CAPTURE_MARK_BYTES) && header->header_crc == crc_of(header);
}
