/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/edits.h"
#include "base/log.h"
#include "option_rows.h"
#include "out/sinks.h"

#define EXIT_USAGE	   2
#define LONG_BASE	   256 /* getopt's value of a long option: this plus its row */
#define RING_BYTES_DEFAULT (4ULL << 20)
#define RING_BYTES_DWARF   (64ULL << 20)
#define TOP_INTERVAL_NS	   1000000000ULL
#define TOP_ROWS_DEFAULT   20

const char *const command_names[COMMAND_COUNT] = {
	[COMMAND_TRACE] = "trace", [COMMAND_HIST] = "hist",	    [COMMAND_TOP] = "top",
	[COMMAND_MAP] = "map",	   [COMMAND_FEATURES] = "features",
};

/* Returns the exit status. */
static int print_to_stdout(const struct parser *p)
{
	struct buf out = { 0 };
	int status = 0;

	p->print(&out, p->opts->command);
	if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout)) {
		log_error("cannot write to stdout: %s", strerror(errno));
		status = EXIT_FAILURE;
	}
	buf__free(&out);
	return status;
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

static void hint_commands(const struct option_row *row)
{
	struct buf list = { 0 };

	for (unsigned int command = 0; command < COMMAND_COUNT; command++)
		if (option_is_for(row, (enum command)command))
			buf__addf(&list, "%s%s", list.len ? ", " : "", command_names[command]);
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
	uint64_t given = 1ULL << (row - option_rows);
	int err;

	if (!option_is_for(row, p->opts->command)) {
		log_error("cannot use --%s with %s", row->name, command_names[p->opts->command]);
		hint_commands(row);
		return -EINVAL;
	}
	if (row->once && p->given & given) {
		log_error("cannot use --%s twice: all filters must hold", row->name);
		return -EINVAL;
	}
	p->given |= given;
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

/* getopt's two tables, from ours. */
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

/* The first words of an example for this command; the default command is left out. */
static const char *program(enum command command)
{
	static const char *const words[COMMAND_COUNT] = {
		[COMMAND_TRACE] = "faulttrace",
		[COMMAND_HIST] = "faulttrace hist",
		[COMMAND_TOP] = "faulttrace top",
		[COMMAND_MAP] = "faulttrace map",
		[COMMAND_FEATURES] = "faulttrace features",
	};

	return words[command];
}

/* What getopt did not like: c is ':' or '?', word what it looked at last. */
static void complain(int c, const char *word, enum command command)
{
	const struct option_row *row = find_row(optopt);

	if (row && c == ':')
		log_error("cannot use --%s alone: it takes %s", row->name, row->takes);
	else if (row)
		log_error("cannot use %s: --%s takes no value", word, row->name);
	else if (optopt)
		log_error("cannot use -%c: no such option", optopt);
	else
		log_error("cannot use %s: no such option, or short for more than one", word);
	if (!row)
		log_hint("%s --help shows them all", program(command));
}

static int complain_about_taken(const struct parser *p)
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
	for (size_t i = 0; i < NR(command_names); i++) {
		/* In a short word, two wrong letters may be any word. */
		unsigned int most = strlen(command_names[i]) < 5 ? 1 : 2;

		if (edits_between(command_names[i], word) <= most)
			return command_names[i];
	}
	return NULL;
}

/* Prints a hint on what an unexpected word may have been meant to be. */
static void hint_word(const struct parser *p, const char *word)
{
	enum command command = p->opts->command;
	bool is_number = !word[strspn(word, "0123456789")];
	const char *near = near_command(p, word);

	if (near)
		log_hint("did you mean %s? (to run it: 'faulttrace -- %s')", near, word);
	else if (p->bare && p->bare->words && find_word(p->bare->words, word, strlen(word)) >= 0)
		log_hint("--%s=%s, with = and without a space", p->bare->name, word);
	else if (is_option(word))
		log_hint("--%s is an option", word);
	else if (command == COMMAND_FEATURES)
		log_hint("it has nothing but options");
	else if (command == COMMAND_MAP)
		log_hint("faulttrace map -p PID, map -- CMD, or map --evict FILE..");
	else if (p->opts->nr_ids && is_number)
		log_hint("a list has commas: %s %d,%s", p->target_name, p->opts->ids[0], word);
	else if (p->opts->target != TARGET_NONE)
		log_hint("there is a target already: %s", p->target_name);
	else
		log_hint("to run it, write '%s -- %s'", program(command), word);
}

