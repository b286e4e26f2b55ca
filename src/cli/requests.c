/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the options of the tracer, the stream and the tables from those of the command line. */
#include "options.h"

struct tracer_options options__of_tracer(const struct options *opts)
{
	bool sums_up = options__sums_up(opts);

	return (struct tracer_options) {
		.target = &opts->target,
		.filter = &opts->filter,
		.rows = sums_up ? &opts->rows : NULL,
		.sends = !sums_up || opts->side_capture,
		/* A histogram tells the kind of its slowest fault, serve the number of errors. */
		.kinds = opts->command->id == COMMAND_HIST || opts->command->id == COMMAND_SERVE,
		.bytes = options__wants_bytes(opts),
		.cause = opts->cause,
		.residency = opts->residency,
		.uids = opts->command->id == COMMAND_RECORD,
		.stacks = options__wants_stacks(opts),
		.copies_stacks = opts->stack == STACK_DWARF,
		.stacks_have_comm = options__is_profile(opts),
		.ring_bytes = opts->ring_bytes,
		.verbose = opts->verbose,
	};
}

struct stream_options options__of_stream(const struct options *opts)
{
	return (struct stream_options) {
		.file = opts->filter.file,
		.max_events = opts->max_events,
		.stacks = opts->stack != STACK_NONE,
		.stacks_are_copies = opts->stack == STACK_DWARF,
		.symbols = options__wants_symbols(opts),
		.lines = options__wants_symbols(opts) && opts->command->id == COMMAND_RECORD,
		.residency = opts->residency,
		.quiet = opts->quiet,
	};
}

struct aggregate_options options__of_table(const struct options *opts)
{
	return (struct aggregate_options) {
		.rows = opts->rows,
		.sort = opts->sort,
		.max_rows = opts->max_rows,
		.tells_rest = opts->format->is_for_machines,
		.kinds = opts->filter.kinds,
		/* report asks each fault for its name, before tables do. */
		.file = opts->view ? NULL : opts->filter.file,
		.sample = opts->filter.sample,
		.bytes = options__wants_bytes(opts),
		.cause = opts->cause,
		.residency = opts->residency,
		.host_root = opts->host_root,
		.of_faults = opts->view != NULL,
	};
}
