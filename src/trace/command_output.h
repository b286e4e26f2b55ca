/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of the standard output of the command that is run, where the trace is written to
 * standard output, too.
 */
#ifndef TRACE_COMMAND_OUTPUT_H
#define TRACE_COMMAND_OUTPUT_H

#include "../options.h"

enum command_output {
	COMMAND_OUTPUT_STAYS, /* where it is, and nobody is in its way, or somebody looks at both */
	COMMAND_OUTPUT_IS_MIXED,  /* it stays, and the trace goes into the same pipe or file */
	COMMAND_OUTPUT_TO_STDERR, /* the trace has standard output for itself */
};

enum command_output command_output(const struct options *opts);

#endif /* TRACE_COMMAND_OUTPUT_H */
