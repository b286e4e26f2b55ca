/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture as it is in a file: numbers that are there for ever, and limits that each reader may
 * rely on. docs/capture-format.md explains it. All numbers are little endian.
 */
#ifndef CAPTURE_FORMAT_H
#define CAPTURE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structs are written as they are");

/* The layout of the header, and of the data of each type of block. */
#define CAPTURE_VERSION 1
#define CAPTURE_MAGIC                                           \
	{                                                       \
		'\x89', 'f', 't', 'c', '\r', '\n', '\x1a', '\n' \
	}
#define CAPTURE_MAGIC_SIZE 8

/* zstd's frames that carry no data of zstd's: sixteen magic numbers. */
#define ZSTD_SKIPPABLE	      0x184D2A50u
#define ZSTD_SKIPPABLE_MASK   0xFFFFFFF0u
#define ZSTD_SKIPPABLE_HEADER 8
#define CAPTURE_SKIPPABLE     0x184D2A5Cu /* before each block */
#define ZSTD_SEEKABLE	      0x184D2A5Eu /* at the end */
#define ZSTD_SEEKABLE_MAGIC   0x8F92EAB1u
#define ZSTD_SEEKABLE_FOOTER  9

enum capture_block_type {
	CAPTURE_META = 1,    /* begins a segment: which tables there are, with which columns */
	CAPTURE_STRINGS = 2, /* strings of this segment */
	CAPTURE_ROWS = 3,    /* rows of one table */
	CAPTURE_END = 4,     /* the capture is complete; no data */
};

/* Before the data of each block. To zstd it is a skippable frame. */
struct capture_header {
	uint32_t skippable; /* CAPTURE_SKIPPABLE */
	uint32_t size;	    /* of what follows: 64 */
	char magic[CAPTURE_MAGIC_SIZE];
	uint16_t version;
	uint16_t type;	/* enum capture_block_type */
	uint16_t table; /* of CAPTURE_ROWS: its id */
	uint16_t zero;
	uint32_t segment;  /* counts from 0 */
	uint32_t rows;	   /* rows, strings or tables in the data */
	uint64_t sequence; /* counts the blocks of a capture from 0 */
	/* The earliest and the latest time in the rows. Without times in its rows, a block has the
	 * latest time of all blocks before it, twice. */
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t frame_bytes; /* of the zstd frame that follows */
	uint32_t frame_crc;   /* CRC-32 (zlib's) of that frame */
	uint32_t data_bytes;  /* of the data in it */
	uint32_t header_crc;  /* CRC-32 of the 68 bytes of the header before this field */
};

_Static_assert(sizeof(struct capture_header) == 72, "the header has no padding");

/* From the first byte to the version, each header is the same: what is searched for. */
#define CAPTURE_MARK_BYTES offsetof(struct capture_header, version)

/* How the values of a column are stored, and what they mean. */
enum capture_column_flag {
	CAPTURE_DELTA = 1,  /* differences from row to row */
	CAPTURE_STRING = 2, /* the values are ids of strings; 0: none */
	CAPTURE_TIME = 4,   /* nanoseconds; first_ns and last_ns in the header are made of them */
};

/* Before each plane of a column: the bytes of all rows that have the same place in the value. */
enum capture_plane {
	CAPTURE_PLANE_SAME = 0,	 /* one byte follows, which all rows have */
	CAPTURE_PLANE_BYTES = 1, /* one byte a row follows */
};

/* Limits of a block; what exceeds them is damaged. */
#define CAPTURE_DATA_MAX    (1u << 20) /* also rows times the width of a row */
#define CAPTURE_FRAME_MAX   (CAPTURE_DATA_MAX + CAPTURE_DATA_MAX / 8)
/* Limits of a segment. */
#define CAPTURE_TABLES_MAX  64
#define CAPTURE_COLUMNS_MAX 256
#define CAPTURE_NAME_MAX    255
#define CAPTURE_STRING_MAX  65535u
#define CAPTURE_STRINGS_MAX (32u << 20) /* bytes of all strings, each with 16 more */

#endif /* CAPTURE_FORMAT_H */
