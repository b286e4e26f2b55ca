/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of record alone: how much is kept, and in which files. */
#include <errno.h>

#include "../base/log.h"
#include "../base/parse.h"
#include "option_checks.h"
#include "option_setters.h"

#define SPLIT_BYTES_MIN (64ULL << 10)
#define SPLIT_NS_MIN	1000000000ULL
#define KEEP_BYTES_MIN	(1ULL << 20)
#define KEEP_NS_MIN	100000000ULL

/* In two files, each of at least SPLIT_BYTES_MIN. */
int option_set_max_size(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t bytes;
	int err = parse_size(arg, &bytes);

	(void)row;
	if (err)
		return err;
	if (bytes < 2 * SPLIT_BYTES_MIN)
		return -ERANGE;
	p->opts->max_size = bytes;
	return 0;
}

/* "100M" and "100" are sizes, "100m" is a time. */
static int parse_split(const char *arg, struct file_split min, struct file_split *split)
{
	uint64_t n;
	int err = parse_duration(arg, 0, &n);

	*split = (struct file_split) { 0 };
	if (!err) {
		split->ns = n;
	} else {
		err = parse_size(arg, &n);
		split->bytes = n;
	}
	if (err)
		return err;
	return (split->ns ? n < min.ns : n < min.bytes) ? -ERANGE : 0;
}

int option_set_split(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	return parse_split(arg, (struct file_split) { SPLIT_BYTES_MIN, SPLIT_NS_MIN },
			   &p->opts->split);
}

int option_set_keep(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	return parse_split(arg, (struct file_split) { KEEP_BYTES_MIN, KEEP_NS_MIN },
			   &p->opts->keep);
}

int option_set_dump_on(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	return dump_conditions__parse(&p->opts->dump_on, arg);
}

static bool has_conditions(const struct dump_conditions *conditions)
{
	bool has = conditions->nr;

	for (size_t i = 0; i < DUMP_EVENTS; i++)
		has |= conditions->events[i];
	return has;
}

static int check_keep(const struct options *opts)
{
	bool keeps = opts->keep.bytes || opts->keep.ns, has_dumps = has_conditions(&opts->dump_on);

	if (keeps && !has_dumps) {
		log_error("cannot use --keep without --dump-on: nothing would be written");
		log_hint("--dump-on latency>50ms writes what was kept when a fault takes so long");
		return -EINVAL;
	}
	if (!keeps && (has_dumps || opts->after_ns || opts->dumps)) {
		log_error("cannot use --%s without --keep", has_dumps	     ? "dump-on"
							    : opts->after_ns ? "after"
									     : "dumps");
		log_hint("--keep 30s keeps the last 30 seconds, --keep 100M so many bytes");
		return -EINVAL;
	}
	if (keeps && (opts->max_size || opts->split.bytes || opts->split.ns)) {
		log_error("cannot use --keep with --max-size or --split");
		return -EINVAL;
	}
	return 0;
}

static int check_maps(const struct options *opts)
{
	if (!opts->maps)
		return 0;
	if (opts->target.kind != TARGET_PID && opts->target.kind != TARGET_COMMAND) {
		log_error("cannot use --maps with this target");
		log_hint("it records the maps of the processes that -p names, or of CMD");
		return -EINVAL;
	}
	/* The last one would take the place of the newest faults. */
	if (opts->keep.bytes || opts->keep.ns) {
		log_error("cannot use both --maps and --keep: choose one");
		return -EINVAL;
	}
	return 0;
}

int check_record(const struct options *opts)
{
	bool splits = opts->split.bytes || opts->split.ns;

	if (opts->max_size && splits) {
		log_error("cannot use both --max-size and --split: choose one");
		log_hint("--max-size alone has two files, and --split keeps all");
		return -EINVAL;
	}
	if (check_keep(opts) || check_maps(opts))
		return -EINVAL;
	if ((opts->max_size || splits || opts->keep.bytes || opts->keep.ns) &&
	    options__is_stdout(opts->output)) {
		log_error("cannot write several files to stdout");
		log_hint("-o FILE has FILE.0001, FILE.0002, ..");
		return -EINVAL;
	}
	return 0;
}
