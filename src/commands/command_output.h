/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the standard output of the traced command goes. The trace may be written to standard
 * output as well, and the two would mix.
 */
#ifndef COMMANDS_COMMAND_OUTPUT_H
#define COMMANDS_COMMAND_OUTPUT_H

#include "../cli/options.h"

enum command_output {
	COMMAND_OUTPUT_STAYS,	 /* unchanged: the trace goes elsewhere, or both go to a terminal */
	COMMAND_OUTPUT_IS_MIXED, /* unchanged, and the trace goes into the same pipe or file */
	COMMAND_OUTPUT_TO_STDERR, /* to standard error; only the trace is written to standard output */
};

enum command_output command_output(const struct options *opts);

#endif /* COMMANDS_COMMAND_OUTPUT_H */
