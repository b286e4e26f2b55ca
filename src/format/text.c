/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <string.h>

#include "columns.h"
#include "fields.h"
#include "formats.h"

#define WIDTH_LATENCY 17 /* of kind and latency together */

static void add_time(struct format *f, const struct fault *fault)
{
	text_add_time(f, fault->throttled ? fault->throttled->began_ns : fault->rec->h.time_ns);
}

static void add_pid(struct format *f, const struct fault *fault)
{
	buf__add_u64(f->out, fault->rec->pid);
}

static void add_tid(struct format *f, const struct fault *fault)
{
	buf__add_u64(f->out, fault->rec->tid);
}

static void add_cpu(struct format *f, const struct fault *fault)
{
	buf__add_u64(f->out, fault->rec->h.cpu);
}

/* The latency in microseconds with 0 to 2 digits after the point. */
static void add_rounded_latency(struct buf *out, uint64_t latency_ns, unsigned int digits)
{
	uint64_t step = digits == 2 ? 10 : digits == 1 ? 100 : 1000;

	buf__add_fixed(out, latency_ns / step + (latency_ns % step >= step / 2), digits);
}

static void add_latency(struct buf *out, uint64_t latency_ns)
{
	if (latency_ns == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		add_rounded_latency(out, latency_ns, 2);
}

/* The latency with as many digits after the point as fit the field, which began at start. */
static void add_fitting_latency(struct buf *out, uint64_t latency_ns, size_t start)
{
	size_t latency = out->len;
	unsigned int digits = 2;

	add_latency(out, latency_ns);
	while (latency_ns != FT_UNKNOWN64 && out->len - start > WIDTH_LATENCY && digits) {
		out->len = latency;
		add_rounded_latency(out, latency_ns, --digits);
	}
}

/* Kind to the left and latency to the right of one field. */
static void add_kind_and_latency(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	size_t start = out->len;
	size_t kind;

	if (fault->throttled)
		buf__adds(out, "throttled");
	else
		text_add_kind(f, fault);
	buf__addc(out, ' ');
	kind = out->len - start;
	if (fault->throttled)
		add_latency(out, fault->throttled->ns);
	else if (fault->rec->order || fault->rec->thp == FT_THP_FELL_BACK)
		add_fitting_latency(out, fault->rec->latency_ns, start);
	else
		add_latency(out, fault->rec->latency_ns);
	buf__right_align(out, start + kind, kind < WIDTH_LATENCY ? WIDTH_LATENCY - kind : 0);
}

static void add_cause(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;

	if (fault->causes && !fault->throttled)
		buf__adds(out, cause_names[ft_dominant_cause(fault->causes->ns)]);
	else
		buf__addc(out, '-');
}

/* " io=182.11us cpu=2.30us": all parts that are known and not 0. */
static void add_parts(struct buf *out, const struct ft_causes *causes)
{
	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		if (!causes->ns[cause] || causes->ns[cause] == FT_UNKNOWN64)
			continue;
		buf__addc(out, ' ');
		buf__adds(out, cause_names[cause]);
		buf__addc(out, '=');
		add_latency(out, causes->ns[cause]);
		buf__adds(out, "us");
	}
}

/* "r" from user mode, "w/k" from the kernel, "w/g" from get_user_pages. */
static void add_access(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	static const char letters[FT_ACCESS_COUNT] = {
		[FT_ACCESS_READ] = 'r',
		[FT_ACCESS_WRITE] = 'w',
		[FT_ACCESS_EXEC] = 'x',
	};
	const struct ft_fault *rec = fault->rec;

	buf__addc(out, rec->access < FT_ACCESS_COUNT ? letters[rec->access] : '?');
	if (rec->origin == FT_ORIGIN_KERNEL)
		buf__adds(out, "/k");
	else if (rec->origin == FT_ORIGIN_GUP)
		buf__adds(out, "/g");
}

