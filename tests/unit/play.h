/* SPDX-License-Identifier: GPL-2.0-only */
/* Plays a capture in a format, as `report` does. For unit tests and for harnesses of fuzzers. */
#ifndef TESTS_UNIT_PLAY_H
#define TESTS_UNIT_PLAY_H

#include <unistd.h>

#include "../../src/recording/player.h"

struct played {
	int result; /* what the last call of player__next() returned */
	unsigned long long refused;
	size_t nr_problems;
};

static void count_problem(void *ctx, const struct capture_problem *problem)
{
	struct played *played = ctx;

	if (problem->kind < CAPTURE_PROBLEM_COUNT)
		played->nr_problems++;
}

static inline void show_event(struct format *format, const struct player *player,
			      enum player_event event)
{
	switch (event) {
	case PLAYER_START: format__show(format, start); break;
	case PLAYER_FAULT: format__show(format, fault, player__fault(player)); break;
	case PLAYER_THROTTLED: format__show(format, throttled, player__fault(player)); break;
	case PLAYER_MAP: break;
	case PLAYER_END: format__show(format, end, player__end(player)); break;
	}
}

/* All of the capture, appended to *out. shows_all: with causes, residency and symbols. */
static inline struct played play_input(const struct capture_input *input,
				       const struct format_ops *ops, bool shows_all,
				       struct buf *out)
{
	struct played played = { 0 };
	const struct capture_problem_sink sink = { count_problem, &played };
	struct player *player = player__new(input, &sink);
	struct run_start run = { .plan = "" };
	struct format *format = format__new(ops, out, &run);
	enum player_event event;

	lseek(input->fd, 0, SEEK_SET);
	while (format && (played.result = player__next(player, &event)) == 1) {
		if (event == PLAYER_START) {
			run = *player__start(player);
			run.command = "trace";
			run.cause = run.residency = run.wide = shows_all;
		}
		show_event(format, player, event);
	}
	played.refused = player__refused(player);
	format__free(format);
	player__free(player);
	return played;
}

static inline struct played play(int fd, const struct format_ops *ops, bool shows_all,
				 struct buf *out)
{
	const struct capture_input input = { .fd = fd };

	return play_input(&input, ops, shows_all, out);
}

#endif /* TESTS_UNIT_PLAY_H */
