/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include "columns.h"
#include "fields.h"

struct unit {
	const char *name;
	uint64_t size;
};

static const struct unit time_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { NULL, 0 },
};

static const struct unit count_units[] = {
	{ "", 1 },	     { "k", 1000 },	     { "M", 1000000 },
	{ "G", 1000000000 }, { "T", 1000000000000 }, { NULL, 0 },
};

/* Three digits of n in one unit, if they are enough for it. */
static bool try_unit(struct buf *out, uint64_t n, const struct unit *unit)
{
	uint64_t step = unit->size > 1 ? unit->size / 100 : 1;
	bool last = !unit[1].name;

	for (unsigned int digits = unit->size > 1 ? 2 : 0;; digits--) {
		uint64_t rounded = n / step + (n % step >= (step + 1) / 2 && step > 1);

		if (rounded < 1000 || (last && !digits)) {
			buf__add_fixed(out, rounded, digits);
			return true;
		}
		if (!digits)
			return false;
		step *= 10;
	}
}

static void add_scaled(struct buf *out, uint64_t n, const struct unit *unit, const char *space)
{
	while (!try_unit(out, n, unit))
		unit++;
	buf__adds(out, space);
	buf__adds(out, unit->name);
}

void text_add_duration(struct buf *out, uint64_t ns)
{
	add_scaled(out, ns, time_units, " ");
}

void text_add_brief_duration(struct buf *out, uint64_t ns)
{
	if (ns == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		add_scaled(out, ns, time_units, "");
}

void text_add_exact_duration(struct buf *out, uint64_t ns)
{
	const struct unit *unit = time_units;
	unsigned int digits = 0, least;

	for (; unit[1].name && ns >= unit[1].size; unit++)
		digits += 3;
	least = ns < 10 * unit->size ? 2 : ns < 100 * unit->size ? 1 : 0;
	for (; digits > least && ns % 10 == 0; digits--)
		ns /= 10;
	buf__add_fixed(out, ns, digits);
	buf__addc(out, ' ');
	buf__adds(out, unit->name);
}

void text_add_count(struct buf *out, uint64_t n, unsigned int width)
{
	size_t start = out->len;

	buf__add_u64(out, n);
	if (out->len - start <= width)
		return;
	out->len = start;
	add_scaled(out, n, count_units, "");
}

void text_add_share(struct buf *out, uint64_t part, uint64_t all)
{
	uint64_t tenths = all ? (uint64_t)((double)part * 1000 / (double)all + 0.5) : 0;

	if (part == all) {
		buf__adds(out, "100%");
		return;
	}
	if (part && !tenths) {
		buf__adds(out, "<0.1%");
		return;
	}
	buf__add_fixed(out, tenths < 1000 ? tenths : 999, 1);
	buf__addc(out, '%');
}

void text_add_span(struct buf *out, const struct run_start *run, const struct interval *interval)
{
	if (!interval->nr) {
		text_add_duration(out, interval->end_ns - interval->begin_ns);
		return;
	}
	buf__addc(out, '#');
	buf__add_u64(out, interval->nr);
	buf__addc(out, ' ');
	text_add_time(out, run, interval->begin_ns);
	buf__adds(out, " - ");
	text_add_time(out, run, interval->end_ns);
}

/* A key in the buffer: where its parts begin and end. */
struct key_text {
	size_t start;
	size_t name;
	size_t name_end;
	size_t perms; /* 0: none */
};

/* "[heap]", "libc.so.6 r-xp"; without a name, the address tells one from another. */
static void add_mapping(struct buf *out, const struct run_start *run, const struct key_value *key,
			struct key_text *text)
{
	const struct ft_fault *rec = key->vma;

	if (!(rec->vma & FT_VMA_COVERS)) {
		buf__adds(out, rec->vma & FT_VMA_KNOWN ? "no mapping" : "?");
		return;
	}
	text_add_name(out, key->text ? key->text : "", run->wide);
	if (rec->vma & (FT_VMA_HEAP | FT_VMA_STACK))
		return;
	if (rec->vma & FT_VMA_ANON) {
		buf__addc(out, ' ');
		buf__add_hex(out, rec->vma_start);
	}
	text->name_end = out->len;
	text->perms = out->len;
	buf__addc(out, ' ');
	add_perms(out, rec);
}

static void add_value(struct buf *out, const struct run_start *run, const struct key_value *key,
		      struct key_text *text)
{
	if (key->vma)
		add_mapping(out, run, key, text);
	else if (key->text && key->type == FT_KEY_FILE)
		text_add_name(out, key->text, true);
	else if (key->text)
		buf__add_text(out, key->text);
	else if (key->number == FT_UNKNOWN64)
		buf__addc(out, '?');
	else
		buf__add_u64(out, key->number);
}

static struct key_text add_key(struct buf *out, const struct run_start *run,
			       const struct key_value *key, unsigned int pid_width)
{
	struct key_text text = { .start = out->len };

	if (key->vma && pid_width) {
		buf__add_u64(out, key->vma->pid);
		buf__pad_to(out, text.start, pid_width);
		buf__addc(out, ' ');
	}
	text.name = out->len;
	add_value(out, run, key, &text);
	if (!text.name_end)
		text.name_end = out->len;
	if (key->comm) {
		buf__addc(out, ' ');
		text.name = out->len;
		buf__add_text(out, key->comm);
		text.name_end = out->len;
	}
	return text;
}

void text_add_key(struct buf *out, const struct run_start *run, const struct key_value *key,
		  unsigned int pid_width)
{
	add_key(out, run, key, pid_width);
}

void text_add_short_key(struct buf *out, const struct run_start *run, const struct key_value *key,
			unsigned int pid_width, size_t width)
{
	struct key_text text = add_key(out, run, key, pid_width);

	text_fit_name(out, text.start, text.name, text.name_end, text.perms, width);
	if (buf__columns(out, text.start) > width)
		out->len = skip_columns(out, text.start, width);
}

static bool is_asked_for(const struct run_start *run, const struct ft_fault *vma)
{
	return run->nr_target_ids == 1 && vma->pid == (unsigned int)run->target_ids[0];
}

static unsigned int digits_of(unsigned int n)
{
	unsigned int digits = 1;

	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

unsigned int text_pid_width(const struct run_start *run, const struct interval *interval)
{
	unsigned int width = strlen("PID");
	bool needed = false;

	for (size_t i = 0; i < interval->nr_shown; i++) {
		const struct row *row = &interval->rows[i];

		for (size_t k = 0; k < row->nr_keys; k++) {
			const struct ft_fault *vma = row->keys[k].vma;
			unsigned int digits = vma ? digits_of(vma->pid) : 0;

			needed |= vma && !is_asked_for(run, vma);
			width = digits > width ? digits : width;
		}
	}
	return needed ? width : 0;
}

void text_add_hidden(struct buf *out, const struct run_start *run, size_t nr)
{
	size_t line = out->len;

	if (!nr)
		return;
	buf__addf(out, "... %zu more row%s", nr, nr == 1 ? "" : "s");
	end_line(out, run, line, false);
}
