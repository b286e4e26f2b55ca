/* SPDX-License-Identifier: GPL-2.0-only */
#include "option_checks.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "option_setters.h"

/* Where --ring-size is not given: stacks that are unwound later are copied whole. */
#define RING_BYTES_DEFAULT (4ULL << 20)
#define RING_BYTES_DWARF   (64ULL << 20)
#define TOP_INTERVAL_NS	   1000000000ULL

static int complain_about_no_target(const struct parser *p)
{
	if (p->taker)
		return complain_about_taken(p);
	if (p->opts->command->id == COMMAND_RECORD) {
		log_error("cannot record: no target given");
		log_hint("faulttrace record -- ls -l /usr   runs a command and records it");
		log_hint("faulttrace record -p 4242 -d 10   records a running process");
		return -EINVAL;
	}
	if (p->opts->command->id == COMMAND_SERVE) {
		log_error("cannot serve: no target given");
		log_hint("faulttrace serve -a serves metrics of the whole system");
		return -EINVAL;
	}
	log_error("cannot trace: no target given");
	log_hint("faulttrace -- ls -l /usr      runs a command and traces it");
	log_hint("faulttrace -p 4242            traces a running process");
	log_hint("faulttrace -a --major -d 10   traces the system for 10 seconds");
	return -EINVAL;
}

static int check_evict(const struct options *opts)
{
	if (opts->target.nr_ids || opts->target.nr_names) {
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
	size_t nr = opts->target.nr_ids + opts->target.nr_names;

	if (opts->evict)
		return check_evict(opts);
	if (opts->cold && !opts->target.argv) {
		log_error("cannot use --cold without a command");
		return -EINVAL;
	}
	if (opts->target.follow && !opts->target.argv) {
		log_error("cannot follow forks of a process that runs already: only of a command");
		log_hint("faulttrace map -f -- CMD   shows CMD and the processes that it forks");
		return -EINVAL;
	}
	if (nr > 1 && opts->duration_ns)
		log_error("cannot trace the memory of %zu processes at once: choose one", nr);
	else if (nr || opts->target.argv)
		return 0;
	else
		log_error("cannot map: no process given");
	log_hint("faulttrace map -p 4242   shows the memory of a process");
	return -EINVAL;
}

/* Without --by, --stack means --by stack. 0, or -EINVAL after saying why not. */
static int stack_of_rows(struct parser *p)
{
	struct options *opts = p->opts;

	if (opts->stack == STACK_DWARF && !opts->view) {
		log_error("cannot use --stack=dwarf with %s: the kernel cannot sum up by it",
			  options__shown(opts)->name);
		log_hint("top --folded, --pprof or --flamegraph make a profile of it");
		return -EINVAL;
	}
	if (!p->by_given)
		opts->rows.by[0] = FT_KEY_STACK;
	if (row_spec__has(&opts->rows, FT_KEY_STACK))
		return 0;
	log_error("cannot use --stack with these rows: only rows by stack have one");
	log_hint("--by stack, or --by stack and one other key");
	return -EINVAL;
}

static bool is_given(const struct parser *p, const char *name)
{
	for (size_t i = 0; i < nr_option_rows; i++)
		if (option_rows[i].name && strcmp(option_rows[i].name, name) == 0)
			return p->given[i];
	return false;
}

/* The name of the option that chose a format of lines; NULL: none was given. */
static const char *given_format(const struct parser *p)
{
	for (size_t i = 0; i < nr_option_rows; i++)
		if (option_rows[i].set == option_set_format && p->given[i])
			return option_rows[i].name;
	return NULL;
}

static int refuse_with_profile(const char *dashes, const char *name, const char *hint)
{
	log_error("cannot use %s%s with a profile", dashes, name);
	log_hint("%s", hint);
	return -EINVAL;
}

/* Refuses options of tables that mean nothing to a profile. */
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
		{ "cause", "top --by cause,stack tells what the time went into" },
		{ "file", "trace --stack --file shows such faults, each with its stack" },
		{ "residency", "with top --by file or --by vma rows are of files" },
	};
	const char *format = given_format(p);

	for (size_t i = 0; i < NR(options); i++)
		if (is_given(p, options[i].name))
			return refuse_with_profile("--", options[i].name, options[i].hint);
	if (format)
		return refuse_with_profile("--", format, own);
	return p->opts->interval_ns ? refuse_with_profile("", "INTERVAL", all) : 0;
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

	for (size_t i = 0; i < PROFILE_FILES; i++) {
		if (check_two_files(folded, opts->profiles[i]))
			return -EINVAL;
		for (size_t j = 0; j < i; j++)
			if (check_two_files(opts->profiles[j], opts->profiles[i]))
				return -EINVAL;
	}
	if (opts->folded || !opts->output)
		return 0;
	log_error("cannot use --output with this profile: only --folded goes there");
	log_hint("--pprof and --flamegraph take a FILE of their own");
	return -EINVAL;
}

/* A profile is of the whole run, by stack and kind. */
static int check_profile(struct parser *p)
{
	if (check_not_for_profiles(p) || check_files(p->opts))
		return -EINVAL;
	p->opts->rows.by[0] = FT_KEY_STACK;
	p->opts->rows.by[1] = FT_KEY_KIND;
	return 0;
}

