/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a capture of page faults, and gives them as formats get them. The capture may be a
 * stranger's: what it says is checked, and what it lacks is told.
 */
#ifndef RECORDING_PLAYER_H
#define RECORDING_PLAYER_H

#include "../capture/input.h"
#include "../capture/problem.h"
#include "../faults/fault.h"
#include "../faults/format.h"
#include "../source/source.h"
#include "tables.h"

struct player;

enum player_event {
	PLAYER_START, /* the first event: what is known of the run */
	PLAYER_FAULT,
	PLAYER_THROTTLED, /* a fault that was given before, now with fault->throttled */
	PLAYER_MAP,	  /* the memory map of a process */
	PLAYER_END,	  /* the run has ended, and all of it is in the capture */
};

/* What the faults of a capture have. */
struct player_has {
	bool stacks, symbols, cause, residency;
	bool uids; /* fault->rec->uid is known */
};

/* What came before the part of the run that there is. */
struct player_cut {
	uint64_t faults; /* weighted; 0: all is there */
	uint64_t end_ns; /* when the part begins */
	bool is_dump;	 /* a flight recorder has written it: other files repeat some of it */
};

struct player *player__new(const struct capture_input *input,
			   const struct capture_problem_sink *problems);
void player__free(struct player *player);

/*
 * 1 and the next event. 0: there are no more. -EBADMSG: this is no capture. -ENODATA: it does not
 * say of which run it is. -EINTR: a signal came while it waited for a pipe. Or another -errno of
 * read(2).
 */
int player__next(struct player *player, enum player_event *event);

/* Does another capture follow? Nothing of it is given. */
bool player__is_followed(const struct player *player);

/* From the first event on. Without what is an option of how to show the run. */
const struct run_start *player__start(const struct player *player);
struct player_has player__has(const struct player *player);
struct player_cut player__cut(const struct player *player);
struct source_info player__info(const struct player *player);
const struct recording_setting *player__settings(const struct player *player, size_t *nr);
/* The path of a cgroup that a fault so far had. NULL: not known. */
const char *player__cgroup(const struct player *player, uint64_t id);
/* The same of its container, as rows by container tell it. */
const char *player__container(const struct player *player, uint64_t id);
/* When faults were lost, in the order of time. */
const struct loss_row *player__losses(const struct player *player, size_t *nr);
/* Of `record`. NULL: not known. */
const char *player__command_line(const struct player *player);
/* Of PLAYER_FAULT and PLAYER_THROTTLED, until the next event. */
const struct fault *player__fault(const struct player *player);
/*
 * Of PLAYER_MAP: to be asked for once, and freed by the caller. Strips and totals are not made yet.
 * All maps of a capture together take a bounded memory.
 */
struct memory_map player__map(struct player *player);
/* How many memory maps have come so far. */
size_t player__nr_maps(const struct player *player);
/* Of PLAYER_END. */
const struct run_end *player__end(const struct player *player);

/* Rows that were left out, since their values are impossible or exceed what is kept in memory. */
unsigned long long player__refused(const struct player *player);

#endif /* RECORDING_PLAYER_H */