static void add_ip(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;

	if (fault->rec->origin == FT_ORIGIN_GUP)
		buf__addc(out, '-');
	else
		buf__add_hex(out, fault->rec->ip);
}

static void add_function(struct format *f, const struct fault *fault)
{
	text_add_symbol(f->out, fault->symbol);
}

static void add_data(struct format *f, const struct fault *fault)
{
	text_add_symbol(f->out, fault->data_symbol);
}

static void add_range(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;

	if (fault->rec->vma.facts & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma.start);
	buf__addc(out, '-');
	if (fault->rec->vma.facts & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma.end);
}

struct heading {
	const char *title;
	unsigned int width;
};

/* What a narrow terminal leaves out, in this order, until WHERE has enough room. */
enum spare {
	SPARE_NONE,
	SPARE_PERMS,
	SPARE_COMM_END,
	SPARE_COMM,
	SPARE_ADDR,
	SPARE_TIME,
	SPARE_PID,
	SPARE_MAX = SPARE_PID
};

/* All columns but WHERE, which comes last and takes the rest of the line. */
static const struct column {
	struct heading heading; /* TIME's: see time_headings */
	enum { ALWAYS, IF_WIDE, IF_CAUSE } shown;
	void (*add)(struct format *f, const struct fault *fault);
	enum spare spare; /* from which on it is left out; SPARE_NONE: never */
} columns[] = {
	{ { NULL, 0 }, ALWAYS, add_time, SPARE_TIME },
	{ { "PID", 7 }, ALWAYS, add_pid, SPARE_PID },
	{ { "TID", 7 }, IF_WIDE, add_tid, SPARE_NONE },
	{ { "CPU", 3 }, IF_WIDE, add_cpu, SPARE_NONE },
	{ { "COMM", TEXT_WIDTH_COMM }, ALWAYS, text_add_comm, SPARE_COMM },
	{ { "KIND      LAT(us)", WIDTH_LATENCY }, ALWAYS, add_kind_and_latency, SPARE_NONE },
	{ { "CAUSE", 7 }, IF_CAUSE, add_cause, SPARE_NONE },
	{ { "ADDR", 12 }, ALWAYS, text_add_addr, SPARE_ADDR },
	{ { "ACC", 3 }, IF_WIDE, add_access, SPARE_NONE },
	{ { "IP", 16 }, IF_WIDE, add_ip, SPARE_NONE },
	{ { "VMA", 25 }, IF_WIDE, add_range, SPARE_NONE },
	{ { "FUNCTION", 40 }, IF_WIDE, add_function, SPARE_NONE },
	{ { "DATA", 28 }, IF_WIDE, add_data, SPARE_NONE },
	{ { NULL, 0 }, ALWAYS, NULL, SPARE_NONE },
};

static const struct heading time_headings[] = {
	[TIMESTAMP_REL] = { "TIME(s)", 10 },
	[TIMESTAMP_MONO] = { "TIME(s)", 14 },
	[TIMESTAMP_WALL] = { "TIME", 15 },
};

#define WHERE_ENOUGH	 20 /* columns: "ld-linux-x..+0x34110" */
#define WIDTH_COMM_SHORT 8
#define WIDTH_PERMS	 strlen(" rwxp")
#define WIDTH_RESIDENCY	 strlen(" 42% +925p")

static const struct heading *heading_of(const struct column *column, const struct run_start *run,
					enum spare spare)
{
	static const struct heading short_comm = { "COMM", WIDTH_COMM_SHORT };

	if (column->add == text_add_comm && spare >= SPARE_COMM_END)
		return &short_comm;
	return column->add == add_time ? &time_headings[run->timestamp] : &column->heading;
}

static bool is_shown(const struct column *column, const struct run_start *run, enum spare spare)
{
	if (column->spare && spare >= column->spare)
		return false;
	return column->shown == ALWAYS || (column->shown == IF_WIDE && run->wide) ||
	       (column->shown == IF_CAUSE && run->cause);
}

