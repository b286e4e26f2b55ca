/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options there are: getopt's tables, --help and the errors are made of these
 * rows. For options.c, which parses, and option_help.c, which prints them.
 */
#ifndef OPTION_ROWS_H
#define OPTION_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "options.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

enum group { GROUP_HIDDEN, GROUP_TARGET, GROUP_FILTER, GROUP_TABLE, GROUP_PROFILE, GROUP_OUTPUT };

enum argument { ARG_NONE, ARG_REQUIRED, ARG_OPTIONAL };

struct words {
	const char *const *names;
	size_t nr;
};

/* Instead of running: --help and its like. */
typedef void print_fn(struct buf *out, enum command command);

struct parser {
	struct options *opts;
	const char *target_name; /* "-p": what chose the target */
	bool command_given;	 /* the first word was one; else it is trace */
	bool follow_given;
	bool by_given;
	uint64_t given; /* bits of the rows that were */
	/* For error messages. The last option whose argument looks like an option itself, and that. */
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
	/* 0, -EINVAL or -ERANGE for the general error, -ECANCELED after an own one. */
	int (*set)(struct parser *p, const struct option_row *row, const char *arg);
	size_t field;		   /* in struct options, for the general setters */
	print_fn *print;	   /* for set_print() */
	const char *takes;	   /* "--x takes ...", when set() refuses */
	const struct words *words; /* the values there are, if they are words */
	/* Chooses which of the words to list when arg is refused; NULL: all are listed. */
	const struct words *(*words_like)(const char *arg);
	unsigned int commands;	 /* bits of the commands that take the option; 0: all that trace */
	unsigned int told_apart; /* bits of the commands whose --help describes it in another row */
	bool once; /* refused when given twice: the second value would silently replace the first */
};

#define TO(command) (1U << COMMAND_##command)
#define TO_TABLES   (TO(HIST) | TO(TOP))
#define TO_TRACING  (TO(TRACE) | TO_TABLES)
#define TO_ALL	    (TO_TRACING | TO(MAP) | TO(FEATURES))

#define OPTION_ROWS_MAX 64 /* a bit for each, in what was given */

extern const struct option_row option_rows[];
extern const size_t nr_option_rows;

static inline bool option_is_for(const struct option_row *row, enum command command)
{
	return (row->commands ? row->commands : TO_TRACING) & 1U << command;
}

/* The index of the word that fills the n bytes at s, or -EINVAL. */
int find_word(const struct words *words, const char *s, size_t n);

/* 0, or -ECANCELED after saying that there is another target already. */
int choose_target(struct parser *p, enum target_kind kind, const char *name);

print_fn option_help, option_version, option_schema;

#endif /* OPTION_ROWS_H */
