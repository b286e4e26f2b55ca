/* SPDX-License-Identifier: GPL-2.0-only */
/* All commands, and functions that some of them share. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "../cli/options.h"

#define COMMAND_DECLARATION(id, name) extern const struct command name##_command;

COMMANDS(COMMAND_DECLARATION)

/* Indexed by enum command_id. */
extern const struct command *const all_commands[COMMAND_COUNT];

/* Runs hist, or top without a profile. This and the next ones return the exit status. */
int run_tables(const struct options *opts);
/* Runs top with a profile. */
int run_profile(const struct options *opts);
/* Runs map -d, or map -- CMD. */
int run_traced_map(const struct options *opts);

#endif /* COMMANDS_COMMANDS_H */
