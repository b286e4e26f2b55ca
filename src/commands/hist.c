/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace hist`: histograms. */
#include "commands.h"

const struct command hist_command = {
	.id = COMMAND_HIST,
	.name = "hist",
	.usage = "hist TARGET [--by KEY[,KEY]] [OPTION..] [INTERVAL [COUNT]]",
	.what = "how long page faults take: histograms, summed up in the kernel",
	.examples = "  faulttrace hist -- make              a whole build, kind by kind\n"
		    "  faulttrace hist -p 4242 1 10         each second of ten\n"
		    "  faulttrace hist -a --by comm -k swap -d 10\n"
		    "  faulttrace hist -p 4242 --linear 0,10us,500ns\n",
	.run = run_tables,
};
