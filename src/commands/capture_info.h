/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in a capture, in a dozen lines: `faulttrace report --info`. */
#ifndef COMMANDS_CAPTURE_INFO_H
#define COMMANDS_CAPTURE_INFO_H

#include "../recording/player.h"

struct capture_info {
	const struct run_start *start;
	struct player_has has;
	const struct run_end *faults; /* the totals of the faults that are there */
	const struct run_end *end;    /* as the run has told it; NULL: the capture has no end */
	uint64_t last_ns;	      /* of the last fault */
	const char *command_line;     /* of record; NULL: not known */
	const struct player *player;  /* what else it has found */
	bool is_damaged;
};

void capture_info__add(const struct capture_info *info, struct buf *out);
/* Two lines: what was recorded; where, when, and until end_ns. */
void capture_info__add_run(const struct run_start *start, const char *command_line,
			   unsigned long long end_ns, struct buf *out);

#endif /* COMMANDS_CAPTURE_INFO_H */
