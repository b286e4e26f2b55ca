/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include "../base/units.h"
#include "columns.h"
#include "fields.h"

#define KEY_WITH_PERMS 14 /* columns: in less, there is no room for permissions */

void text_add_brief_duration(struct buf *out, uint64_t ns)
{
	if (ns == FT_UNKNOWN64)
		buf__addc(out, '-');
	else
		units_add_brief_duration(out, ns);
}

void text_add_span(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;

	if (!interval->nr) {
		units_add_duration(out, interval->end_ns - interval->begin_ns);
		return;
	}
	buf__addc(out, '#');
	buf__add_u64(out, interval->nr);
	buf__addc(out, ' ');
	text_add_time(f, interval->begin_ns);
	buf__adds(out, " - ");
	text_add_time(f, interval->end_ns);
}

/* A key in the buffer: where its parts begin and end. */
struct shown_key {
	size_t start;
	size_t name;
	size_t name_end;
	size_t perms; /* 0: none */
};

/* "[heap]", "libc.so.6 r-xp"; addresses tell anonymous mappings apart. */
static void add_mapping(struct buf *out, const struct run_start *run, const struct key_value *key,
			struct shown_key *text)
{
	const struct ft_fault *rec = key->vma;

	if (!(rec->vma.facts & FT_VMA_COVERS)) {
		buf__adds(out, rec->vma.facts & FT_VMA_KNOWN ? "no mapping" : "?");
		return;
	}
	text_add_name(out, key->text ? key->text : "", run->wide);
	if (rec->vma.facts & (FT_VMA_HEAP | FT_VMA_STACK))
		return;
	if (rec->vma.facts & FT_VMA_ANON) {
		buf__addc(out, ' ');
		buf__add_hex(out, rec->vma.start);
	}
	text->name_end = out->len;
	text->perms = out->len;
	buf__addc(out, ' ');
	add_perms(out, rec);
}

/* Is the text "file.c:42", and not a function in the place of a line that is not known? */
static bool is_source_line(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")];
}

/* "file.c:42" of "../src/file.c:42". */
static void add_line(struct buf *out, const struct run_start *run, const char *text)
{
	const char *slash = run->wide || !is_source_line(text) ? NULL : strrchr(text, '/');

	buf__add_text(out, slash ? slash + 1 : text);
}

static void add_value(struct buf *out, const struct run_start *run, const struct key_value *key,
		      struct shown_key *text)
{
	if (key->vma)
		add_mapping(out, run, key, text);
	else if (key->text && key->type == FT_KEY_LINE)
		add_line(out, run, key->text);
	else if (key->text && key->type == FT_KEY_FILE)
		text_add_name(out, key->text, true);
	else if (key->text)
		buf__add_text(out, key->text);
	else if (key->number == FT_UNKNOWN64)
		buf__addc(out, '?');
	else if (key->type == FT_KEY_ORDER)
		text_add_order(out, run, key->number);
	else
		buf__add_u64(out, key->number);
}

static struct shown_key add_key(struct buf *out, const struct run_start *run,
				const struct key_value *key, unsigned int pid_width)
{
	struct shown_key text = { .start = out->len };

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
	struct shown_key text = add_key(out, run, key, pid_width);
	bool is_code =
		key->type == FT_KEY_SYMBOL || key->type == FT_KEY_STACK || key->type == FT_KEY_LINE;

	if (text.perms && width < KEY_WITH_PERMS && buf__columns(out, text.start) > width)
		remove_bytes(out, text.perms, out->len);
	text_fit_name(out, text.start, text.name, text.name_end, width,
		      is_code ? shorten_function : shorten_name);
	if (buf__columns(out, text.start) > width)
		out->len = skip_columns(out, text.start, width);
}

static bool is_asked_for(const struct run_start *run, const struct ft_fault *vma)
{
	return run->nr_target_ids == 1 && vma->pid == (unsigned int)run->target_ids[0];
}

unsigned int text_pid_width(const struct run_start *run, const struct interval *interval)
{
	unsigned int width = strlen("PID");
	bool needed = false;

	for (size_t i = 0; i < interval->nr_shown; i++) {
		const struct row *row = &interval->rows[i];

		for (size_t k = 0; k < row->nr_keys; k++) {
			const struct ft_fault *vma = row->keys[k].vma;
			unsigned int digits = vma ? count_digits(vma->pid) : 0;

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
	buf__addf(out, "... %zu more row%s", nr, plural(nr));
	end_line(out, run, line, false);
}
