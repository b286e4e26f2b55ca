/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A source whose records and rows are lists in memory, for tests of what reads a source.
 */
#ifndef TESTS_UNIT_REPLAY_H
#define TESTS_UNIT_REPLAY_H

#include <stddef.h>

#include "../../src/source/source.h"

struct replay_row {
	bool is_overflow; /* then it has no key */
	struct ft_key key;
	struct ft_row part; /* of the only CPU */
};

struct replay {
	struct source source;
	struct source_info info;
	unsigned long long now_ns;
	bool was_started;

	const struct ft_header *const *records;
	size_t nr_records;
	size_t next; /* the record that is handed on next */
	size_t step; /* a poll hands on so many at most; 0: all */

	struct replay_row rows[8];
	size_t nr_rows;
};

static inline struct replay *replay_of(const struct source *source)
{
	return (struct replay *)source;
}

static inline int replay_start(struct source *source)
{
	replay_of(source)->was_started = true;
	return 0;
}

static inline size_t replay_poll(struct source *source, const struct record_consumer *consumer)
{
	struct replay *replay = replay_of(source);
	size_t n = 0;

	while (replay->next < replay->nr_records && (!replay->step || n < replay->step)) {
		record__decode(replay->records[replay->next++], consumer);
		n++;
	}
	return n;
}

static inline unsigned long long replay_now(const struct source *source)
{
	return replay_of(source)->now_ns;
}

static inline int replay_take_rows(struct source *source, row_fn row, void *ctx)
{
	struct replay *replay = replay_of(source);

	for (size_t i = 0; i < replay->nr_rows; i++) {
		const struct replay_row *r = &replay->rows[i];

		if (row(ctx, r->is_overflow ? NULL : &r->key, &r->part, 1))
			return -1;
	}
	replay->nr_rows = 0;
	return 0;
}

static inline struct source_info replay_info(const struct source *source)
{
	return replay_of(source)->info;
}

static inline void replay_finish(struct source *source, const struct record_consumer *consumer,
				 struct source_totals *totals)
{
	struct replay *replay = replay_of(source);

	replay->step = 0;
	replay_poll(source, consumer);
	*totals = (struct source_totals) { .unseen_gup = -1, .bpf_run_ns = -1, .bpf_runs = -1 };
}

static const struct source_ops replay_ops = {
	.start = replay_start,
	.poll = replay_poll,
	.now = replay_now,
	.take_rows = replay_take_rows,
	.info = replay_info,
	.finish = replay_finish,
};

#endif /* TESTS_UNIT_REPLAY_H */