static int check_table(struct parser *p)
{
	const struct options *opts = p->opts;
	bool of_files =
		row_spec__has(&opts->rows, FT_KEY_FILE) || row_spec__has(&opts->rows, FT_KEY_VMA);

	if (options__is_profile(opts))
		return check_profile(p);
	if (is_given(p, "weight")) {
		log_error("cannot use --weight without a profile");
		log_hint("--folded, --pprof or --flamegraph make one");
		return -EINVAL;
	}
	if (opts->filter.file && !of_files && !opts->view) {
		log_error("cannot use --file with %s: the kernel sums up without names",
			  opts->command->name);
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

/* Does top show a table each second, as top(1) does? Without an end, on a terminal. */
static bool goes_on(const struct options *opts)
{
	return opts->command->id == COMMAND_TOP && !opts->interval_ns && !opts->duration_ns &&
	       opts->target.kind != TARGET_COMMAND && !options__is_profile(opts) && !opts->output &&
	       isatty(STDOUT_FILENO);
}

static int check_majors(const struct filter *filter)
{
	if (!filter->only_major || !filter->only_minor)
		return 0;
	log_error("cannot use both --major and --minor: no fault is both");
	return -EINVAL;
}

/* Does the option say how faults or rows look, which neither the summary nor --info show? */
static bool is_look(const struct option_row *row)
{
	static const char *const looks[] = { "json",  "sink",	   "wide",	"stack",
					     "cause", "residency", "timestamp", "max-events",
					     "strip", "ascii" };

	for (size_t i = 0; i < NR(looks); i++)
		if (!strcmp(row->name, looks[i]))
			return true;
	return row->group == GROUP_TABLE || row->group == GROUP_PROFILE;
}

static bool is_for_report(const struct options *opts, const struct option_row *row)
{
	if (opts->view)
		return option_is_for(row, opts->view->id) || !(row->commands & TO_VIEWS);
	return !is_look(row) && !(opts->info && row->group == GROUP_FILTER);
}

/* Tells the views that the option is for. */
static void hint_views(const struct parser *p, const struct option_row *row)
{
	struct buf list = { 0 };

	for (unsigned int view = 0; view < COMMAND_COUNT; view++)
		if (TO_VIEWS & 1U << view && option_is_for(row, (enum command_id)view))
			buf__addf(&list, "%s report FILE %s", list.len ? "," : "",
				  p->commands[view]->name);
	if (list.len)
		log_hint("it is for%.*s", (int)list.len, list.data);
	buf__free(&list);
}

/* 0, or -EINVAL after saying which option does not fit the view. */
static int check_fits_view(const struct parser *p)
{
	const struct options *opts = p->opts;

	for (size_t i = 0; i < nr_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (!p->given[i] || is_for_report(opts, row))
			continue;
		if (opts->view)
			log_error("cannot use --%s with report %s", row->name, opts->view->name);
		else
			log_error("cannot use --%s without a view", row->name);
		hint_views(p, row);
		return -EINVAL;
	}
	return 0;
}

static int check_report(struct parser *p)
{
	struct options *opts = p->opts;

	if (!opts->capture)
		opts->capture = CAPTURE_FILE_DEFAULT;
	if (opts->info && opts->view) {
		log_error("cannot use --info with a view: it is shown instead of one");
		return -EINVAL;
	}
	if (opts->to_ns && opts->to_ns <= opts->from_ns) {
		log_error("cannot use --to: it is not after --from");
		return -EINVAL;
	}
	return check_fits_view(p);
}

/* The rows of tables that no --by chose. */
static void set_default_rows(struct options *opts)
{
	if (options__shown(opts)->id == COMMAND_HIST || opts->command->id == COMMAND_SERVE)
		opts->rows.by[0] = FT_KEY_KIND;
	else if (options__shown(opts)->id == COMMAND_TOP)
		opts->rows.by[0] = FT_KEY_PID;
	if (opts->command->id == COMMAND_SERVE)
		opts->rows.by[1] = FT_KEY_CGROUP;
}

/* What commands that trace and views of a capture have in common. */
static int check_shown(struct parser *p)
{
	struct options *opts = p->opts;

	if (check_majors(&opts->filter))
		return -EINVAL;
	if (TO_TABLES & 1U << options__shown(opts)->id && check_table(p))
		return -EINVAL;
	opts->cause |= row_spec__has(&opts->rows, FT_KEY_CAUSE);
	return 0;
}

int options__check(struct parser *p)
{
	struct options *opts = p->opts;

	if (!opts->ring_bytes)
		opts->ring_bytes =
			opts->stack == STACK_DWARF ? RING_BYTES_DWARF : RING_BYTES_DEFAULT;
	if (opts->command->id == COMMAND_FEATURES)
		return 0;
	if (opts->command->id == COMMAND_MAP)
		return check_map(opts);
	if (!p->by_given)
		set_default_rows(opts);
	if (opts->command->id == COMMAND_REPORT)
		return check_report(p) ? -EINVAL : check_shown(p);
	if (opts->target.kind == TARGET_NONE)
		return complain_about_no_target(p);
	if (check_shown(p) || check_record(opts))
		return -EINVAL;
	if (goes_on(opts))
		opts->interval_ns = TOP_INTERVAL_NS;
	if (!p->follow_given)
		opts->target.follow = opts->target.kind == TARGET_COMMAND;
	return 0;
}
