/* SPDX-License-Identifier: GPL-2.0-only */
#include <time.h>

#include "fields.h"
#include "sinks.h"

#define WIDTH_COMM    12
#define WIDTH_LATENCY 17 /* with the kind */
#define NAME_MIN      6	 /* columns of a name: before it gets shorter, the permissions go */
#define PERMS_LEN     strlen(" rwxp")

#define COLOR_BOLD     "\033[1m"
#define COLOR_RED      "\033[31m"
#define COLOR_BOLD_RED "\033[1;31m"
#define COLOR_OFF      "\033[0m"

/* A wide line is never cut: it is asked for by those who want all of it. */
static bool is_cut(const struct run_start *run)
{
	return run->columns && !run->wide;
}

static void add_color(struct buf *out, size_t start, size_t end, const char *color)
{
	buf__insert(out, end, COLOR_OFF, strlen(COLOR_OFF));
	buf__insert(out, start, color, strlen(color));
}

/* The offset of the first byte after so many columns from start. */
static size_t skip_columns(const struct buf *out, size_t start, size_t columns)
{
	size_t i = start;

	while (i < out->len && columns) {
		i++;
		while (i < out->len && ((unsigned char)out->data[i] & 0xc0) == 0x80)
			i++;
		columns--;
	}
	return i;
}

/* A line on a terminal, not longer than that, and without spaces at its end. */
static void cut_line(struct buf *out, const struct run_start *run, size_t line)
{
	if (is_cut(run))
		out->len = skip_columns(out, line, run->columns);
	while (out->len > line && out->data[out->len - 1] == ' ')
		out->len--;
}

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

