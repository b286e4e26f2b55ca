/* SPDX-License-Identifier: GPL-2.0-only */
#include "command_output.h"

#include <sys/stat.h>
#include <unistd.h>

/* False for a terminal and for /dev/null, where mixed output does no harm. */
static bool stdout_is_pipe_or_file(void)
{
	struct stat st;

	return !fstat(STDOUT_FILENO, &st) &&
	       (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode) || S_ISSOCK(st.st_mode));
}

enum command_output command_output(const struct options *opts)
{
	if (!opts->target.argv || !options__writes_stdout(opts))
		return COMMAND_OUTPUT_STAYS;
	/* Here --output is "-": the user wants standard output for the trace alone. */
	if (opts->output)
		return COMMAND_OUTPUT_TO_STDERR;
	if (!stdout_is_pipe_or_file())
		return COMMAND_OUTPUT_STAYS;
	return options__is_for_machines(opts) ? COMMAND_OUTPUT_TO_STDERR : COMMAND_OUTPUT_IS_MIXED;
}
