/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <string.h>

#include "columns.h"
#include "fields.h"
#include "formats.h"

#define WIDTH_LATENCY 17 /* of kind and latency together */

/* Byte offsets of a part of the buffer. */
struct span {
	size_t start, end;
};

/* The line of a fault. */
struct line {
	struct format *f;
	const struct fault *fault;
	struct span *kind; /* set by add_kind_and_latency() */
};

static const struct fault *fault_of(const struct cell *cell)
{
	return ((const struct line *)cell->row)->fault;
}

static struct format *format_of(const struct cell *cell)
{
	return ((const struct line *)cell->row)->f;
}

static void add_time(struct buf *out, const struct cell *cell)
{
	const struct fault *fault = fault_of(cell);

	(void)out;
	text_add_time(format_of(cell),
		      fault->throttled ? fault->throttled->began_ns : fault->rec->h.time_ns);
}

static void add_pid(struct buf *out, const struct cell *cell)
{
	buf__add_u64(out, fault_of(cell)->rec->pid);
}

static void add_tid(struct buf *out, const struct cell *cell)
{
	buf__add_u64(out, fault_of(cell)->rec->tid);
}

static void add_cpu(struct buf *out, const struct cell *cell)
{
	buf__add_u64(out, fault_of(cell)->rec->h.cpu);
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
static void add_kind_and_latency(struct buf *out, const struct cell *cell)
{
	const struct fault *fault = fault_of(cell);
	size_t start = out->len;
	size_t kind;

	if (fault->throttled)
		buf__adds(out, "throttled");
	else
		text_add_kind(format_of(cell), fault);
	buf__addc(out, ' ');
	kind = out->len - start;
	if (fault->throttled)
		add_latency(out, fault->throttled->ns);
	else if (fault->rec->order || fault->rec->thp == FT_THP_FELL_BACK)
		add_fitting_latency(out, fault->rec->latency_ns, start);
	else
		add_latency(out, fault->rec->latency_ns);
	buf__right_align(out, start + kind, kind < WIDTH_LATENCY ? WIDTH_LATENCY - kind : 0);
	*((const struct line *)cell->row)->kind = (struct span) { start, out->len };
}

static void add_cause(struct buf *out, const struct cell *cell)
{
	const struct fault *fault = fault_of(cell);

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
static void add_access(struct buf *out, const struct cell *cell)
{
	static const char letters[FT_ACCESS_COUNT] = {
		[FT_ACCESS_READ] = 'r',
		[FT_ACCESS_WRITE] = 'w',
		[FT_ACCESS_EXEC] = 'x',
	};
	const struct ft_fault *rec = fault_of(cell)->rec;

	buf__addc(out, rec->access < FT_ACCESS_COUNT ? letters[rec->access] : '?');
	if (rec->origin == FT_ORIGIN_KERNEL)
		buf__adds(out, "/k");
	else if (rec->origin == FT_ORIGIN_GUP)
		buf__adds(out, "/g");
}

static void add_ip(struct buf *out, const struct cell *cell)
{
	const struct fault *fault = fault_of(cell);

	if (fault->rec->origin == FT_ORIGIN_GUP)
		buf__addc(out, '-');
	else
		buf__add_hex(out, fault->rec->ip);
}

static void add_function(struct buf *out, const struct cell *cell)
{
	text_add_symbol(out, fault_of(cell)->symbol);
}

static void add_data(struct buf *out, const struct cell *cell)
{
	text_add_symbol(out, fault_of(cell)->data_symbol);
}

static void add_range(struct buf *out, const struct cell *cell)
{
	const struct fault *fault = fault_of(cell);

	if (fault->rec->vma.facts & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma.start);
	buf__addc(out, '-');
	if (fault->rec->vma.facts & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma.end);
}

static void add_comm(struct buf *out, const struct cell *cell)
{
	size_t start = out->len;

	text_add_comm(format_of(cell), fault_of(cell));
	if (cell->width < TEXT_WIDTH_COMM)
		out->len = skip_columns(out, start, cell->width);
}

static void add_addr(struct buf *out, const struct cell *cell)
{
	(void)out;
	text_add_addr(format_of(cell), fault_of(cell));
}

/* What a narrow terminal leaves out, in this order, until WHERE has enough room. */
enum rank {
	RANK_PERMS = 1, /* of WHERE */
	RANK_COMM_END,
	RANK_COMM,
	RANK_ADDR,
	RANK_TIME,
	RANK_PID,
	RANK_MAX = RANK_PID
};

static bool is_timestamp(const struct table *table, const struct column *column)
{
	return table->run->timestamp == column->value;
}

static bool is_wide(const struct table *table, const struct column *column)
{
	(void)column;
	return table->run->wide;
}

static bool has_cause(const struct table *table, const struct column *column)
{
	(void)column;
	return table->run->cause;
}

static bool has_short_comm(const struct table *table, const struct column *column)
{
	(void)column;
	return table->left_out >= RANK_COMM_END;
}

/* All columns but WHERE, which comes last and takes the rest of the line. */
static const struct column columns[] = {
	{ "TIME(s)", 10, .rank = RANK_TIME, .value = TIMESTAMP_REL, .is_wanted = is_timestamp,
	  .add = add_time },
	{ "TIME(s)", 14, .rank = RANK_TIME, .value = TIMESTAMP_MONO, .is_wanted = is_timestamp,
	  .add = add_time },
	{ "TIME", 15, .rank = RANK_TIME, .value = TIMESTAMP_WALL, .is_wanted = is_timestamp,
	  .add = add_time },
	{ "PID", 7, .rank = RANK_PID, .add = add_pid },
	{ "TID", 7, .is_wanted = is_wide, .add = add_tid },
	{ "CPU", 3, .is_wanted = is_wide, .add = add_cpu },
	{ "COMM", TEXT_WIDTH_COMM, .rank = RANK_COMM_END, .add = add_comm },
	{ "COMM", 8, .rank = RANK_COMM, .is_wanted = has_short_comm, .add = add_comm },
	{ "KIND      LAT(us)", WIDTH_LATENCY, .add = add_kind_and_latency },
	{ "CAUSE", 7, .is_wanted = has_cause, .add = add_cause },
	{ "ADDR", 12, .rank = RANK_ADDR, .add = add_addr },
	{ "ACC", 3, .is_wanted = is_wide, .add = add_access },
	{ "IP", 16, .is_wanted = is_wide, .add = add_ip },
	{ "VMA", 25, .is_wanted = is_wide, .add = add_range },
	{ "FUNCTION", 40, .is_wanted = is_wide, .add = add_function },
	{ "DATA", 28, .is_wanted = is_wide, .add = add_data },
	{ NULL, 0, .add = NULL },
};

#define WHERE_ENOUGH	20 /* columns: "ld-linux-x..+0x34110" */
#define WIDTH_PERMS	strlen(" rwxp")
#define WIDTH_RESIDENCY strlen(" 42% +925p")

/* What lines show: the same for all lines of a width, so it is found out only once. */
static const struct table *lay_out(struct format *f)
{
	struct text_format *text = (struct text_format *)f;
	size_t where = WHERE_ENOUGH + (f->run->residency ? WIDTH_RESIDENCY : 0);

	if (text->lines.run && text->lines_columns == f->run->columns)
		return &text->lines;
	text->lines = (struct table) { .columns = columns, .run = f->run, .is_left = true };
	text->lines_columns = f->run->columns;
	table__fit(&text->lines, where + WIDTH_PERMS, RANK_PERMS);
	table__fit(&text->lines, where, RANK_MAX);
	return &text->lines;
}

static void text_start(struct format *f)
{
	size_t line = f->out->len;

	if (f->run->quiet || strcmp(f->run->command, "trace") != 0)
		return;
	table__add_titles(f->out, lay_out(f));
	buf__adds(f->out, "WHERE");
	end_line(f->out, f->run, line, true);
}

static void add_fault_color(struct buf *out, const struct fault *fault, const struct span *kind)
{
	if (kind->end > out->len)
		return;
	if (fault->verdict.kind == FT_KIND_ERROR)
		add_color(out, kind->start, kind->end, COLOR_BOLD_RED);
	else if (fault->rec->major == 1)
		add_color(out, kind->start, kind->end, COLOR_RED);
}

static void text_fault(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
	const struct table *table = lay_out(f);
	struct span kind = { 0 };
	size_t line = out->len;

	table__add_row(out, table, &(struct line) { f, fault, &kind });
	text_add_where(out, run, fault, line, table->left_out < RANK_PERMS);
	if (run->wide && fault->causes && !fault->throttled)
		add_parts(out, fault->causes);
	cut_line(out, run, line);
	if (run->color)
		add_fault_color(out, fault, &kind);
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
