/* SPDX-License-Identifier: GPL-2.0-only */
#include "recorder.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "../base/log.h"
#include "../faults/run_totals.h"
#include "segment.h"
#include "write_map.h"

/* A segment can be read alone: old ones can be dropped, and what follows damage has all names. */
#define SEGMENT_BYTES (64u << 20)

/* How often, and after which pause, the end is written again if the disk is slow: for ten seconds. */
#define END_TRIES    1000
#define END_PAUSE_NS 10000000

struct recorder {
	struct format f;
	struct segment segment;
	struct recorder_options opts;
	bool begins_segment; /* the rows that each segment begins with are not there yet */
	/* By table: rows that the writer took, and could not write since the file had failed. */
	uint64_t dropped[RECORDING_TABLES];
	struct run_end missing;	 /* totals of the faults that the writer did not take */
	unsigned long long lost; /* how many faults these are, weighted */
	struct loss_row losses;	 /* all that were written */
	uint64_t now_ns;	 /* of the last event */
	uint64_t file_ends_ns;	 /* 0: not at a time */
	uint64_t faults;	 /* that were written, weighted */
	uint32_t nr_maps;	 /* memory maps that were written */
	bool is_ended;		 /* the end was shown */
};

/* ---- What each segment begins with --------------------------------------------------------------- */

static void begin_segment(void *ctx)
{
	struct recorder *r = ctx;

	r->begins_segment = true;
	segment__begin(&r->segment);
}

/* Whoever has only this segment, and those before it, has a run that ends here. */
static void end_segment(void *ctx)
{
	struct recorder *r = ctx;
	struct run_end end;

	if (!r->opts.so_far)
		return;
	end = r->opts.so_far(r->opts.ctx);
	recorder__count_losses(&r->f, &end);
	segment__row(&r->segment, RECORDING_END, &end);
	if (r->segment.error == -EAGAIN)
		r->segment.error = 0;
}

static void add_settings(struct recorder *r)
{
	for (size_t i = 0; i < r->opts.nr_settings; i++) {
		const struct recording_setting *setting = &r->opts.settings[i];
		struct setting_row row = {
			.name = segment__string(&r->segment, setting->name),
			.value = segment__string(&r->segment, setting->value),
		};

		segment__row(&r->segment, RECORDING_SETTING, &row);
	}
}

static void add_start(struct recorder *r)
{
	const struct run_start *run = r->f.run;
	const struct source_info *info = &r->opts.info;
	struct segment *segment = &r->segment;
	struct start_row start = {
		.time_ns = run->time_ns,
		.wall_ns = run->wall_ns,
		.version = segment__string(segment, run->version),
		.plan = segment__string(segment, run->plan),
		.kernel = segment__string(segment, run->kernel),
		.arch = segment__string(segment, run->arch),
		.target = segment__string(segment, run->target),
		.target_text = segment__string(segment, run->target_text),
		.page_size = run->page_size,
		.sees_gup = run->sees_gup,
		.cause = run->cause,
		.residency = run->residency,
		.wide = run->wide,
		.stacks = r->opts.stacks,
		.command_line = segment__string(segment, r->opts.command_line),
		.sees_lookup = info->sees_lookup,
		.sees_throttling = info->sees_throttling,
		.sees_pages = info->sees_pages,
		.uids = r->opts.uids,
		.segment_ns = r->now_ns,
		.faults_before = r->faults,
		.is_dump = r->opts.keep != NULL,
	};

	segment__row(segment, RECORDING_START, &start);
	for (size_t i = 0; i < run->nr_target_ids; i++) {
		struct target_row target = { .id = (uint32_t)run->target_ids[i] };

		segment__row(segment, RECORDING_TARGET, &target);
	}
	add_settings(r);
	if (!segment->error)
		r->begins_segment = false;
}

static void end_file_in_time(struct recorder *r)
{
	uint64_t length = r->opts.file_ns;

	if (!r->file_ends_ns || r->now_ns < r->file_ends_ns)
		return;
	capture_writer__begin_file(r->segment.writer);
	r->file_ends_ns += ((r->now_ns - r->file_ends_ns) / length + 1) * length;
}

/* Before the strings and rows of one fault, of losses or of the end. */
static void begin(struct recorder *r, uint64_t now_ns)
{
	struct segment *segment = &r->segment;

	r->now_ns = now_ns;
	end_file_in_time(r);
	if (segment->error == -EAGAIN)
		segment->error = 0;
	if (!segment->error)
		segment->error = capture_writer__begin(segment->writer);
	if (!segment->error && r->begins_segment)
		add_start(r);
}

/* ---- Faults -------------------------------------------------------------------------------------- */

static struct symbol_fields add_symbol(struct segment *segment, const struct fault_symbol *symbol)
{
	if (!symbol)
		return (struct symbol_fields) { 0 };
	return (struct symbol_fields) {
		.offset = symbol->offset,
		.name = segment__string(segment, symbol->name),
		.module = segment__string(segment, symbol->module),
	};
}

