/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options to a command to an exit status; nothing else happens here.
 */
#include "base/log.h"
#include "options.h"
#include "trace/run.h"

static const struct {
	int (*run)(const struct options *opts);
} commands[] = {
	[COMMAND_TRACE] = { run_trace },
	[COMMAND_FEATURES] = { run_features },
};

int main(int argc, char **argv)
{
	struct options opts;
	int status;

	if (!options__parse(&opts, argc, argv, &status)) {
		if (opts.verbose)
			log_set_level(opts.verbose > 1 ? LOG_DEBUG : LOG_INFO);
		status = commands[opts.command].run(&opts);
	}
	options__free(&opts);
	return status;
}