/* The next column that this run shows; after NULL the first one, after the last one NULL. */
static const struct column *next_column(const struct column *column, const struct run_start *run,
					enum spare spare)
{
	column = column ? column + 1 : columns;
	while (column->add && !is_shown(column, run, spare))
		column++;
	return column->add ? column : NULL;
}

/* The columns that are left for the mapping and the offset. */
static size_t room_for_where(const struct run_start *run, enum spare spare)
{
	const struct column *column = NULL;
	size_t used =
		(spare < SPARE_PERMS ? WIDTH_PERMS : 0) + (run->residency ? WIDTH_RESIDENCY : 0);

	while ((column = next_column(column, run, spare)))
		used += heading_of(column, run, spare)->width + 1;
	return run->columns > used ? run->columns - used : 0;
}

/* What lines leave out: the same for all lines of a width. */
static enum spare spare_of(const struct run_start *run)
{
	enum spare spare = SPARE_NONE;

	while (is_cut(run) && spare < SPARE_MAX && room_for_where(run, spare) < WHERE_ENOUGH)
		spare++;
	return spare;
}

/*
 * Fills the column that began at start, and the space that follows it. A value that is longer than
 * its column takes from the padding of the next ones; over: by how much they begin too far right.
 */
static void end_column(struct buf *out, const struct heading *heading, size_t start, size_t *over)
{
	size_t width = heading->width > *over ? heading->width - *over : 0;
	size_t used = buf__columns(out, start);

	buf__pad_to(out, start, (unsigned int)width);
	buf__addc(out, ' ');
	*over += (used > width ? used : width);
	*over = *over > heading->width ? *over - heading->width : 0;
}

static void text_start(struct format *f)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	enum spare spare = spare_of(run);
	const struct column *column = NULL;
	size_t line = out->len, over = 0;

	if (run->quiet || strcmp(run->command, "trace") != 0)
		return;
	while ((column = next_column(column, run, spare))) {
		const struct heading *heading = heading_of(column, run, spare);
		size_t start = out->len;

		buf__adds(out, heading->title);
		end_column(out, heading, start, &over);
	}
	buf__adds(out, "WHERE");
	end_line(out, run, line, true);
}

static void add_fault_color(struct buf *out, const struct fault *fault, size_t start, size_t end)
{
	if (end > out->len)
		return;
	if (fault->verdict.kind == FT_KIND_ERROR)
		add_color(out, start, end, COLOR_BOLD_RED);
	else if (fault->rec->major == 1)
		add_color(out, start, end, COLOR_RED);
}

static void text_fault(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	enum spare spare = spare_of(run);
	const struct column *column = NULL;
	size_t line = out->len;
	size_t kind = 0, kind_end = 0, over = 0;

	while ((column = next_column(column, run, spare))) {
		size_t start = out->len;

		column->add(f, fault);
		if (column->add == text_add_comm && spare)
			out->len = skip_columns(out, start, heading_of(column, run, spare)->width);
		if (column->add == add_kind_and_latency) {
			kind = start;
			kind_end = out->len;
		}
		end_column(out, heading_of(column, run, spare), start, &over);
	}
	text_add_where(out, run, fault, line, spare < SPARE_PERMS);
	if (run->wide && fault->causes && !fault->throttled)
		add_parts(out, fault->causes);
	cut_line(out, run, line);
	if (run->color)
		add_fault_color(out, fault, kind, kind_end);
	buf__addc(out, '\n');
	if (fault->stack)
		text_add_stack(out, run, fault->stack);
}

const struct format_ops text_format = {
	.name = "text",
	.size = sizeof(struct text_format),
	.start = text_start,
	.fault = text_fault,
	/* The line of the fault, with "throttled" and its duration for kind and latency. */
	.throttled = text_fault,
	.hist = text_hist,
	.top = text_top,
	.map = &text_map,
	.account = &text_account,
};