static void add_time(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	uint64_t time_ns = fault->rec->h.time_ns;

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

static void add_comm(struct buf *out, const struct run_start *run, const struct fault *fault)
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

/* "file M", "cow:anon", "error SEGV" */
static void add_kind(struct buf *out, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	buf__adds(out, kind_names[fault->verdict.kind]);
	if (fault->verdict.cow_from) {
		buf__addc(out, ':');
		buf__adds(out, cow_from_names[fault->verdict.cow_from]);
	}
	if (fault->verdict.kind == FT_KIND_ERROR)
		add_signal(out, rec);
	if (rec->major == 1)
		buf__adds(out, " M");
}

static void add_latency(struct buf *out, uint64_t latency_ns)
{
	if (latency_ns == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		buf__add_fixed(out, latency_ns / 10 + (latency_ns % 10 >= 5), 2);
}

/* Kind to the left and latency to the right of one field. */
static void add_kind_and_latency(struct buf *out, const struct run_start *run,
				 const struct fault *fault)
{
	size_t start = out->len;
	size_t kind;

	(void)run;
	add_kind(out, fault);
	buf__addc(out, ' ');
	kind = out->len - start;
	add_latency(out, fault->rec->latency_ns);
	buf__right_align(out, start + kind, kind < WIDTH_LATENCY ? WIDTH_LATENCY - kind : 0);
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

static void add_range(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)run;
	if (fault->rec->vma & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma_start);
	buf__addc(out, '-');
	if (fault->rec->vma & FT_VMA_COVERS)
		buf__add_hex(out, fault->rec->vma_end);
}

/* A path's last part; what is no path has only one. */
static const char *last_part(const char *name)
{
	const char *slash = *name == '/' ? strrchr(name, '/') : NULL;

	return slash ? slash + 1 : name;
}

static void add_name(struct buf *out, const struct fault *fault, bool wide)
{
	if (*fault->name)
		buf__add_text(out, wide ? fault->name : last_part(fault->name));
	else
		buf__adds(out, "[anon]");
}

/* In the file, or in the mapping. */
static void add_offset(struct buf *out, const struct ft_fault *rec)
{
	buf__adds(out, "+0x");
	buf__add_hex(out, fault_is_file(rec) ? fault_file_offset(rec) : rec->addr - rec->vma_start);
}

/* What is rare: an outcome that the kind does not tell, and a weight. */
static void add_remarks(struct buf *out, const struct ft_fault *rec)
{
	if (rec->outcome != FT_OUTCOME_RESOLVED && rec->outcome != FT_OUTCOME_FAILED &&
	    rec->outcome < FT_OUTCOME_COUNT) {
		buf__addc(out, ' ');
		buf__adds(out, outcome_names[rec->outcome]);
	}
	if (rec->weight != 1) {
		buf__adds(out, " x");
		buf__add_u64(out, rec->weight);
	}
}

static void remove_bytes(struct buf *out, size_t start, size_t end)
{
	memmove(out->data + start, out->data + end, out->len - end);
	out->len -= end - start;
}

/* The middle of the name from start to end gives way to "..". */
static void shorten_name(struct buf *out, size_t start, size_t end, size_t columns)
{
	size_t tail = columns > 2 ? (columns - 2) / 2 : 0;
	size_t head = columns > 2 ? columns - 2 - tail : 0;
	size_t from = skip_columns(out, start, head);
	size_t to = end;

	while (tail && to > from)
		tail -= ((unsigned char)out->data[--to] & 0xc0) != 0x80;
	remove_bytes(out, from, to);
	buf__insert(out, from, "..", 2);
}

/*
 * Makes NAME+OFFSET PERMS REMARKS, which starts at where, fit the line: the
 * name loses its middle, but before little is left of it the permissions go.
 */
static void fit_where(struct buf *out, size_t line, size_t where, size_t name_end, size_t perms,
		      unsigned int width)
{
	size_t used = buf__columns(out, line);
	size_t name = buf__columns(out, where) - buf__columns(out, name_end);
	size_t over = used > width ? used - width : 0;

	if (!over)
		return;
	if (name < over + NAME_MIN) {
		remove_bytes(out, perms, perms + PERMS_LEN);
		over -= over < PERMS_LEN ? over : PERMS_LEN;
	}
	if (over)
		shorten_name(out, where, name_end, name > over ? name - over : 0);
}

static void add_where(struct buf *out, const struct run_start *run, const struct fault *fault,
		      size_t line)
{
	const struct ft_fault *rec = fault->rec;
	size_t where = out->len;
	size_t name_end, perms;

	if (!(rec->vma & FT_VMA_COVERS)) {
		buf__addc(out, rec->vma & FT_VMA_KNOWN ? '-' : '?');
		add_remarks(out, rec);
		return;
	}
	add_name(out, fault, run->wide);
	name_end = out->len;
	add_offset(out, rec);
	perms = out->len;
	buf__addc(out, ' ');
	add_perms(out, rec);
	add_remarks(out, rec);
	if (is_cut(run))
		fit_where(out, line, where, name_end, perms, run->columns);
}

struct heading {
	const char *title;
	unsigned int width;
};

/* All but WHERE, which comes last and takes the rest of the line. */
static const struct column {
	struct heading heading; /* TIME's: see time_headings */
	bool wide_only;
	void (*add)(struct buf *out, const struct run_start *run, const struct fault *fault);
} columns[] = {
	{ { NULL, 0 }, false, add_time },
	{ { "PID", 7 }, false, add_pid },
	{ { "TID", 7 }, true, add_tid },
	{ { "CPU", 3 }, true, add_cpu },
	{ { "COMM", WIDTH_COMM }, false, add_comm },
	{ { "KIND      LAT(us)", WIDTH_LATENCY }, false, add_kind_and_latency },
	{ { "ADDR", 12 }, false, add_addr },
	{ { "ACC", 3 }, true, add_access },
	{ { "IP", 16 }, true, add_ip },
	{ { "VMA", 25 }, true, add_range },
	{ { NULL, 0 }, false, NULL },
};

static const struct heading time_headings[] = {
	[TIMESTAMP_REL] = { "TIME(s)", 10 },
	[TIMESTAMP_MONO] = { "TIME(s)", 14 },
	[TIMESTAMP_WALL] = { "TIME", 15 },
};

static const struct heading *heading_of(const struct column *column, const struct run_start *run)
{
	return column->add == add_time ? &time_headings[run->timestamp] : &column->heading;
}

/* The next one of this run after column; NULL to begin, NULL at the end. */
static const struct column *next_column(const struct column *column, const struct run_start *run)
{
	column = column ? column + 1 : columns;
	while (column->wide_only && !run->wide)
		column++;
	return column->add ? column : NULL;
}

/* Fills the column that began at start, and the space that follows it. */
static void end_column(struct buf *out, const struct heading *heading, size_t start)
{
	buf__pad_to(out, start, heading->width);
	buf__addc(out, ' ');
}

static void text_start(struct buf *out, const struct run_start *run)
{
	const struct column *column = NULL;
	size_t line = out->len;

	if (run->quiet)
		return;
	while ((column = next_column(column, run))) {
		const struct heading *heading = heading_of(column, run);
		size_t start = out->len;

		buf__adds(out, heading->title);
		end_column(out, heading, start);
	}
	buf__adds(out, "WHERE");
	cut_line(out, run, line);
	if (run->color)
		add_color(out, line, out->len, COLOR_BOLD);
	buf__addc(out, '\n');
}

/* After all else is in place: what counts columns must not meet escapes. */
static void add_fault_color(struct buf *out, const struct fault *fault, size_t start, size_t end)
{
	if (end > out->len)
		return;
	if (fault->verdict.kind == FT_KIND_ERROR)
		add_color(out, start, end, COLOR_BOLD_RED);
	else if (fault->rec->major == 1)
		add_color(out, start, end, COLOR_RED);
}

static void text_fault(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	const struct column *column = NULL;
	size_t line = out->len;
	size_t kind = 0, kind_end = 0;

	while ((column = next_column(column, run))) {
		size_t start = out->len;

		column->add(out, run, fault);
		if (column->add == add_kind_and_latency) {
			kind = start;
			kind_end = out->len;
		}
		end_column(out, heading_of(column, run), start);
	}
	add_where(out, run, fault, line);
	cut_line(out, run, line);
	if (run->color)
		add_fault_color(out, fault, kind, kind_end);
	buf__addc(out, '\n');
}

const struct sink_ops text_sink = {
	.name = "text",
	.help = "one line a fault, for people",
	.start = text_start,
	.fault = text_fault,
};
