/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of record alone: how much is kept, and in which files. */
#include <errno.h>

#include "../base/log.h"
#include "option_checks.h"
#include "option_setters.h"

#define SPLIT_BYTES_MIN (64ULL << 10)
#define SPLIT_NS_MIN	1000000000ULL

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
int option_set_split(struct parser *p, const struct option_row *row, const char *arg)
{
	struct file_split split = { 0 };
	uint64_t n;
	int err = parse_duration(arg, 0, &n);

	(void)row;
	if (!err) {
		split.ns = n;
	} else {
		err = parse_size(arg, &n);
		split.bytes = n;
	}
	if (err)
		return err;
	if (split.ns ? n < SPLIT_NS_MIN : n < SPLIT_BYTES_MIN)
		return -ERANGE;
	p->opts->split = split;
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
	if ((opts->max_size || splits) && options__is_stdout(opts->output)) {
		log_error("cannot write several files to stdout");
		log_hint("-o FILE has FILE.0001, FILE.0002, ..");
		return -EINVAL;
	}
	return 0;
}