static void add_fault(struct recorder *r, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;
	struct segment *segment = &r->segment;
	struct fault_row row = {
		.rec = *rec,
		.is_throttled = fault->throttled != NULL,
		.has_causes = fault->causes != NULL,
		.has_cached = fault->has_cached,
		.cached = (uint8_t)fault->cached,
		.has_read_pages = fault->has_read_pages,
	};

	begin(r, rec->h.time_ns);
	if (fault->causes)
		row.causes = *fault->causes;
	if (fault->throttled)
		row.throttled = *fault->throttled;
	row.thread = segment__thread(segment, rec);
	row.mapping = segment__mapping(segment, &rec->vma, fault->name);
	row.symbol = add_symbol(segment, fault->symbol);
	row.data_symbol = add_symbol(segment, fault->data_symbol);
	row.made_code = segment__string(segment, fault->made_code);
	row.source = segment__string(segment, fault->source);
	row.line = fault->line;
	if (fault->stack)
		row.stack = segment__stack(segment, fault->stack);
	segment__row(segment, RECORDING_FAULT, &row);
	if (fault->throttled)
		return;
	if (!segment->error) {
		r->faults += rec->weight;
	} else {
		r->lost += rec->weight;
		run_end__add_fault(&r->missing, rec, fault->verdict.kind,
				   rec->outcome == FT_OUTCOME_RESOLVED);
	}
}

static void capture_fault(struct format *f, const struct fault *fault)
{
	struct recorder *r = (struct recorder *)f;

	add_fault(r, fault);
	if (r->opts.tee && !r->segment.error)
		format__show(r->opts.tee, fault, fault);
	if (r->opts.seen)
		r->opts.seen(r->opts.ctx, fault);
}

static void capture_throttled(struct format *f, const struct fault *fault)
{
	struct recorder *r = (struct recorder *)f;

	add_fault(r, fault);
	if (r->opts.tee && !r->segment.error)
		format__show(r->opts.tee, throttled, fault);
}

/* Before the i-th try to write something of the end. False: no more of them. */
static bool tries_again(const struct recorder *r, int i)
{
	const struct timespec pause = { .tv_nsec = END_PAUSE_NS };

	if (!i)
		return true;
	if (r->segment.error != -EAGAIN || i == END_TRIES)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

static void capture_end(struct format *f, const struct run_end *end)
{
	struct recorder *r = (struct recorder *)f;

	if (r->opts.tee)
		format__show(r->opts.tee, end, end);
	for (int i = 0; tries_again(r, i); i++) {
		begin(r, r->now_ns);
		segment__row(&r->segment, RECORDING_END, end);
	}
	r->is_ended = true;
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
		.output = { opts->fd, opts->files, opts->keep, opts->bytes },
		.name = opts->name,
		.schema = recording_schema(),
		.dropped = r->dropped,
		.segment_bytes = opts->segment_bytes ? opts->segment_bytes : SEGMENT_BYTES,
		.begin_segment = begin_segment,
		.end_segment = end_segment,
		.ctx = r,
	};
	int err = capture_writer__open(&writer, &r->segment.writer);

	if (err) {
		log_error("cannot begin a capture: %s", strerror(-err));
		return err;
	}
	r->opts = *opts;
	r->segment.known_cgroups = opts->cgroups;
	r->now_ns = r->f.run->time_ns;
	r->file_ends_ns = opts->file_ns ? r->now_ns + opts->file_ns : 0;
	segment__begin(&r->segment);
	if (opts->tee)
		format__show(opts->tee, start);
	r->begins_segment = true;
	return 0;
}

void recorder__map(struct format *format, const struct memory_map *map)
{
	struct recorder *r = (struct recorder *)format;
	size_t next = 0;

	r->nr_maps++;
	for (size_t i = 0; i < map->nr_rows; i++) {
		begin(r, map->end_ns);
		write_map__row(&r->segment, r->nr_maps, &map->rows[i],
			       map_spans(&map->spans, next));
		next += map->rows[i].nr_spans;
	}
	begin(r, map->end_ns);
	write_map__end(&r->segment, r->nr_maps, map);
}

void recorder__flush(struct format *format)
{
	struct recorder *r = (struct recorder *)format;

	if (!recorder__error(format))
		r->segment.error = capture_writer__flush(r->segment.writer);
}

int recorder__dump(struct format *format, uint64_t now_ns)
{
	struct recorder *r = (struct recorder *)format;

	if (!r->is_ended) {
		begin(r, now_ns);
		end_segment(r);
		if (!r->segment.error)
			r->segment.error = capture_writer__dump(r->segment.writer);
		return r->segment.error;
	}
	for (int i = 0; tries_again(r, i); i++)
		r->segment.error = capture_writer__dump(r->segment.writer);
	return r->segment.error;
}

/* What is lost without an explanation is estimated while threads run, and can become less again. */
static uint64_t grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

void recorder__tell_losses(struct format *format, uint64_t now_ns, const struct run_end *so_far)
{
	struct recorder *r = (struct recorder *)format;
	const struct loss_row *told = &r->losses;
	struct loss_row row = {
		.since_ns = told->time_ns ? told->time_ns : r->f.run->time_ns,
		.time_ns = now_ns,
		.ring = so_far->lost_ring - told->ring,
		.storage = so_far->lost_storage - told->storage,
		.unpaired = so_far->lost_unpaired - told->unpaired,
		.unexplained = grown(told->unexplained, so_far->lost_unexplained),
		.file = r->lost - told->file,
	};

	if (loss_row__sum(&row)) {
		begin(r, now_ns);
		segment__row(&r->segment, RECORDING_LOSS, &row);
		if (r->segment.error)
			return;
	}
	r->losses.time_ns = now_ns;
	r->losses.ring += row.ring;
	r->losses.storage += row.storage;
	r->losses.unpaired += row.unpaired;
	r->losses.unexplained += row.unexplained;
	r->losses.file += row.file;
}

int recorder__close(struct format *format, unsigned long long *dropped)
{
	struct recorder *r = (struct recorder *)format;
	int err = r->segment.writer ? capture_writer__end(r->segment.writer) : 0;

	*dropped = r->dropped[RECORDING_FAULT];
	r->segment.writer = NULL;
	segment__begin(&r->segment);
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

	return r->segment.error == -EAGAIN ? 0 : r->segment.error;
}
