/* SPDX-License-Identifier: GPL-2.0-only */
/* A command of faulttrace: what --help says of it, and what it does. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct options;

/* The commands. An option has a bit for each command that takes it: see struct option_row. */
enum command_id {
	COMMAND_TRACE, /* the default: its name need not be written */
	COMMAND_HIST,
	COMMAND_TOP,
	COMMAND_MAP,
	COMMAND_FEATURES,
	COMMAND_COUNT,
};

struct command {
	enum command_id id;
	const char *name;
	const char *usage; /* without "faulttrace" */
	const char *what;  /* the command shows */
	const char *examples;
	int (*run)(const struct options *opts); /* returns the exit status */
};

#endif /* CLI_COMMAND_H */
