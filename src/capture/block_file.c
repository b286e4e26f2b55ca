/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_file.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "../base/array.h"
#include "../base/stop.h"
#include "columns.h"

#define LEVEL	     3
#define LEVEL_BEHIND 1

/* Of a pipe that has room, this much is taken at once. */
#define PIECE	    4096
#define PATIENCE_MS 1000

/* Of a larger capture there is no seek table: it is held in memory until the end. */
#define SEEK_ENTRIES_MAX (512u << 10)

struct seek_entry {
	uint32_t frame_bytes;
	uint32_t data_bytes;
};

struct block_file {
	int fd;
	bool is_file;
	ZSTD_CCtx *zstd;
	char *encoded;
	size_t encoded_size;
	char *packed; /* the header and the frame */
	size_t packed_size;
	struct seek_entry *entries;
	size_t nr_entries, size_entries;
	bool has_no_table; /* it became too large */
};

/* A table with the most columns, each with a row's width more than its rows need. */
#define ENCODED_MAX (BLOCK_BYTES + CAPTURE_COLUMNS_MAX * 8 * 2)

int block_file__new(int fd, struct block_file **file)
{
	struct block_file *new = calloc(1, sizeof(*new));
	struct stat st;

	*file = new;
	if (!new)
		return -ENOMEM;
	new->fd = fd;
	new->is_file = !fstat(fd, &st) && S_ISREG(st.st_mode);
	new->zstd = ZSTD_createCCtx();
	new->encoded_size = ENCODED_MAX;
	new->encoded = malloc(new->encoded_size);
	new->packed_size = sizeof(struct capture_header) + ZSTD_compressBound(ENCODED_MAX);
	new->packed = malloc(new->packed_size);
	if (new->zstd &&new->encoded &&new->packed)
		return 0;
	block_file__free(new);
	*file = NULL;
	return -ENOMEM;
}

void block_file__free(struct block_file *file)
{
	if (!file)
		return;
	ZSTD_freeCCtx(file->zstd);
	free(file->encoded);
	free(file->packed);
	free(file->entries);
	free(file);
}

/* ---- Writing -------------------------------------------------------------------------------- */

/* Waits for a pipe's reader, but no longer than the run lasts. 0 or -errno. */
static int wait_for_room(int fd)
{
	struct pollfd wanted = { .fd = fd, .events = POLLOUT };

	while (poll(&wanted, 1, PATIENCE_MS) <= 0)
		if (stop_asked())
			return -ETIMEDOUT;
	return 0;
}

/* *done: how many bytes were written, whatever happens. */
static int write_bytes(const struct block_file *file, const char *bytes, size_t len, size_t *done)
{
	for (*done = 0; *done < len;) {
		size_t left = len - *done, n = file->is_file || left < PIECE ? left : PIECE;
		int err = file->is_file ? 0 : wait_for_room(file->fd);
		ssize_t written;

		if (err)
			return err;
		written = write(file->fd, bytes + *done, n);
		if (written >= 0)
			*done += (size_t)written;
		else if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
	return 0;
}

/* Cuts off a part of a block that was written before the disk was full. */
static void cut(const struct block_file *file, size_t bytes)
{
	off_t at = lseek(file->fd, 0, SEEK_CUR);

	/* Where ftruncate(2) fails, the file ends with a part of a block, of which readers tell. */
	if (file->is_file && at >= (off_t)bytes && !ftruncate(file->fd, at - (off_t)bytes))
		lseek(file->fd, at - (off_t)bytes, SEEK_SET);
}

static int write_whole(const struct block_file *file, const char *bytes, size_t len)
{
	size_t done;
	int err = write_bytes(file, bytes, len, &done);

	if (err && done)
		cut(file, done);
	return err;
}

static void add_entry(struct block_file *file, size_t frame_bytes, size_t data_bytes)
{
	struct seek_entry *entries = file->entries;

	if (file->has_no_table)
		return;
	if (file->nr_entries < SEEK_ENTRIES_MAX)
		entries = array_reserve(entries, file->nr_entries, &file->size_entries,
					sizeof(*entries));
	if (!entries || file->nr_entries == SEEK_ENTRIES_MAX) {
		file->has_no_table = true;
		return;
	}
	file->entries = entries;
	entries[file->nr_entries++] =
		(struct seek_entry) { (uint32_t)frame_bytes, (uint32_t)data_bytes };
}

/* ---- Blocks --------------------------------------------------------------------------------- */

/* The data as they will be in the frame. */
static const char *encode(struct block_file *file, const struct block *block, size_t *len)
{
	*len = block->len;
	if (block->header.type != CAPTURE_ROWS)
		return block->data;
	*len = columns__encode(block->table, block->data, block__capacity(block->table),
			       block->header.rows, file->encoded);
	return file->encoded;
}

/* The size of the frame, or 0: there is no memory. */
static size_t compress(struct block_file *file, const char *data, size_t len, bool behind)
{
	char *frame = file->packed + sizeof(struct capture_header);
	size_t room = file->packed_size - sizeof(struct capture_header), size;

	ZSTD_CCtx_setParameter(file->zstd, ZSTD_c_compressionLevel, behind ? LEVEL_BEHIND : LEVEL);
	ZSTD_CCtx_setParameter(file->zstd, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(file->zstd, frame, room, data, len);
	return ZSTD_isError(size) ? 0 : size;
}

int block_file__write(struct block_file *file, struct block *block, bool behind)
{
	struct capture_header *header = &block->header;
	size_t len, size = 0;
	const char *data = encode(file, block, &len);
	int err;

	if (header->type != CAPTURE_END) {
		size = compress(file, data, len, behind);
		if (!size)
			return -ENOMEM;
	}
	header->data_bytes = (uint32_t)len;
	header->frame_bytes = (uint32_t)size;
	header->frame_crc = capture_crc(file->packed + sizeof(*header), size);
	capture_header__seal(header);
	memcpy(file->packed, header, sizeof(*header));
	err = write_whole(file, file->packed, sizeof(*header) + size);
	if (err)
		return err;
	add_entry(file, sizeof(*header), 0);
	if (size)
		add_entry(file, size, len);
	return 0;
}

/* Of zstd's contrib/seekable_format: a number of frames, of each its sizes, without checksums. */
int block_file__end(struct block_file *file)
{
	struct {
		uint32_t nr_frames;
		uint8_t flags;
		uint32_t magic;
	} __attribute__((packed)) footer = { (uint32_t)file->nr_entries, 0, ZSTD_SEEKABLE_MAGIC };
	size_t entries = file->nr_entries * sizeof(*file->entries);
	uint32_t head[2] = { ZSTD_SEEKABLE, (uint32_t)(entries + sizeof(footer)) };
	struct buf table = { 0 };
	int err;

	_Static_assert(sizeof(footer) == ZSTD_SEEKABLE_FOOTER, "zstd's footer");
	if (file->has_no_table)
		return 0;
	buf__add(&table, (const char *)head, sizeof(head));
	buf__add(&table, (const char *)file->entries, entries);
	buf__add(&table, (const char *)&footer, sizeof(footer));
	err = write_whole(file, table.data, table.len);
	buf__free(&table);
	return err;
}
