/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a capture that is read tells of the run as a whole. It may be a stranger's: what exceeds a
 * limit is refused. Strings are copies: those of the reader are gone with their segment.
 */
#ifndef RECORDING_READ_RUN_H
#define RECORDING_READ_RUN_H

#include "../base/key_map.h"
#include "player.h"

/* More ids than a target has. */
#define READ_TARGET_IDS_MAX 4096
#define READ_SETTINGS_MAX   64
#define READ_START_STRINGS  7 /* that read_run__add_start() copies */

/* All zero to begin with. */
struct read_run {
	bool has_start; /* and what belongs to it */
	struct run_start start;
	struct player_has has;
	struct source_info info;
	struct player_cut cut;
	const char *command_line;
	int target_ids[READ_TARGET_IDS_MAX];
	struct recording_setting settings[READ_SETTINGS_MAX];
	size_t nr_settings;
	char *strings[READ_START_STRINGS + 2 * READ_SETTINGS_MAX];
	size_t nr_strings;

	struct key_map cgroups; /* struct read_cgroup */
	struct loss_row *losses;
	size_t nr_losses, size_losses;
};

void read_run__free(struct read_run *run);

/* To be called once. */
void read_run__add_start(struct read_run *run, const struct start_row *row,
			 const struct capture_reader *reader);

/* False: the row is refused. One with a string that was lost is left out. */
bool read_run__add_target(struct read_run *run, uint32_t id);
bool read_run__add_setting(struct read_run *run, const struct setting_row *row,
			   const struct capture_reader *reader);
bool read_run__add_cgroup(struct read_run *run, const struct cgroup_row *row,
			  const struct capture_reader *reader);
bool read_run__add_loss(struct read_run *run, const struct loss_row *row);

/* The path of a cgroup, and its container as rows tell it; NULL: not known. */
const char *read_run__cgroup(const struct read_run *run, uint64_t id);
const char *read_run__container(const struct read_run *run, uint64_t id);

#endif /* RECORDING_READ_RUN_H */
