/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace top`: a table, or a profile. */
#include "commands.h"

static int run(const struct options *opts)
{
	return options__is_profile(opts) ? run_profile(opts) : run_tables(opts);
}

const struct command top_command = {
	.id = COMMAND_TOP,
	.name = "top",
	.usage = "top TARGET [--by KEY[,KEY]] [OPTION..] [INTERVAL [COUNT]]",
	.what = "who causes page faults, and where: a table, summed up in the kernel",
	.examples = "  faulttrace top -a                    processes, each second\n"
		    "  faulttrace top -p 4242 --by vma      mappings of a process\n"
		    "  faulttrace top -a --by file --major --sort total -d 10\n"
		    "  faulttrace top --by symbol,kind -- ./a.out\n",
	.run = run,
};
