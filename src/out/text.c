/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <time.h>

#include "columns.h"
#include "fields.h"
#include "sinks.h"

#define WIDTH_COMM    12
#define WIDTH_LATENCY 17 /* with the kind */
#define NAME_MIN      6	 /* a name keeps so many columns on any terminal */

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* localtime() is slow and changes once a second. */
static void add_clock(struct buf *out, time_t second)
{
	static time_t known = -1;
	static char text[sizeof("HH:MM:SS")];

	if (second != known) {
		struct tm tm;

		known = second;
		if (!localtime_r(&second, &tm) || !strftime(text, sizeof(text), "%T", &tm))
			memcpy(text, "??:??:??", sizeof(text));
	}
	buf__add(out, text, sizeof(text) - 1);
}

static void add_wall_time(struct buf *out, uint64_t wall_us)
{
	add_clock(out, (time_t)(wall_us / 1000000));
	buf__addc(out, '.');
	buf__add_padded(out, wall_us % 1000000, 6);
}

void text_add_time(struct buf *out, const struct run_start *run, uint64_t time_ns)
{
	switch (run->timestamp) {
	case TIMESTAMP_WALL:
		add_wall_time(out, (run->wall_ns + (time_ns - run->time_ns)) / 1000);
		break;
	case TIMESTAMP_MONO: buf__add_fixed(out, time_ns / 1000, 6); break;
	case TIMESTAMP_REL:
		if (time_ns < run->time_ns)
			buf__addc(out, '-');
		buf__add_fixed(out, distance(time_ns, run->time_ns) / 1000, 6);
	}
}

static void add_time(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	text_add_time(out, run,
		      fault->throttled ? fault->throttled->began_ns : fault->rec->h.time_ns);
}

static void add_pid(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	buf__add_u64(out, fault->rec->pid);
}

static void add_tid(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	buf__add_u64(out, fault->rec->tid);
}

static void add_cpu(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	buf__add_u64(out, fault->rec->h.cpu);
}

void text_add_comm(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	struct comm comm = comm_of(fault->rec);
	size_t start = out->len;

	buf__add_text(out, comm.text);
	if (is_cut(run))
		out->len = skip_columns(out, start, WIDTH_COMM);
}

/* "SEGV", "BUS", "OOM": the column is narrow. */
static void add_signal(struct buf *out, const struct ft_fault *rec)
{
	const char *name = signal_name(rec);

	if (!name)
		return;
	if (strncmp(name, SIGNAL_PREFIX, strlen(SIGNAL_PREFIX)) == 0)
		name += strlen(SIGNAL_PREFIX);
	buf__addc(out, ' ');
	buf__adds(out, name);
}

void text_add_order(struct buf *out, const struct run_start *run, uint64_t order)
{
	const char *unit = "KMGTPE";
	uint64_t kilobytes = (run->page_size / 1024ULL) << (order & 31);

	for (; kilobytes >= 1024 && unit[1]; kilobytes /= 1024)
		unit++;
	buf__add_u64(out, kilobytes);
	buf__addc(out, *unit);
}

