/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of a fault that more than one text shows. */
#include <string.h>
#include <time.h>

#include "../base/units.h"
#include "columns.h"
#include "fields.h"
#include "text.h"

#define NAME_MIN 6 /* a name keeps so many columns on any terminal */

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void set_clock(struct text_clock *clock, time_t second)
{
	struct tm tm;

	if (clock->is_set && clock->second == second)
		return;
	clock->is_set = true;
	clock->second = second;
	if (!localtime_r(&second, &tm) || !strftime(clock->text, sizeof(clock->text), "%T", &tm))
		memcpy(clock->text, "??:??:??", sizeof(clock->text));
}

static void add_wall_time(struct buf *out, struct text_clock *clock, uint64_t wall_us)
{
	set_clock(clock, (time_t)(wall_us / 1000000));
	buf__add(out, clock->text, sizeof(clock->text) - 1);
	buf__addc(out, '.');
	buf__add_padded(out, wall_us % 1000000, 6);
}

void text_add_time(struct format *f, uint64_t time_ns)
{
	struct text_format *text = (struct text_format *)f;
	const struct run_start *run = f->run;
	struct buf *out = f->out;

	switch (run->timestamp) {
	case TIMESTAMP_WALL:
		add_wall_time(out, &text->clock, (run->wall_ns + (time_ns - run->time_ns)) / 1000);
		break;
	case TIMESTAMP_MONO: buf__add_fixed(out, time_ns / 1000, 6); break;
	case TIMESTAMP_REL:
		if (time_ns < run->time_ns)
			buf__addc(out, '-');
		buf__add_fixed(out, distance(time_ns, run->time_ns) / 1000, 6);
	}
}

void text_add_comm(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	struct comm comm = comm_of(fault->rec);
	size_t start = out->len;

	buf__add_text(out, comm.text);
	if (is_cut(f->run))
		out->len = skip_columns(out, start, TEXT_WIDTH_COMM);
}

/* "SEGV", "BUS", "OOM": without "SIG", as the column is narrow. */
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
	units_add_exact_bytes(out, (uint64_t)run->page_size << (order & 31));
}

/* The order of what a page table maps: a table is one page, and has 8 bytes for each page. */
static unsigned int huge_order(const struct run_start *run)
{
	return (unsigned int)__builtin_ctz(run->page_size / 8);
}

void text_add_kind(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;
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
	if (rec->thp == FT_THP_FELL_BACK) {
		buf__adds(out, " !");
		text_add_order(out, run, huge_order(run));
	}
	if (rec->major == 1)
		buf__adds(out, " M");
}

void text_add_addr(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;

	if (fault->rec->addr == FT_UNKNOWN64)
		buf__addc(out, '?');
	else
		buf__add_hex(out, fault->rec->addr);
}

void text_add_symbol(struct buf *out, const struct fault_symbol *symbol)
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

void text_add_name(struct buf *out, const char *name, bool wide)
{
	if (*name)
		buf__add_text(out, wide ? name : last_part(name));
	else
		buf__adds(out, "[anon]");
}

/* The offset in the file, or in a mapping of no file. */
static void add_offset(struct buf *out, const struct ft_fault *rec)
{
	buf__adds(out, "+0x");
	buf__add_hex(out, fault_is_file(rec) ? fault_file_offset(rec) : rec->addr - rec->vma.start);
}

/* Adds what is rare (an outcome that the kind does not tell, a weight), and the residency. */
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

	if (!(rec->vma.facts & FT_VMA_COVERS)) {
		buf__addc(out, rec->vma.facts & FT_VMA_KNOWN ? '-' : '?');
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
