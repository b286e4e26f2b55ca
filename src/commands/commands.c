/* SPDX-License-Identifier: GPL-2.0-only */
#include "commands.h"

const struct command *const all_commands[COMMAND_COUNT] = {
	[COMMAND_TRACE] = &trace_command,	[COMMAND_HIST] = &hist_command,
	[COMMAND_TOP] = &top_command,		[COMMAND_MAP] = &map_command,
	[COMMAND_FEATURES] = &features_command,
};
