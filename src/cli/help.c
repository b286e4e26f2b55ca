/* SPDX-License-Identifier: GPL-2.0-only */
/* What is printed instead of running: --help, --version, --json-schema. */
#include "option_rows.h"

#include <ctype.h>

#include "../base/buf.h"
#include "../format/formats.h"

#ifndef FT_VERSION
#define FT_VERSION "unknown"
#endif

#define HELP_COLUMN 30

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

static void add_group(struct buf *out, enum command_id command, enum group group, const char *title)
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

void option_help(struct buf *out, const struct parser *p)
{
	const struct command *command = p->opts->command;

	buf__addf(out, "Usage: faulttrace %s\n\n", command->usage);
	if (command->id == COMMAND_TRACE) {
		buf__adds(out, "Traces page faults. COMMAND is one of\n");
		for (size_t i = 0; i < COMMAND_COUNT; i++)
			buf__addf(out, "  %-10s%s\n", p->commands[i]->name, p->commands[i]->what);
		buf__adds(out, "faulttrace COMMAND --help tells more.\n");
	} else {
		buf__addf(out, "%c%s.\n", toupper((unsigned char)*command->what),
			  command->what + 1);
	}
	add_group(out, command->id, GROUP_TARGET,
		  command->id == COMMAND_MAP ? "TARGET: one process, a command, or files"
					     : "TARGET: exactly one of -p, -t, -c, -a and CMD");
	add_group(out, command->id, GROUP_FILTER, "FILTER: all must hold");
	add_group(out, command->id, GROUP_TABLE,
		  "TABLE: each INTERVAL (seconds, or 500ms, 2m), COUNT times");
	add_group(out, command->id, GROUP_PROFILE, "PROFILE: by stack and kind");
	add_group(out, command->id, GROUP_OUTPUT, "OUTPUT");
	buf__addf(out, "\nEXAMPLES\n%s", command->examples);
}

void option_version(struct buf *out, const struct parser *p)
{
	(void)p;
	buf__adds(out, "faulttrace " FT_VERSION "\n");
}

void option_schema(struct buf *out, const struct parser *p)
{
	(void)p;
	buf__adds(out, json_schema());
}
