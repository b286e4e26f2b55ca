/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_packer.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

#include "columns.h"

#define LEVEL	     3
#define LEVEL_BEHIND 1

struct block_packer {
	ZSTD_CCtx *zstd;
	char *encoded;
	char *packed; /* the header and the frame */
	size_t packed_size;
	uint64_t sequence; /* of the next block */
	uint32_t segment;  /* of the last block */
	uint64_t last_ns;  /* the latest time in the blocks so far */
};

/* A table with the most columns, each with a row's width more than its rows need. */
#define ENCODED_MAX (BLOCK_BYTES + CAPTURE_COLUMNS_MAX * 8 * 2)

int block_packer__new(struct block_packer **packer)
{
	struct block_packer *new = calloc(1, sizeof(*new));

	*packer = new;
	if (!new)
		return -ENOMEM;
	new->zstd = ZSTD_createCCtx();
	new->encoded = malloc(ENCODED_MAX);
	new->packed_size = sizeof(struct capture_header) + ZSTD_compressBound(ENCODED_MAX);
	new->packed = malloc(new->packed_size);
	if (new->zstd &&new->encoded &&new->packed)
		return 0;
	block_packer__free(new);
	*packer = NULL;
	return -ENOMEM;
}

void block_packer__free(struct block_packer *packer)
{
	if (!packer)
		return;
	ZSTD_freeCCtx(packer->zstd);
	free(packer->encoded);
	free(packer->packed);
	free(packer);
}

/* The data as they will be in the frame. */
static const char *encode(struct block_packer *packer, const struct block *block, size_t *len)
{
	*len = block->len;
	if (block->header.type != CAPTURE_ROWS)
		return block->data;
	*len = columns__encode(block->table, block->data, block__capacity(block->table),
			       block->header.rows, packer->encoded);
	return packer->encoded;
}

/* The size of the frame, or 0: there is no memory. */
static size_t compress(struct block_packer *packer, const char *data, size_t len, bool behind)
{
	char *frame = packer->packed + sizeof(struct capture_header);
	size_t room = packer->packed_size - sizeof(struct capture_header), size;

	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel,
			       behind ? LEVEL_BEHIND : LEVEL);
	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(packer->zstd, frame, room, data, len);
	return ZSTD_isError(size) ? 0 : size;
}

/* Completes the header of what was compressed, and numbers the block. */
static void seal(struct block_packer *packer, struct capture_header *header,
		 struct packed_block *packed)
{
	header->frame_crc = capture_crc(packer->packed + sizeof(*header), header->frame_bytes);
	header->sequence = packer->sequence++;
	packer->segment = header->segment;
	if (header->last_ns > packer->last_ns)
		packer->last_ns = header->last_ns;
	capture_header__seal(header);
	memcpy(packer->packed, header, sizeof(*header));
	*packed = (struct packed_block) {
		.bytes = packer->packed,
		.len = sizeof(*header) + header->frame_bytes,
		.data_bytes = header->data_bytes,
	};
}

int block_packer__pack(struct block_packer *packer, struct block *block, bool behind,
		       struct packed_block *packed)
{
	struct capture_header *header = &block->header;
	size_t len, size = 0;
	const char *data = encode(packer, block, &len);

	if (header->type != CAPTURE_END) {
		size = compress(packer, data, len, behind);
		if (!size)
			return -ENOMEM;
	}
	header->data_bytes = (uint32_t)len;
	header->frame_bytes = (uint32_t)size;
	seal(packer, header, packed);
	return 0;
}

void block_packer__pack_end(struct block_packer *packer, struct packed_block *packed)
{
	struct capture_header header = {
		.type = CAPTURE_END,
		.segment = packer->segment,
		.first_ns = packer->last_ns,
		.last_ns = packer->last_ns,
	};

	seal(packer, &header, packed);
}
