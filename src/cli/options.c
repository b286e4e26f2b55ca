/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/edits.h"
#include "../base/log.h"
#include "../format/formats.h"
#include "option_checks.h"
#include "option_rows.h"

#define EXIT_USAGE	 2
#define LONG_BASE	 256 /* getopt's value of a long option: this plus its row */
#define TOP_ROWS_DEFAULT 20

/* Returns the exit status. */
static int print_to_stdout(const struct parser *p)
{
	struct buf out = { 0 };
	int status = 0;

	p->print(&out, p);
	if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout)) {
		log_error("cannot write to stdout: %s", strerror(errno));
		status = EXIT_FAILURE;
	}
	buf__free(&out);
	return status;
}

static struct words command_words(const struct parser *p, const char *names[COMMAND_COUNT])
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = p->commands[i]->name;
	return (struct words) { names, COMMAND_COUNT };
}

static void hint_words(const struct words *words)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < words->nr; i++)
		if (*words->names[i])
			buf__addf(&list, "%s%s", list.len ? ", " : "", words->names[i]);
	log_hint("there are %.*s", (int)list.len, list.data);
	buf__free(&list);
}

static void hint_commands(const struct parser *p, const struct option_row *row)
{
	struct buf list = { 0 };

	for (unsigned int command = 0; command < COMMAND_COUNT; command++)
		if (option_is_for(row, (enum command_id)command))
			buf__addf(&list, "%s%s", list.len ? ", " : "", p->commands[command]->name);
	log_hint("it is for %.*s", (int)list.len, list.data);
	buf__free(&list);
}

/*
 * "-o -j" is valid: a file may be called -j. It is remembered, so that a later error can say that
 * --output took -j for its argument.
 */
static void note_taken(struct parser *p, const struct option_row *row, const char *arg)
{
	if (row->argument != ARG_REQUIRED || arg[0] != '-' || !arg[1])
		return;
	p->taker = row;
	p->taken = arg;
}

static int apply(struct parser *p, const struct option_row *row, const char *arg)
{
	bool *given = &p->given[row - option_rows];
	int err;

	if (!option_is_for(row, p->opts->command->id)) {
		log_error("cannot use --%s with %s", row->name, p->opts->command->name);
		hint_commands(p, row);
		return -EINVAL;
	}
	if (row->once && *given) {
		log_error("cannot use --%s twice: all filters must hold", row->name);
		return -EINVAL;
	}
	*given = true;
	p->bare = row->argument == ARG_OPTIONAL && !arg ? row : NULL;
	err = row->set(p, row, arg);
	if (!err || err == -ECANCELED) {
		note_taken(p, row, arg);
		return err;
	}
	if (strcmp(arg, "--") == 0)
		log_error("cannot use --%s alone: it takes %s", row->name, row->takes);
	else
		log_error("cannot use '%s': --%s takes %s", arg, row->name, row->takes);
	if (row->words)
		hint_words(row->words_like ? row->words_like(arg) : row->words);
	return err;
}

/* The two tables of getopt_long(3), made from option_rows. */
struct tables {
	char letters[2 + 3 * OPTION_ROWS_MAX + 1];
	struct option longs[OPTION_ROWS_MAX + 1];
};

static void make_tables(struct tables *tables)
{
	char *letter = tables->letters;
	struct option *option = tables->longs;

	*letter++ = '+'; /* stop at the first word that is no option */
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (size_t i = 0; i < nr_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (!row->name)
			continue;
		*option++ =
			(struct option) { row->name, (int)row->argument, NULL, LONG_BASE + (int)i };
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		for (int n = 0; n < (int)row->argument; n++)
			*letter++ = ':';
	}
	*letter = '\0';
	*option = (struct option) { 0 };
}

static const struct option_row *find_row(int c)
{
	if (c >= LONG_BASE)
		return &option_rows[c - LONG_BASE];
	for (size_t i = 0; c && i < nr_option_rows; i++) {
		if (option_rows[i].letter == c)
			return &option_rows[i];
	}
	return NULL;
}

#define PROGRAM_MAX 32

/* The first words of an example for this command, in text; the default command is left out. */
static const char *program(const struct command *command, char text[PROGRAM_MAX])
{
	bool is_default = command->id == COMMAND_TRACE;

	snprintf(text, PROGRAM_MAX, "faulttrace%s%s", is_default ? "" : " ",
		 is_default ? "" : command->name);
	return text;
}

/* Says why getopt returned c, ':' or '?'. word: the last one that getopt looked at. */
static void complain(int c, const char *word, const struct command *command)
{
	const struct option_row *row = find_row(optopt);
	char text[PROGRAM_MAX];

	if (row && c == ':')
		log_error("cannot use --%s alone: it takes %s", row->name, row->takes);
	else if (row)
		log_error("cannot use %s: --%s takes no value", word, row->name);
	else if (optopt)
		log_error("cannot use -%c: no such option", optopt);
	else
		log_error("cannot use %s: no such option, or short for more than one", word);
	if (!row)
		log_hint("%s --help shows them all", program(command, text));
}

