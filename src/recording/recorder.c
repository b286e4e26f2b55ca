/* SPDX-License-Identifier: GPL-2.0-only */
#include "recorder.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "../base/key_map.h"
#include "../base/log.h"
#include "../faults/fault.h"
#include "../faults/run_totals.h"
#include "tables.h"

/* A segment can be read alone: old ones can be dropped, and what follows damage has all names. */
#define SEGMENT_BYTES (64u << 20)

/* How often, and after which pause, the end is written again if the disk is slow: for ten seconds. */
#define END_TRIES    1000
#define END_PAUSE_NS 10000000

struct recorder {
	struct format f;
	struct capture_writer *writer;
	struct format *tee;
	const char *command_line;
	struct source_info info;
	bool has_stacks;
	bool begins_segment;   /* the rows that each segment begins with are not there yet */
	struct key_map stacks; /* struct known_stack: those that this segment has */
	uint64_t nr_stacks;    /* in this segment, or lost */
	/* By table: rows that the writer took, and could not write since the file had failed. */
	uint64_t dropped[RECORDING_TABLES];
	struct run_end missing;	 /* totals of the faults that the writer did not take */
	unsigned long long lost; /* how many faults these are, weighted */
	/* -errno: a write has failed, and nothing is taken any more. -EAGAIN: this event is lost. */
	int error;
};

struct known_stack {
	uint64_t serial;
	uint64_t id;
};

static const struct key_map no_stacks = { .item_bytes = sizeof(struct known_stack),
					  .key_bytes = sizeof(uint64_t) };

/* ---- Strings and rows: after the first error of an event nothing is written of it ---------------- */

static string_id add_bytes(struct recorder *r, const char *bytes, size_t len)
{
	string_id id = 0;

	if (len > CAPTURE_STRING_MAX)
		len = CAPTURE_STRING_MAX;
	if (!r->error)
		r->error = capture_writer__string(r->writer, bytes, len, &id);
	return id;
}

/* "": also a string. NULL: 0. */
static string_id add_string(struct recorder *r, const char *s)
{
	return s ? add_bytes(r, s, strlen(s)) : 0;
}

static void add_row(struct recorder *r, enum recording_table table, const void *row)
{
	uint64_t values[RECORDING_COLUMNS];

	if (r->error)
		return;
	recording_values(table, row, values);
	r->error = capture_writer__row(r->writer, table, values);
}

/* ---- What each segment begins with --------------------------------------------------------------- */

static void begin_segment(void *ctx)
{
	struct recorder *r = ctx;

	r->begins_segment = true;
	key_map__clear(&r->stacks);
	r->nr_stacks = 0;
}

static void add_start(struct recorder *r)
{
	const struct run_start *run = r->f.run;
	struct start_row start = {
		.time_ns = run->time_ns,
		.wall_ns = run->wall_ns,
		.version = add_string(r, run->version),
		.plan = add_string(r, run->plan),
		.kernel = add_string(r, run->kernel),
		.arch = add_string(r, run->arch),
		.target = add_string(r, run->target),
		.target_text = add_string(r, run->target_text),
		.page_size = run->page_size,
		.sees_gup = run->sees_gup,
		.cause = run->cause,
		.residency = run->residency,
		.wide = run->wide,
		.stacks = r->has_stacks,
		.command_line = add_string(r, r->command_line),
		.sees_lookup = r->info.sees_lookup,
		.sees_throttling = r->info.sees_throttling,
		.sees_pages = r->info.sees_pages,
	};

	add_row(r, RECORDING_START, &start);
	for (size_t i = 0; i < run->nr_target_ids; i++) {
		struct target_row target = { .id = (uint32_t)run->target_ids[i] };

		add_row(r, RECORDING_TARGET, &target);
	}
	if (!r->error)
		r->begins_segment = false;
}

/* Before the strings and rows of one fault, or of the end. */
static void begin(struct recorder *r)
{
	if (r->error == -EAGAIN)
		r->error = 0;
	if (!r->error)
		r->error = capture_writer__begin(r->writer);
	if (!r->error && r->begins_segment)
		add_start(r);
}

/* ---- Faults -------------------------------------------------------------------------------------- */

static void add_frame(struct recorder *r, uint64_t stack, const struct stack_frame *frame)
{
	struct frame_row row = {
		.stack = stack,
		.ip = frame->ip,
		.offset = frame->offset,
		.address = frame->address,
		.function = add_string(r, frame->function),
		.made_code = add_string(r, frame->made_code),
		.module = add_string(r, frame->module),
		.build_id = add_string(r, frame->build_id),
		.source = add_string(r, frame->source),
		.line = frame->line,
		.is_inlined = frame->is_inlined,
	};

	add_row(r, RECORDING_FRAME, &row);
}

/* The id of the stack in this segment, where it is written once. */
static uint64_t add_stack(struct recorder *r, const struct stack *stack)
{
	struct known_stack *known = key_map__find(&r->stacks, &stack->serial);
	struct stack_row row;

	if (known)
		return known->id;
	row = (struct stack_row) {
		.id = ++r->nr_stacks,
		.pid = stack->pid,
		.nr = (uint32_t)stack->nr,
		.is_cut = stack->is_cut,
		.made_by = (uint8_t)stack->made_by,
	};
	for (size_t i = 0; i < stack->nr; i++)
		add_frame(r, row.id, &stack->frames[i]);
	add_row(r, RECORDING_STACK, &row);
	if (r->error)
		return 0;
	known = key_map__add(&r->stacks, &stack->serial);
	known->id = row.id;
	return row.id;
}

