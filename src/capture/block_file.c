/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_file.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/buf.h"
#include "../base/stop.h"

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
	uint64_t bytes; /* that were written */
	struct seek_entry *entries;
	size_t nr_entries, size_entries;
	bool has_no_table; /* it became too large */
};

int block_file__new(int fd, struct block_file **file)
{
	struct block_file *new = calloc(1, sizeof(*new));
	struct stat st;

	*file = new;
	if (!new)
		return -ENOMEM;
	new->fd = fd;
	new->is_file = !fstat(fd, &st) && S_ISREG(st.st_mode);
	return 0;
}

void block_file__free(struct block_file *file)
{
	if (!file)
		return;
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

static int write_whole(struct block_file *file, const char *bytes, size_t len)
{
	size_t done;
	int err = write_bytes(file, bytes, len, &done);

	if (err && done)
		cut(file, done);
	if (!err)
		file->bytes += len;
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

int block_file__write(struct block_file *file, const struct packed_block *packed)
{
	size_t frame_bytes = packed->len - sizeof(struct capture_header);
	int err = write_whole(file, packed->bytes, packed->len);

	if (err)
		return err;
	add_entry(file, sizeof(struct capture_header), 0);
	if (frame_bytes)
		add_entry(file, frame_bytes, packed->data_bytes);
	return 0;
}

static size_t table_bytes(size_t nr_entries)
{
	return ZSTD_SKIPPABLE_HEADER + nr_entries * sizeof(struct seek_entry) +
	       ZSTD_SEEKABLE_FOOTER;
}

uint64_t block_file__whole_bytes(const struct block_file *file, size_t block_bytes)
{
	/* A block with a frame has two entries, and the mark of the end one. */
	return file->bytes + block_bytes + sizeof(struct capture_header) +
	       (file->has_no_table ? 0 : table_bytes(file->nr_entries + 3));
}

uint64_t block_file__bytes(const struct block_file *file)
{
	return file->bytes;
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
