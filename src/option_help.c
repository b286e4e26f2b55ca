/* SPDX-License-Identifier: GPL-2.0-only */
/* What is printed instead of running: --help, --version, --json-schema. */
#include "option_rows.h"

#include "base/buf.h"
#include "out/sinks.h"

#ifndef FT_VERSION
#define FT_VERSION "unknown"
#endif

#define HELP_COLUMN 30

/* The parts of --help that are not options. */
static const struct {
	const char *usage; /* without "faulttrace" */
	const char *what;
	const char *examples;
} command_pages[] = {
	[COMMAND_TRACE] = {
		"[trace] TARGET [FILTER..] [OUTPUT..]",
		"each page fault as it completes: its kind, where, how long it took",
		"  faulttrace -- ls -l /usr             each fault of a command\n"
		"  faulttrace -p 4242 --major           what a process waits for the disk for\n"
		"  faulttrace -a -k swap,file -d 10     the whole system, for ten seconds\n"
		"  faulttrace -p 4242 --min-latency 1ms --json -o slow.ndjson\n",
	},
	[COMMAND_HIST] = {
		"hist TARGET [--by KEY[,KEY]] [OPTION..] [INTERVAL [COUNT]]",
		"how long page faults take: histograms, summed up in the kernel",
		"  faulttrace hist -- make              a whole build, kind by kind\n"
		"  faulttrace hist -p 4242 1 10         each second of ten\n"
		"  faulttrace hist -a --by comm -k swap -d 10\n"
		"  faulttrace hist -p 4242 --linear 0,10us,500ns\n",
	},
	[COMMAND_TOP] = {
		"top TARGET [--by KEY[,KEY]] [OPTION..] [INTERVAL [COUNT]]",
		"who causes page faults, and where: a table, summed up in the kernel",
		"  faulttrace top -a                    processes, each second\n"
		"  faulttrace top -p 4242 --by vma      mappings of a process\n"
		"  faulttrace top -a --by file --major --sort total -d 10\n"
		"  faulttrace top --by symbol,kind -- ./a.out\n",
	},
	[COMMAND_MAP] = {
		"map -p PID[,PID..] [-d DUR] [OUTPUT..]\n"
		"       faulttrace map [-f] [--cold] [OUTPUT..] -- CMD [ARG..]\n"
		"       faulttrace map [OUTPUT..] --evict FILE..",
		"the memory map of a process: what of it is where",
		"  faulttrace map -p 4242               a line a mapping, and totals by class\n"
		"  faulttrace map -p 4242 -w --strip 64 all columns, and a longer strip\n"
		"  faulttrace map -p 4242 --json        NDJSON: one object a mapping\n"
		"  faulttrace map -p 4242,4243          totals of each process, and of all\n"
		"  faulttrace map -p 4242 -d 10         what faults did in ten seconds\n"
		"  faulttrace map --cold -- ls          from exec to exit, read from the disk\n"
		"  faulttrace map -f -- make            and of all processes that it forks\n"
		"  faulttrace map --evict a.db b.db     so that reading them is cold again\n"
		"\n"
		"With -d, or a CMD, page faults are traced. Then AFTER = BEFORE + FAULT (pages\n"
		"with a fault of their own) + AROUND (without one: fault-around, huge pages,\n"
		"prefault) - GONE (reclaimed, dropped, unmapped) + REST (what pages do not tell).\n"
		"A mapping is + new, - gone, ~ both; ! is none. CMD is held, by ptrace(2), when\n"
		"its main thread exits: AFTER is what it had then. So is, with -f, each process\n"
		"that it forks.\n"
		"What came without a fault and went again between the maps is in neither AROUND\n"
		"nor GONE: nothing tells of it. FAULTS are those from the begin of the first map\n"
		"to the end of the second. Refaults are those of all processes in the target's\n"
		"cgroup: the kernel does not count them by process.\n",
	},
	[COMMAND_FEATURES] = {
		"features [-v] [--plan PLAN]",
		"what this kernel offers, which plan is used, and why",
		"  faulttrace features                  the plans, and what each needs\n",
	},
};

static void add_row(struct buf *out, const struct option_row *row)
{
	size_t start = out->len;

	if (row->letter)
		buf__addf(out, "  -%c, --%s", row->letter, row->name);
	else if (row->name)
		buf__addf(out, "      --%s", row->name);
	else
		buf__adds(out, "  ");
	if (row->argument == ARG_OPTIONAL)
		buf__addf(out, "[=%s]", row->arg_name);
	else if (row->arg_name)
		buf__addf(out, row->name ? " %s" : "%s", row->arg_name);

	for (const char *line = row->help; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (buf__columns(out, start) >= HELP_COLUMN || line != row->help) {
			buf__addc(out, '\n');
			start = out->len;
		}
		buf__pad_to(out, start, HELP_COLUMN);
		buf__add(out, line, strcspn(line, "\n"));
	}
	buf__addc(out, '\n');
}

static void add_group(struct buf *out, enum command command, enum group group, const char *title)
{
	bool titled = false;

	for (size_t i = 0; i < nr_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->group != group || !option_is_for(row, command) ||
		    row->told_apart & 1U << command)
			continue;
		if (!titled)
			buf__addf(out, "\n%s\n", title);
		titled = true;
		add_row(out, row);
	}
}

void option_help(struct buf *out, enum command command)
{
	buf__addf(out, "Usage: faulttrace %s\n\n", command_pages[command].usage);
	if (command == COMMAND_TRACE) {
		buf__adds(out, "Traces page faults. COMMAND is one of\n");
		for (size_t i = 0; i < NR(command_names); i++)
			buf__addf(out, "  %-10s%s\n", command_names[i], command_pages[i].what);
		buf__adds(out, "faulttrace COMMAND --help tells more.\n");
	} else {
		buf__addf(out, "Shows %s.\n", command_pages[command].what);
	}
	add_group(out, command, GROUP_TARGET,
		  command == COMMAND_MAP ? "TARGET: one process, a command, or files"
					 : "TARGET: exactly one of -p, -t, -c, -a and CMD");
	add_group(out, command, GROUP_FILTER, "FILTER: all must hold");
	add_group(out, command, GROUP_TABLE,
		  "TABLE: each INTERVAL (seconds, or 500ms, 2m), COUNT times");
	add_group(out, command, GROUP_PROFILE, "PROFILE: by stack and kind");
	add_group(out, command, GROUP_OUTPUT, "OUTPUT");
	buf__addf(out, "\nEXAMPLES\n%s", command_pages[command].examples);
}

void option_version(struct buf *out, enum command command)
{
	(void)command;
	buf__adds(out, "faulttrace " FT_VERSION "\n");
}

void option_schema(struct buf *out, enum command command)
{
	(void)command;
	buf__adds(out, json_schema());
}
