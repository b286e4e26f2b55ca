/* SPDX-License-Identifier: GPL-2.0-only */
#include "row_reader.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct row_reader {
	struct rows_maps maps;
	size_t nr_cpus;
	struct ft_row *parts; /* of one row */
	/* See make_map_of_maps(). */
	int some_map;
	int map_of_maps;
};

/*
 * Since Linux commit 1ae80cf31938 ("bpf: wait for running BPF programs when updating
 * map-in-map") (in v5.0), the update of a map of maps returns when all programs that
 * ran before it have ended: nothing else in bpf(2) waits for that.
 */
static int make_map_of_maps(struct row_reader *rows)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);

	rows->some_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);
	if (rows->some_map < 0)
		return -errno;
	opts.inner_map_fd = (unsigned int)rows->some_map;
	rows->map_of_maps = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, NULL, 4, 4, 1, &opts);
	return rows->map_of_maps < 0 ? -errno : 0;
}

static int wait_for_programs(struct row_reader *rows)
{
	unsigned int zero = 0;

	return bpf_map_update_elem(rows->map_of_maps, &zero, &rows->some_map, BPF_ANY);
}

int row_reader__new(const struct rows_maps *maps, size_t nr_cpus, struct row_reader **ret)
{
	struct row_reader *rows = calloc(1, sizeof(*rows));
	int err;

	*ret = rows;
	if (!rows)
		return -ENOMEM;
	rows->maps = *maps;
	rows->nr_cpus = nr_cpus;
	rows->some_map = rows->map_of_maps = -1;
	rows->parts = calloc(nr_cpus, sizeof(*rows->parts));
	err = rows->parts ? make_map_of_maps(rows) : -ENOMEM;
	if (err) {
		row_reader__free(rows);
		*ret = NULL;
	}
	return err;
}

void row_reader__free(struct row_reader *rows)
{
	if (!rows)
		return;
	if (rows->map_of_maps >= 0)
		close(rows->map_of_maps);
	if (rows->some_map >= 0)
		close(rows->some_map);
	free(rows->parts);
	free(rows);
}

static unsigned int load(const uint32_t *shared)
{
	return __atomic_load_n(shared, __ATOMIC_RELAXED);
}

bool row_reader__are_scarce(const struct row_reader *rows)
{
	return load(rows->maps.made) - *rows->maps.given_back > rows->maps.enough;
}

static bool is_used(const struct row_reader *rows)
{
	for (size_t cpu = 0; cpu < rows->nr_cpus; cpu++)
		if (rows->parts[cpu].used)
			return true;
	return false;
}

/* Takes the rows that an array has for the epoch, and clears them. */
static int take_array(struct row_reader *rows, int fd, unsigned int epoch, unsigned int nr,
		      bool has_keys, row_fn row, void *ctx)
{
	int err = 0;

	for (unsigned int i = 0; i < nr && !err; i++) {
		unsigned int index = (epoch & 1) * nr + i;
		struct ft_key key = { 0 };

		/* Both values of the key from the index, as few_row() makes it of them. */
		key.part[0].word[0] = i / FT_FEW_VALUES;
		key.part[1].word[0] = i % FT_FEW_VALUES;
		err = bpf_map_lookup_elem(fd, &index, rows->parts);
		if (err || !is_used(rows))
			continue;
		err = row(ctx, has_keys ? &key : NULL, rows->parts, rows->nr_cpus);
		memset(rows->parts, 0, rows->nr_cpus * sizeof(*rows->parts));
		if (!err)
			err = bpf_map_update_elem(fd, &index, rows->parts, BPF_EXIST);
	}
	return err;
}

static int take_row(struct row_reader *rows, struct ft_key *key, row_fn row, void *ctx)
{
	int err = bpf_map_lookup_elem(rows->maps.hash, key, rows->parts);

	if (!err)
		err = bpf_map_delete_elem(rows->maps.hash, key);
	if (err)
		return err;
	++*rows->maps.given_back;
	key->epoch = 0;
	return row(ctx, key, rows->parts, rows->nr_cpus);
}

/*
 * Takes the rows of the ended epoch. Looks up the next key before it deletes a row: from a deleted
 * key bpf(2) starts over. Rows that programs add meanwhile are of the next epoch, and stay.
 */
static int take_hash(struct row_reader *rows, unsigned int epoch, row_fn row, void *ctx)
{
	int fd = rows->maps.hash, err = 0;
	struct ft_key key, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &key);

	while (more && !err) {
		more = !bpf_map_get_next_key(fd, &key, &next);
		if (key.epoch <= epoch)
			err = take_row(rows, &key, row, ctx);
		key = next;
	}
	return err;
}

int row_reader__take(struct row_reader *rows, row_fn row, void *ctx)
{
	unsigned int epoch = *rows->maps.epoch;
	int err;

	__atomic_store_n(rows->maps.epoch, epoch + 1, __ATOMIC_SEQ_CST);
	err = wait_for_programs(rows);
	if (err)
		return err;
	err = rows->maps.hash >= 0
		      ? take_hash(rows, epoch, row, ctx)
		      : take_array(rows, rows->maps.few, epoch, FT_FEW_ROWS, true, row, ctx);
	return err ? err : take_array(rows, rows->maps.overflow, epoch, 1, false, row, ctx);
}
