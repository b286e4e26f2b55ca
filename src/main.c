/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses the options, runs their command, returns its exit status; nothing else.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/options.h"
#include "commands/commands.h"
#include "source/live/targets.h"

/*
 * Opens /dev/null for standard descriptors that the caller closed: else a map or a pipe could
 * get such a number, and messages be written there. Read-only, so that writing fails.
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

static int find_target(struct options *opts)
{
	bool is_map = opts->command->id == COMMAND_MAP;
	struct target_search search = {
		.verb = is_map ? "map" : "trace",
		.wants_one = is_map && opts->duration_ns,
		.quiet = opts->quiet,
		.host_root = opts->host_root,
	};

	return targets__find(&opts->target, &search);
}

int main(int argc, char **argv)
{
	struct options opts;
	int status;

	occupy_standard_fds();
	if (!options__parse(&opts, all_commands, argc, argv, &status)) {
		if (opts.verbose)
			log_set_level(opts.verbose > 1 ? LOG_DEBUG : LOG_INFO);
		status = find_target(&opts) ? EXIT_FAILURE : opts.command->run(&opts);
	}
	options__free(&opts);
	return status;
}
