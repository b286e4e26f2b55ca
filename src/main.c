/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options to a command to an exit status; nothing else happens here.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "options.h"
#include "commands/run.h"
#include "trace/targets.h"

static const struct {
	int (*run)(const struct options *opts);
} commands[] = {
	[COMMAND_TRACE] = { run_trace },       [COMMAND_HIST] = { run_tables },
	[COMMAND_TOP] = { run_tables },	       [COMMAND_MAP] = { run_map },
	[COMMAND_FEATURES] = { run_features },
};

/*
 * A standard descriptor that the caller closed must not become one of ours: what
 * is written there would land in a map or a pipe. Read-only, so that writing fails.
 */
static void occupy_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options opts;
	int status;

	occupy_standard_fds();
	if (!options__parse(&opts, argc, argv, &status)) {
		if (opts.verbose)
			log_set_level(opts.verbose > 1 ? LOG_DEBUG : LOG_INFO);
		status = targets__find(&opts) ? EXIT_FAILURE : commands[opts.command].run(&opts);
	}
	options__free(&opts);
	return status;
}