int complain_about_taken(const struct parser *p)
{
	log_error("cannot use --%s without %s: it took '%s' for one", p->taker->name,
		  p->taker->arg_name, p->taken);
	return -EINVAL;
}

static bool is_option(const char *word)
{
	for (size_t i = 0; i < nr_option_rows; i++)
		if (option_rows[i].name && strcmp(option_rows[i].name, word) == 0)
			return true;
	return false;
}

/* The command that the first word is a misspelling of, if no command was given; or NULL. */
static const char *near_command(const struct parser *p, const char *word)
{
	if (p->command_given || p->bare)
		return NULL;
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const char *name = p->commands[i]->name;
		/* A word that differs from a short name in two letters may be any word. */
		unsigned int most = strlen(name) < 5 ? 1 : 2;

		if (edits_between(name, word) <= most)
			return name;
	}
	return NULL;
}

/* Prints a hint on what an unexpected word may have been meant to be. */
static void hint_word(const struct parser *p, const char *word)
{
	const struct command *command = p->opts->command;
	char text[PROGRAM_MAX];
	bool is_number = !word[strspn(word, "0123456789")];
	const char *near = near_command(p, word);

	if (near)
		log_hint("did you mean %s? (to run it: 'faulttrace -- %s')", near, word);
	else if (p->bare && p->bare->words && find_word(p->bare->words, word, strlen(word)) >= 0)
		log_hint("write --%s=%s, with = and without a space", p->bare->name, word);
	else if (is_option(word))
		log_hint("--%s is an option", word);
	else if (command->id == COMMAND_FEATURES)
		log_hint("features takes options only");
	else if (command->id == COMMAND_MAP)
		log_hint("faulttrace map -p PID, map -- CMD, or map --evict FILE..");
	else if (p->opts->target.nr_ids && is_number)
		log_hint("separate ids by commas: %s %d,%s", p->target_name, p->opts->target.ids[0],
			 word);
	else if (p->opts->target.kind != TARGET_NONE)
		log_hint("only one target is possible: %s was given already", p->target_name);
	else
		log_hint("to run it, write '%s -- %s'", program(command, text), word);
}

static int complain_about_word(const struct parser *p, const char *word)
{
	const char *names[COMMAND_COUNT];
	const struct words commands = command_words(p, names);

	if (p->taker)
		return complain_about_taken(p);
	if (find_word(&commands, word, strlen(word)) >= 0) {
		log_error("cannot use '%s' here: a command comes first", word);
		return -EINVAL;
	}
	log_error("cannot use '%s': neither a command of faulttrace nor an option", word);
	hint_word(p, word);
	return -EINVAL;
}

/*
 * Takes a word of `report [FILE] [VIEW]`. 0, -ENOENT: it takes no words, or -EINVAL after saying
 * why not.
 */
static int take_report_word(struct parser *p, const char *word)
{
	const char *names[COMMAND_COUNT];
	const struct words commands = command_words(p, names);
	struct options *opts = p->opts;
	int view;

	if (opts->command->id != COMMAND_REPORT)
		return -ENOENT;
	if (opts->view && TO_TABLES & 1U << opts->view->id && strchr(".0123456789", *word))
		return -ENOENT;
	view = find_word(&commands, word, strlen(word));
	if (view >= 0 && TO_VIEWS & 1U << view && !opts->view) {
		opts->view = p->commands[view];
	} else if (view >= 0) {
		log_error("cannot use '%s': report shows one of trace, hist, top and map", word);
		return -EINVAL;
	} else if (!opts->capture && !opts->view) {
		opts->capture = word;
	} else {
		log_error("cannot use '%s': report takes one FILE, and then one view", word);
		if (!opts->capture)
			log_hint("faulttrace report %s trace", word);
		return -EINVAL;
	}
	return 0;
}

/* Takes INTERVAL or, after it, COUNT. -ENOENT: no number, or the command takes none. */
static int take_number(struct parser *p, const char *word)
{
	struct options *opts = p->opts;
	uint64_t n;

	if (!(TO_TABLES & 1U << options__shown(opts)->id) || !strchr(".0123456789", *word))
		return -ENOENT;
	if (!opts->interval_ns) {
		if (parse_duration(word, 1000000000, &n) || !n) {
			log_error("cannot use '%s': INTERVAL is a duration, such as 1 or 500ms",
				  word);
			return -EINVAL;
		}
		opts->interval_ns = n;
		return 0;
	}
	if (opts->intervals) {
		log_error("cannot use '%s': after INTERVAL and COUNT come only options", word);
		return -EINVAL;
	}
	if (parse_u64(word, &n) || !n) {
		log_error("cannot use '%s': COUNT is a number from 1 on", word);
		return -EINVAL;
	}
	opts->intervals = n;
	return 0;
}