void text_add_kind(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	buf__adds(out, kind_names[fault->verdict.kind]);
	if (fault->verdict.cow_from) {
		buf__addc(out, ':');
		buf__adds(out, cow_from_names[fault->verdict.cow_from]);
	}
	if (fault->verdict.kind == FT_KIND_ERROR)
		add_signal(out, rec);
	if (rec->order) {
		buf__addc(out, ' ');
		text_add_order(out, run, rec->order);
	}
	if (rec->major == 1)
		buf__adds(out, " M");
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

/* The latency with as many digits after the point as the field, which began at start, has room for. */
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
static void add_kind_and_latency(struct buf *out, const struct run_start *run,
				 const struct fault *fault)
{
	size_t start = out->len;
	size_t kind;

	if (fault->throttled)
		buf__adds(out, "throttled");
	else
		text_add_kind(out, run, fault);
	buf__addc(out, ' ');
	kind = out->len - start;
	if (fault->throttled)
		add_latency(out, fault->throttled->ns);
	else if (fault->rec->order)
		add_fitting_latency(out, fault->rec->latency_ns, start);
	else
		add_latency(out, fault->rec->latency_ns);
	buf__right_align(out, start + kind, kind < WIDTH_LATENCY ? WIDTH_LATENCY - kind : 0);
}

static void add_cause(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	if (fault->causes && !fault->throttled)
		buf__adds(out, cause_names[ft_dominant_cause(fault->causes->ns)]);
	else
		buf__addc(out, '-');
}

/* " io=182.11us cpu=2.30us": all that is not nothing. */
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

static void add_addr(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	buf__add_hex(out, fault->rec->addr);
}

/* "r", or "w/k" and "w/g" when it was not an instruction in user mode. */
static void add_access(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	static const char letters[FT_ACCESS_COUNT] = {
		[FT_ACCESS_READ] = 'r',
		[FT_ACCESS_WRITE] = 'w',
		[FT_ACCESS_EXEC] = 'x',
	};
	const struct ft_fault *rec = fault->rec;

	(void)run;
	buf__addc(out, rec->access < FT_ACCESS_COUNT ? letters[rec->access] : '?');
	if (rec->origin == FT_ORIGIN_KERNEL)
		buf__adds(out, "/k");
	else if (rec->origin == FT_ORIGIN_GUP)
		buf__adds(out, "/g");
}

static void add_ip(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	if (fault->rec->origin == FT_ORIGIN_GUP)
		buf__addc(out, '-');
	else
		buf__add_hex(out, fault->rec->ip);
}

/* "read_table+0x1f (db)"; without a name "db+0x1a2f". */
static void add_symbol(struct buf *out, const struct fault_symbol *symbol)
{
	const char *module;

	if (!symbol) {
		buf__addc(out, '-');
		return;
	}
	module = last_part(symbol->module);
	buf__add_text(out, *symbol->name ? symbol->name : module);
	buf__adds(out, "+0x");
	buf__add_hex(out, symbol->offset);
	if (!*symbol->name)
		return;
	buf__adds(out, " (");
	buf__add_text(out, module);
	buf__addc(out, ')');
}

static void add_function(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	add_symbol(out, fault->symbol);
}

static void add_data(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	add_symbol(out, fault->data_symbol);
}

static void add_range(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	if (fault->rec->vma & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma_start);
	buf__addc(out, '-');
	if (fault->rec->vma & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma_end);
}

void text_add_name(struct buf *out, const char *name, bool wide)
{
	if (*name)
		buf__add_text(out, wide ? name : last_part(name));
	else
		buf__adds(out, "[anon]");
}

/* In the file, or in the mapping. */
static void add_offset(struct buf *out, const struct ft_fault *rec)
{
	buf__adds(out, "+0x");
	buf__add_hex(out, fault_is_file(rec) ? fault_file_offset(rec) : rec->addr - rec->vma_start);
}

/* What is rare: an outcome that the kind does not tell, a weight; and what was asked for. */
static void add_remarks(struct buf *out, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	if (rec->outcome != FT_OUTCOME_RESOLVED && rec->outcome != FT_OUTCOME_FAILED &&
	    rec->outcome < FT_OUTCOME_COUNT) {
		buf__addc(out, ' ');
		buf__adds(out, outcome_names[rec->outcome]);
	}
	if (rec->weight != 1) {
		buf__adds(out, " x");
		buf__add_u64(out, rec->weight);
	}
	if (fault->has_cached)
		buf__addf(out, " %u%%", fault->cached);
	if (fault->has_read_pages && fault->read_pages)
		buf__addf(out, " +%up", fault->read_pages);
}

void text_fit_name(struct buf *out, size_t line, size_t where, size_t name_end, size_t width,
		   shorten_fn *shorten)
{
	size_t used = buf__columns(out, line);
	size_t name = buf__columns(out, where) - buf__columns(out, name_end);
	size_t over = used > width ? used - width : 0;

	if (over)
		shorten(out, where, name_end, name > over + NAME_MIN ? name - over : NAME_MIN);
}

void text_add_where(struct buf *out, const struct run_start *run, const struct fault *fault,
		    size_t line, bool has_perms)
{
	const struct ft_fault *rec = fault->rec;
	size_t where = out->len;
	size_t name_end;

	if (!(rec->vma & FT_VMA_COVERS)) {
		buf__addc(out, rec->vma & FT_VMA_KNOWN ? '-' : '?');
		add_remarks(out, fault);
		return;
	}
	text_add_name(out, fault->name, run->wide);
	name_end = out->len;
	add_offset(out, rec);
	if (has_perms) {
		buf__addc(out, ' ');
		add_perms(out, rec);
	}
	add_remarks(out, fault);
	if (is_cut(run))
		text_fit_name(out, line, where, name_end, run->columns, shorten_name);
}

struct heading {
	const char *title;
	unsigned int width;
};

/* All but WHERE, which comes last and takes the rest of the line. */
static const struct column {
	struct heading heading; /* TIME's: see time_headings */
	enum { ALWAYS, IF_WIDE, IF_CAUSE } shown;
	void (*add)(struct buf *out, const struct run_start *run, const struct fault *fault);
} columns[] = {
	{ { NULL, 0 }, ALWAYS, add_time },
	{ { "PID", 7 }, ALWAYS, add_pid },
	{ { "TID", 7 }, IF_WIDE, add_tid },
	{ { "CPU", 3 }, IF_WIDE, add_cpu },
	{ { "COMM", WIDTH_COMM }, ALWAYS, text_add_comm },
	{ { "KIND      LAT(us)", WIDTH_LATENCY }, ALWAYS, add_kind_and_latency },
	{ { "CAUSE", 7 }, IF_CAUSE, add_cause },
	{ { "ADDR", 12 }, ALWAYS, add_addr },
	{ { "ACC", 3 }, IF_WIDE, add_access },
	{ { "IP", 16 }, IF_WIDE, add_ip },
	{ { "VMA", 25 }, IF_WIDE, add_range },
	{ { "FUNCTION", 40 }, IF_WIDE, add_function },
	{ { "DATA", 28 }, IF_WIDE, add_data },
	{ { NULL, 0 }, ALWAYS, NULL },
};

static const struct heading time_headings[] = {
	[TIMESTAMP_REL] = { "TIME(s)", 10 },
	[TIMESTAMP_MONO] = { "TIME(s)", 14 },
	[TIMESTAMP_WALL] = { "TIME", 15 },
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
	if ((column->add == text_add_comm && spare >= SPARE_COMM) ||
	    (column->add == add_addr && spare >= SPARE_ADDR) ||
	    (column->add == add_time && spare >= SPARE_TIME) ||
	    (column->add == add_pid && spare >= SPARE_PID))
		return false;
	return column->shown == ALWAYS || (column->shown == IF_WIDE && run->wide) ||
	       (column->shown == IF_CAUSE && run->cause);
}

/* The next one of this run after column; NULL to begin, NULL at the end. */
static const struct column *next_column(const struct column *column, const struct run_start *run,
					enum spare spare)
{
	column = column ? column + 1 : columns;
	while (column->add && !is_shown(column, run, spare))
		column++;
	return column->add ? column : NULL;
}

/* For the mapping and the offset. */
static size_t room_for_where(const struct run_start *run, enum spare spare)
{
	const struct column *column = NULL;
	size_t used =
		(spare < SPARE_PERMS ? WIDTH_PERMS : 0) + (run->residency ? WIDTH_RESIDENCY : 0);

	while ((column = next_column(column, run, spare)))
		used += heading_of(column, run, spare)->width + 1;
	return run->columns > used ? run->columns - used : 0;
}

/* The same for all lines of this width. */
static enum spare spare_of(const struct run_start *run)
{
	enum spare spare = SPARE_NONE;

	while (is_cut(run) && spare < SPARE_MAX && room_for_where(run, spare) < WHERE_ENOUGH)
		spare++;
	return spare;
}

/*
 * Fills the column that began at start, and the space that follows it. A value that is longer than
 * its column takes from the padding of the next ones; over: how far they begin too far to the right.
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

static void text_start(struct buf *out, const struct run_start *run)
{
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

static void add_source(struct buf *out, const struct stack_frame *frame)
{
	if (!frame->line)
		return;
	buf__addc(out, ' ');
	buf__add_text(out, *frame->source ? frame->source : "?");
	buf__addc(out, ':');
	buf__add_u64(out, frame->line);
}

/* "read_table+0x1f (db)", "copy (inlined)", "db+0x1a2f" */
static void add_place(struct buf *out, const struct stack_frame *frame)
{
	const struct fault_symbol symbol = { frame->function, frame->offset, frame->module };

	if (frame->is_inlined) {
		buf__add_text(out, frame->function);
		buf__adds(out, " (inlined)");
	} else if (*frame->function || *frame->module) {
		add_symbol(out, &symbol);
	} else {
		buf__adds(out, STACK_UNKNOWN);
	}
}

#define STACK_INDENT   17 /* as perf script has it */
#define STACK_FUNCTION 24 /* columns that a function should have; else lines are indented less */

/* How far lines of a stack are indented: the same for all lines of a terminal. */
static int stack_indent(const struct run_start *run)
{
	size_t others = STACK_INDENT + strlen("7f6f6f9b5b78 ");

	return is_cut(run) && run->columns < others + STACK_FUNCTION ? 2 : STACK_INDENT;
}

static void add_frame(struct buf *out, const struct run_start *run, const struct stack_frame *frame)
{
	size_t line = out->len, place;

	buf__addf(out, "%*s", stack_indent(run), "");
	buf__add_hex(out, frame->ip);
	buf__addc(out, ' ');
	place = out->len;
	add_place(out, frame);
	if (run->wide)
		add_source(out, frame);
	if (is_cut(run))
		text_fit_name(out, line, place, out->len, run->columns, shorten_function);
	cut_line(out, run, line);
	buf__addc(out, '\n');
}

/* As perf script shows it: one frame a line, the leaf first, an empty line behind. */
static void add_stack(struct buf *out, const struct run_start *run, const struct stack *stack)
{
	for (size_t i = 0; i < stack->nr; i++)
		add_frame(out, run, &stack->frames[i]);
	if (stack->is_cut) {
		size_t line = out->len;

		buf__addf(out, "%*s" STACK_CUT, stack_indent(run), "");
		end_line(out, run, line, false);
	}
	buf__addc(out, '\n');
}

static void text_fault(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	enum spare spare = spare_of(run);
	const struct column *column = NULL;
	size_t line = out->len;
	size_t kind = 0, kind_end = 0, over = 0;

	while ((column = next_column(column, run, spare))) {
		size_t start = out->len;

		column->add(out, run, fault);
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
		add_stack(out, run, fault->stack);
}

const struct sink_ops text_sink = {
	.name = "text",
	.help = "lines and tables, for people",
	.start = text_start,
	.fault = text_fault,
	/* A line as that of the fault, but for its kind and for how long. */
	.throttled = text_fault,
	.hist = text_hist,
	.top = text_top,
	.map = &text_map,
	.account = &text_account,
};
