/* SPDX-License-Identifier: GPL-2.0-only */
/* A command of faulttrace: what --help says of it, and what it does. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct options;

/*
 * The commands: a name in C, and the name of the struct command, without "_command". The name of
 * trace need not be written: it is the default.
 */
#define COMMANDS(COMMAND)       \
	COMMAND(TRACE, trace)   \
	COMMAND(HIST, hist)     \
	COMMAND(TOP, top)       \
	COMMAND(MAP, map)       \
	COMMAND(RECORD, record) \
	COMMAND(REPORT, report) \
	COMMAND(SERVE, serve)   \
	COMMAND(FEATURES, features)

#define COMMAND_ID(id, name) COMMAND_##id,

/* An option has a bit for each command that takes it: see struct option_row. */
enum command_id { COMMANDS(COMMAND_ID) COMMAND_COUNT };

struct command {
	enum command_id id;
	const char *name;
	const char *usage; /* without "faulttrace" */
	const char *what;  /* the command shows */
	const char *examples;
	int (*run)(const struct options *opts); /* returns the exit status */
};

#endif /* CLI_COMMAND_H */