/* Takes what follows the options: nothing, "-- CMD", or files. */
static int take_rest(struct parser *p, char **rest, bool after_dashes)
{
	if (p->opts->evict) {
		p->opts->files = rest;
		return 0;
	}
	if (!after_dashes) {
		if (!*rest)
			return 0;
		return complain_about_word(p, *rest);
	}
	if (!*rest) {
		log_error("cannot run a command: there is none after --");
		return -EINVAL;
	}
	if (!((TO_TRACING | TO(MAP)) & 1U << p->opts->command->id)) {
		log_error("cannot use -- CMD with %s: it is for tracing", p->opts->command->name);
		return -EINVAL;
	}
	p->opts->target.argv = rest;
	return choose_target(p, TARGET_COMMAND, "-- CMD");
}

static int parse_words(struct parser *p, int argc, char **argv)
{
	struct tables tables;

	make_tables(&tables);
	opterr = 0;
	optind = 0; /* makes glibc's getopt start anew */
	while (!p->print) {
		int before = optind ? optind : 1;
		int c = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
		int err;

		/* Before it returns -1, getopt skips a "--", or nothing. */
		if (c == -1 && optind == before && argv[optind]) {
			err = take_report_word(p, argv[optind]);
			if (err == -ENOENT)
				err = take_number(p, argv[optind]);
			if (err && err != -ENOENT)
				return err;
			if (!err) {
				optind++;
				continue;
			}
		}
		if (c == -1)
			return take_rest(p, argv + optind, optind > before);
		if (c == '?' || c == ':') {
			complain(c, argv[optind - 1], p->opts->command);
			return -EINVAL;
		}
		err = apply(p, find_row(c), optarg);
		if (err)
			return err;
	}
	return 0;
}

/* Takes a word if it is a command's name. False: it is not, and the command stays trace. */
static bool take_command(struct parser *p, const char *word)
{
	const char *names[COMMAND_COUNT];
	const struct words commands = command_words(p, names);
	int command = word ? find_word(&commands, word, strlen(word)) : -1;

	if (command < 0)
		return false;
	p->opts->command = p->commands[command];
	return true;
}

/* Handles "faulttrace help" and "faulttrace help COMMAND". 0, or -EINVAL after saying why not. */
static int take_help(struct parser *p, int argc, char **argv)
{
	const char *names[COMMAND_COUNT];
	const struct words commands = command_words(p, names);

	p->print = option_help;
	if (argc < 3 || (argc == 3 && take_command(p, argv[2])))
		return 0;
	log_error("cannot help with '%s': no command of this name", argv[argc - 1]);
	hint_words(&commands);
	return -EINVAL;
}

/* Without --rows a table for people has the first rows only, one for programs all. */
static void limit_rows(struct options *opts)
{
	bool is_for_person =
		options__shown(opts)->id == COMMAND_TOP && !opts->format->is_for_machines;

	if (!opts->max_rows)
		opts->max_rows = is_for_person ? TOP_ROWS_DEFAULT : UINT_MAX;
}

int options__parse(struct options *opts, const struct command *const *commands, int argc,
		   char **argv, int *status)
{
	struct parser p = { .opts = opts, .commands = commands };
	int err;

	*opts = (struct options) {
		.command = commands[COMMAND_TRACE],
		.filter.sample = 1,
		.format = all_formats[0],
		.plan = "auto",
		.listen = LISTEN_DEFAULT,
		.max_series = MAX_SERIES_DEFAULT,
		.min_age_ns = MIN_AGE_NS_DEFAULT,
		.host_root = "/",
		.strip = -1,
	};
	p.command_given = argc > 1 && take_command(&p, argv[1]);
	if (p.command_given) {
		argc--;
		argv++;
	}
	if (argc > 1 && strcmp(argv[1], "help") == 0)
		err = take_help(&p, argc, argv);
	else
		err = parse_words(&p, argc, argv);
	if (!err && !p.print)
		err = options__check(&p);
	limit_rows(opts);
	if (!err && !p.print)
		return 0;
	*status = err ? EXIT_USAGE : print_to_stdout(&p);
	options__free(opts);
	return -1;
}

void options__free(struct options *opts)
{
	free(opts->target.container_path);
	opts->target.container_path = NULL;
	free(opts->target.ids);
	opts->target.ids = NULL;
	opts->target.nr_ids = 0;
	for (size_t i = 0; i < opts->target.nr_names; i++)
		free(opts->target.names[i]);
	free(opts->target.names);
	opts->target.names = NULL;
	opts->target.nr_names = opts->target.names_size = 0;
}
