/* SPDX-License-Identifier: GPL-2.0-only */
#include "commands.h"

#define COMMAND_ADDRESS(id, name) [COMMAND_##id] = &name##_command,

const struct command *const all_commands[COMMAND_COUNT] = { COMMANDS(COMMAND_ADDRESS) };