static struct symbol_fields add_symbol(struct recorder *r, const struct fault_symbol *symbol)
{
	if (!symbol)
		return (struct symbol_fields) { 0 };
	return (struct symbol_fields) {
		.offset = symbol->offset,
		.name = add_string(r, symbol->name),
		.module = add_string(r, symbol->module),
	};
}

static void add_fault(struct recorder *r, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;
	struct fault_row row = {
		.rec = *rec,
		.is_throttled = fault->throttled != NULL,
		.has_causes = fault->causes != NULL,
		.has_cached = fault->has_cached,
		.cached = (uint8_t)fault->cached,
		.has_read_pages = fault->has_read_pages,
	};

	begin(r);
	if (fault->causes)
		row.causes = *fault->causes;
	if (fault->throttled)
		row.throttled = *fault->throttled;
	row.comm = add_bytes(r, rec->comm, strnlen(rec->comm, sizeof(rec->comm)));
	row.mapping = add_string(r, fault->name);
	row.symbol = add_symbol(r, fault->symbol);
	row.data_symbol = add_symbol(r, fault->data_symbol);
	row.made_code = add_string(r, fault->made_code);
	row.source = add_string(r, fault->source);
	row.line = fault->line;
	if (fault->stack)
		row.stack = add_stack(r, fault->stack);
	add_row(r, RECORDING_FAULT, &row);
	if (r->error && !fault->throttled) {
		r->lost += rec->weight;
		run_end__add_fault(&r->missing, rec, fault->verdict.kind,
				   rec->outcome == FT_OUTCOME_RESOLVED);
	}
}

static void capture_fault(struct format *f, const struct fault *fault)
{
	struct recorder *r = (struct recorder *)f;

	add_fault(r, fault);
	if (r->tee && !r->error)
		format__show(r->tee, fault, fault);
}

static void capture_throttled(struct format *f, const struct fault *fault)
{
	struct recorder *r = (struct recorder *)f;

	add_fault(r, fault);
	if (r->tee && !r->error)
		format__show(r->tee, throttled, fault);
}

static void capture_end(struct format *f, const struct run_end *end)
{
	const struct timespec pause = { .tv_nsec = END_PAUSE_NS };
	struct recorder *r = (struct recorder *)f;

	if (r->tee)
		format__show(r->tee, end, end);
	for (int i = 0; i < END_TRIES; i++) {
		begin(r);
		add_row(r, RECORDING_END, end);
		if (r->error != -EAGAIN)
			break;
		nanosleep(&pause, NULL);
	}
}

/* Of a run that failed before its end: there is a writer, and its thread. */
static void capture_free(struct format *f)
{
	unsigned long long dropped;

	recorder__close(f, &dropped);
}

const struct format_ops capture_format = {
	.name = "capture",
	.size = sizeof(struct recorder),
	.is_for_machines = true,
	.fault = capture_fault,
	.throttled = capture_throttled,
	.end = capture_end,
	.free = capture_free,
};

/* ---- The file ------------------------------------------------------------------------------------ */

int recorder__open(struct format *format, const struct recorder_options *opts)
{
	struct recorder *r = (struct recorder *)format;
	const struct capture_writer_options writer = {
		.fd = opts->fd,
		.name = opts->name,
		.schema = recording_schema(),
		.dropped = r->dropped,
		.segment_bytes = opts->segment_bytes ? opts->segment_bytes : SEGMENT_BYTES,
		.begin_segment = begin_segment,
		.ctx = r,
	};
	int err = capture_writer__open(&writer, &r->writer);

	if (err) {
		log_error("cannot begin a capture: %s", strerror(-err));
		return err;
	}
	r->stacks = no_stacks;
	r->has_stacks = opts->stacks;
	r->command_line = opts->command_line;
	r->info = opts->info;
	r->tee = opts->tee;
	if (r->tee)
		format__show(r->tee, start);
	r->begins_segment = true;
	return 0;
}

void recorder__flush(struct format *format)
{
	struct recorder *r = (struct recorder *)format;

	if (!recorder__error(format))
		r->error = capture_writer__flush(r->writer);
}

int recorder__close(struct format *format, unsigned long long *dropped)
{
	struct recorder *r = (struct recorder *)format;
	int err = r->writer ? capture_writer__end(r->writer) : 0;

	*dropped = r->dropped[RECORDING_FAULT];
	r->writer = NULL;
	key_map__clear(&r->stacks);
	return err;
}

void recorder__count_losses(const struct format *format, struct run_end *end)
{
	const struct recorder *r = (const struct recorder *)format;

	end->faults -= r->missing.faults;
	end->major -= r->missing.major;
	end->minor -= r->missing.minor;
	end->errors -= r->missing.errors;
	end->latency_ns -= r->missing.latency_ns;
	end->lost_file += r->lost;
}

unsigned long long recorder__lost(const struct format *format)
{
	return ((const struct recorder *)format)->lost;
}

int recorder__error(const struct format *format)
{
	const struct recorder *r = (const struct recorder *)format;

	return r->error == -EAGAIN ? 0 : r->error;
}
