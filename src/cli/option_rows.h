/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of all options: getopt's tables, --help and the errors are made of its
 * rows. For options.c, which parses options, and help.c, which prints them.
 */
#ifndef CLI_OPTION_ROWS_H
#define CLI_OPTION_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "option_words.h"
#include "options.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define OPTION_ROWS_MAX 128

enum group { GROUP_HIDDEN, GROUP_TARGET, GROUP_FILTER, GROUP_TABLE, GROUP_PROFILE, GROUP_OUTPUT };

enum argument { ARG_NONE, ARG_REQUIRED, ARG_OPTIONAL };

struct parser;
struct option_row;

/* Sets an option. 0; -ECANCELED after printing an error; else the caller prints a general one. */
typedef int set_fn(struct parser *p, const struct option_row *row, const char *arg);

/* Prints --help, --version or --json-schema, instead of a run. */
struct parser;
typedef void print_fn(struct buf *out, const struct parser *p);

struct parser {
	struct options *opts;
	const struct command *const *commands; /* all, indexed by enum command_id */
	const char *target_name;	       /* "-p": what chose the target */
	bool command_given;		       /* the first word was a command; else it is trace */
	bool follow_given;
	bool by_given;
	bool given[OPTION_ROWS_MAX]; /* of each row of option_rows[], whether it was */
	/* For errors: the last option whose argument looks like an option, and that argument. */
	const struct option_row *taker;
	const char *taken;
	/* The last option, if its argument is optional and was not given; else NULL. */
	const struct option_row *bare;
	print_fn *print;
};

struct option_row {
	enum group group;
	char letter;	  /* 0: none */
	const char *name; /* NULL: not an option, a row of --help only */
	enum argument argument;
	const char *arg_name;
	const char *help;
	set_fn *set;
	size_t field;		   /* in struct options, for the general setters */
	print_fn *print;	   /* for option_set_print() */
	const char *takes;	   /* "--x takes ...", when set() refuses */
	const struct words *words; /* the valid values, if they are words */
	/* Chooses which of the words to list when arg is refused; NULL: all are listed. */
	const struct words *(*words_like)(const char *arg);
	unsigned int commands;	 /* bits of the commands that take the option; 0: all that trace */
	unsigned int told_apart; /* bits of the commands whose --help describes it in another row */
	bool once; /* refused when given twice: the second value would silently replace the first */
};

#define TO(command) (1U << COMMAND_##command)
#define TO_TABLES   (TO(HIST) | TO(TOP))
#define TO_VIEWS    (TO(TRACE) | TO_TABLES | TO(MAP)) /* that report has, too */
#define TO_TRACING  (TO(TRACE) | TO_TABLES | TO(RECORD) | TO(SERVE))
#define TO_FAULTS   (TO_TRACING | TO(REPORT))
#define TO_WRITING  (TO_FAULTS & ~TO(SERVE)) /* faults or rows, to stdout or a file */
#define TO_SHOWING  (TO(TRACE) | TO_TABLES | TO(REPORT))
#define TO_ALL	    ((1U << COMMAND_COUNT) - 1)

extern const struct option_row option_rows[];
extern const size_t nr_option_rows;

static inline bool option_is_for(const struct option_row *row, enum command_id command)
{
	return (row->commands ? row->commands : TO_TRACING) & 1U << command;
}

/* 0, or -ECANCELED after saying that there is another target already. */
int choose_target(struct parser *p, enum target_kind kind, const char *name);

/* Says that the option p->taker took p->taken for its argument. Returns -EINVAL. */
int complain_about_taken(const struct parser *p);

print_fn option_help, option_version, option_schema;

#endif /* CLI_OPTION_ROWS_H */