static int complain_about_word(const struct parser *p, const char *word)
{
	const struct words commands = { command_names, NR(command_names) };

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

/* INTERVAL, then COUNT, where a command takes them. */
static int take_number(struct parser *p, const char *word)
{
	struct options *opts = p->opts;
	uint64_t n;

	if (!(TO_TABLES & 1U << opts->command) || !strchr(".0123456789", *word))
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

/* What follows the options: nothing, "-- CMD", or files. */
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
	if (!((TO_TRACING | TO(MAP)) & 1U << p->opts->command)) {
		log_error("cannot use -- CMD with %s: it is for tracing",
			  command_names[p->opts->command]);
		return -EINVAL;
	}
	p->opts->argv = rest;
	return choose_target(p, TARGET_COMMAND, "-- CMD");
}

static int parse_words(struct parser *p, int argc, char **argv)
{
	struct tables tables;

	make_tables(&tables);
	opterr = 0;
	optind = 0; /* start anew: glibc's way */
	while (!p->print) {
		int before = optind ? optind : 1;
		int c = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
		int err;

		/* With -1, getopt has skipped a "--" or nothing. */
		if (c == -1 && optind == before && argv[optind]) {
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

static int complain_about_no_target(const struct parser *p)
{
	if (p->taker)
		return complain_about_taken(p);
	log_error("cannot trace: no target given");
	log_hint("faulttrace -- ls -l /usr      runs a command and traces it");
	log_hint("faulttrace -p 4242            traces a running process");
	log_hint("faulttrace -a --major -d 10   traces the system for 10 seconds");
	return -EINVAL;
}

static int check_evict(const struct options *opts)
{
	if (opts->nr_ids || opts->nr_names) {
		log_error("cannot use both -p and --evict: choose one");
		return -EINVAL;
	}
	if (opts->duration_ns || opts->cold) {
		log_error("cannot use --%s with --evict", opts->cold ? "cold" : "duration");
		return -EINVAL;
	}
	if (!*opts->files) {
		log_error("cannot evict: no file given");
		return -EINVAL;
	}
	return 0;
}

static int check_map(const struct options *opts)
{
	size_t nr = opts->nr_ids + opts->nr_names;

	if (opts->evict)
		return check_evict(opts);
	if (opts->cold && !opts->argv) {
		log_error("cannot use --cold without a command");
		return -EINVAL;
	}
	if (opts->follow && !opts->argv) {
		log_error("cannot follow forks of a process that runs already: only of a command");
		log_hint("faulttrace map -f -- CMD   shows CMD and the processes that it forks");
		return -EINVAL;
	}
	if (nr > 1 && opts->duration_ns)
		log_error("cannot trace the memory of %zu processes at once: choose one", nr);
	else if (nr || opts->argv)
		return 0;
	else
		log_error("cannot map: no process given");
	log_hint("faulttrace map -p 4242   shows the memory of a process");
	return -EINVAL;
}

/* -s alone is --by stack. 0, or -EINVAL after saying why not. */
static int stack_of_rows(struct parser *p)
{
	struct options *opts = p->opts;

	if (opts->stack == STACK_DWARF) {
		log_error("cannot use --stack=dwarf with %s: the kernel cannot sum up by it",
			  command_names[opts->command]);
		log_hint("top --folded, --pprof or --flamegraph make a profile of it");
		return -EINVAL;
	}
	if (!p->by_given)
		opts->by[0] = FT_KEY_STACK;
	if (options__key_is(opts, FT_KEY_STACK))
		return 0;
	log_error("cannot use --stack with these rows: only rows by stack have one");
	log_hint("--by stack, or --by stack and one other key");
	return -EINVAL;
}

static bool is_given(const struct parser *p, const char *name)
{
	size_t i = 0;

	while (!option_rows[i].name || strcmp(option_rows[i].name, name) != 0)
		i++;
	return p->given & 1ULL << i;
}

/* What of a table means nothing to a profile. */
static int check_not_for_profiles(const struct parser *p)
{
	static const char all[] = "profiles are of the whole run, by stack and kind";
	static const char own[] = "--folded, --pprof and --flamegraph are formats by themselves";
	static const struct {
		const char *name, *hint;
	} options[] = {
		{ "by", all },
		{ "sort", "a profile has all stacks; --weight says what they weigh" },
		{ "rows", "a profile has all stacks; filters keep some of the faults" },
		{ "json", own },
		{ "sink", own },
		{ "cause", "top --by cause,stack tells what the time went into" },
		{ "file", "trace --stack --file shows such faults, each with its stack" },
		{ "residency", "with top --by file or --by vma rows are of files" },
	};

	for (size_t i = 0; i < NR(options); i++) {
		if (!is_given(p, options[i].name))
			continue;
		log_error("cannot use --%s with a profile", options[i].name);
		log_hint("%s", options[i].hint);
		return -EINVAL;
	}
	if (!p->opts->interval_ns)
		return 0;
	log_error("cannot use INTERVAL with a profile");
	log_hint("%s", all);
	return -EINVAL;
}

static int check_two_files(const char *a, const char *b)
{
	if (!a || !b || strcmp(a, b) != 0)
		return 0;
	log_error("cannot write two profiles to %s", strcmp(a, "-") != 0 ? a : "stdout");
	log_hint("each needs a file of its own");
	return -EINVAL;
}

static int check_files(const struct options *opts)
{
	const char *folded = !opts->folded ? NULL : opts->output ? opts->output : "-";

	if (check_two_files(folded, opts->pprof) || check_two_files(folded, opts->flamegraph) ||
	    check_two_files(opts->pprof, opts->flamegraph))
		return -EINVAL;
	if (opts->folded || !opts->output)
		return 0;
	log_error("cannot use --output with this profile: only --folded goes there");
	log_hint("--pprof and --flamegraph take a FILE of their own");
	return -EINVAL;
}

/* Whole runs, by stack and kind. */
static int check_profile(struct parser *p)
{
	if (check_not_for_profiles(p) || check_files(p->opts))
		return -EINVAL;
	p->opts->by[0] = FT_KEY_STACK;
	p->opts->by[1] = FT_KEY_KIND;
	return 0;
}

static int check_table(struct parser *p)
{
	const struct options *opts = p->opts;
	bool of_files = options__key_is(opts, FT_KEY_FILE) || options__key_is(opts, FT_KEY_VMA);

	if (options__is_profile(opts))
		return check_profile(p);
	if (is_given(p, "weight")) {
		log_error("cannot use --weight without a profile");
		log_hint("--folded, --pprof or --flamegraph make one");
		return -EINVAL;
	}
	if (opts->file && !of_files) {
		log_error("cannot use --file with %s: the kernel sums up without names",
			  command_names[opts->command]);
		log_hint("with --by file or --by vma, rows are chosen by their names");
		return -EINVAL;
	}
	if (opts->residency && !of_files) {
		log_error("cannot use --residency with top: its rows are not of files");
		log_hint("with --by file or --by vma they are");
		return -EINVAL;
	}
	return opts->stack ? stack_of_rows(p) : 0;
}

/* On a terminal top goes on, as top(1) does. */
static bool goes_on(const struct options *opts)
{
	return opts->command == COMMAND_TOP && !opts->interval_ns && !opts->duration_ns &&
	       opts->target != TARGET_COMMAND && !options__is_profile(opts) && !opts->output &&
	       isatty(STDOUT_FILENO);
}

/* What no single option can see. */
static int check(struct parser *p)
{
	struct options *opts = p->opts;

	if (opts->command == COMMAND_FEATURES)
		return 0;
	if (opts->command == COMMAND_MAP)
		return check_map(opts);
	if (opts->target == TARGET_NONE)
		return complain_about_no_target(p);
	if (opts->only_major && opts->only_minor) {
		log_error("cannot use both --major and --minor: no fault is both");
		return -EINVAL;
	}
	if (TO_TABLES & 1U << opts->command && check_table(p))
		return -EINVAL;
	if (opts->stack == STACK_DWARF && opts->ring_bytes == RING_BYTES_DEFAULT)
		opts->ring_bytes = RING_BYTES_DWARF;
	if (goes_on(opts))
		opts->interval_ns = TOP_INTERVAL_NS;
	opts->cause |= options__key_is(opts, FT_KEY_CAUSE);
	if (!p->follow_given)
		opts->follow = opts->target == TARGET_COMMAND;
	return 0;
}

/* The command word, if there is one; the default is not written. */
static bool take_command(struct options *opts, const char *word)
{
	const struct words commands = { command_names, NR(command_names) };
	int command = word ? find_word(&commands, word, strlen(word)) : -1;

	if (command < 0)
		return false;
	opts->command = (enum command)command;
	return true;
}

/* Handles "faulttrace help" and "faulttrace help COMMAND". 0, or -EINVAL after saying what is wrong. */
static int take_help(struct parser *p, int argc, char **argv)
{
	const struct words commands = { command_names, NR(command_names) };

	p->print = option_help;
	if (argc < 3 || (argc == 3 && take_command(p->opts, argv[2])))
		return 0;
	log_error("cannot help with '%s': no command of faulttrace", argv[argc - 1]);
	hint_words(&commands);
	return -EINVAL;
}

/* Those that differ between commands. */
static void set_defaults(struct options *opts)
{
	if (opts->command == COMMAND_HIST)
		opts->by[0] = FT_KEY_KIND;
	else if (opts->command == COMMAND_TOP)
		opts->by[0] = FT_KEY_PID;
}

/* Without --rows a table for people has the first rows only, one for programs all. */
static void limit_rows(struct options *opts)
{
	bool is_for_person = opts->command == COMMAND_TOP && !opts->sink->is_for_machines;

	if (!opts->max_rows)
		opts->max_rows = is_for_person ? TOP_ROWS_DEFAULT : UINT_MAX;
}

int options__parse(struct options *opts, int argc, char **argv, int *status)
{
	struct parser p = { .opts = opts };
	int err;

	*opts = (struct options) {
		.sample = 1,
		.sink = all_sinks[0],
		.plan = "auto",
		.ring_bytes = RING_BYTES_DEFAULT,
		.strip = -1,
	};
	p.command_given = argc > 1 && take_command(opts, argv[1]);
	if (p.command_given) {
		argc--;
		argv++;
	}
	set_defaults(opts);
	if (argc > 1 && strcmp(argv[1], "help") == 0)
		err = take_help(&p, argc, argv);
	else
		err = parse_words(&p, argc, argv);
	if (!err && !p.print)
		err = check(&p);
	limit_rows(opts);
	if (!err && !p.print)
		return 0;
	*status = err ? EXIT_USAGE : print_to_stdout(&p);
	options__free(opts);
	return -1;
}

void options__free(struct options *opts)
{
	free(opts->ids);
	opts->ids = NULL;
	opts->nr_ids = 0;
	for (size_t i = 0; i < opts->nr_names; i++)
		free(opts->names[i]);
	free(opts->names);
	opts->names = NULL;
	opts->nr_names = 0;
}
