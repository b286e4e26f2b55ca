/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_output.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "block_file.h"
#include "block_packer.h"
#include "block_ring.h"

struct block_output {
	struct block_output_options opts;
	struct block_packer *packer;
	struct block_file *file; /* NULL: blocks are kept in memory */
	struct block_ring *ring;
	int own_fd;		/* of a file that is not the first one; -1: none */
	uint64_t other_bytes;	/* of the files before that are kept */
	uint64_t segment_began; /* where in the file */
	uint64_t largest;	/* of the segments so far */
	bool is_full;		/* until the next segment begins, in the next file */
};

static void close_file(struct block_output *output)
{
	block_file__free(output->file);
	output->file = NULL;
	if (output->own_fd >= 0)
		close(output->own_fd);
	output->own_fd = -1;
}

int block_output__new(const struct block_output_options *opts, struct block_output **output)
{
	struct block_output *new = calloc(1, sizeof(*new));
	int err;

	*output = new;
	if (!new)
		return -ENOMEM;
	new->opts = *opts;
	new->own_fd = -1;
	err = block_packer__new(&new->packer);
	if (!err && opts->keep)
		err = (new->ring = block_ring__new(opts->keep)) ? 0 : -ENOMEM;
	else if (!err)
		err = block_file__new(opts->fd, &new->file);
	if (!err)
		return 0;
	block_output__free(new);
	*output = NULL;
	return err;
}

void block_output__free(struct block_output *output)
{
	if (!output)
		return;
	close_file(output);
	block_packer__free(output->packer);
	block_ring__free(output->ring);
	free(output);
}

static void count_bytes(const struct block_output *output)
{
	if (output->opts.bytes)
		*output->opts.bytes = output->other_bytes + block_file__bytes(output->file);
}

/* ---- One file after another ------------------------------------------------------------------ */

static int end_file(struct block_output *output)
{
	struct packed_block end;
	int err;

	block_packer__pack_end(output->packer, &end);
	err = block_file__write(output->file, &end);
	return err ? err : block_file__end(output->file);
}

static int begin_file(struct block_output *output)
{
	const struct capture_files *files = output->opts.files;
	uint64_t bytes = block_file__bytes(output->file);

	output->other_bytes = bytes + (files->keeps_two ? 0 : output->other_bytes);
	close_file(output);
	output->own_fd = files->next(files->ctx);
	return output->own_fd < 0 ? output->own_fd : block_file__new(output->own_fd, &output->file);
}

/* Would a segment not fit into the file that is a quarter larger than all so far? */
static bool is_nearly_full(const struct block_output *output)
{
	uint64_t limit = output->opts.files->file_bytes, segment = output->largest;

	return limit && block_file__whole_bytes(output->file, segment + segment / 4) > limit;
}

static int begin_segment(struct block_output *output, bool begins_file)
{
	uint64_t at = block_file__bytes(output->file), last = at - output->segment_began;
	int err = 0;

	if (last > output->largest)
		output->largest = last;
	if (at && output->opts.files &&
	    (begins_file || output->is_full || is_nearly_full(output))) {
		err = end_file(output);
		if (!err)
			err = begin_file(output);
		if (err)
			return err;
	}
	output->is_full = false;
	output->segment_began = block_file__bytes(output->file);
	return 0;
}

/* What of the segment does not fit is left out as a whole: its begin can be read alone. */
static bool has_room(struct block_output *output, size_t block_bytes)
{
	uint64_t limit = output->opts.files ? output->opts.files->file_bytes : 0;

	if (limit && block_file__whole_bytes(output->file, block_bytes) > limit)
		output->is_full = true;
	return !output->is_full;
}

/* ---- In memory ------------------------------------------------------------------------------- */

static int dump(const struct block_output *output)
{
	const struct capture_files *files = output->opts.files;
	int fd = files->next(files->ctx), err;

	if (fd < 0)
		return fd;
	err = block_ring__write(output->ring, fd);
	return close(fd) && !err ? -errno : err;
}

static int keep(struct block_output *output, struct block *block, bool behind)
{
	struct packed_block packed;
	int err = block_packer__pack(output->packer, block, behind, &packed);

	if (block->begins_segment)
		block_ring__begin_segment(output->ring);
	if (!err)
		err = block_ring__add(output->ring, &packed) ? 0 : 1;
	if (output->opts.bytes)
		*output->opts.bytes = block_ring__bytes(output->ring);
	return err >= 0 && block->is_dump ? dump(output) : err;
}

int block_output__write(struct block_output *output, struct block *block, bool behind)
{
	struct packed_block packed;
	int err;

	if (output->ring)
		return keep(output, block, behind);
	err = block->begins_segment ? begin_segment(output, block->begins_file) : 0;
	if (!err)
		err = block_packer__pack(output->packer, block, behind, &packed);
	if (!err && block->header.type != CAPTURE_END && !has_room(output, packed.len))
		return 1;
	if (!err)
		err = block_file__write(output->file, &packed);
	if (output->file)
		count_bytes(output);
	return err;
}

int block_output__end(struct block_output *output)
{
	int err = output->file ? block_file__end(output->file) : 0;

	if (output->file)
		count_bytes(output);
	return err;
}
