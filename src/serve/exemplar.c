/* SPDX-License-Identifier: GPL-2.0-only */
#include "exemplar.h"

#include "../faults/name_store.h"
#include "label.h"

/* The characters of the names pid, comm and file. */
#define NAMES_LEN 11

/* The clean text of a file's name, or as much of its end as fits into `most` bytes. */
static void add_end_of_name(const char *name, size_t most, struct buf *text)
{
	struct buf whole = { 0 };
	size_t at = 0;

	buf__add_text(&whole, name);
	if (whole.len > most) {
		at = whole.len - (most - strlen(NAME_CUT));
		/* Not in the middle of a character of UTF-8. */
		while (at < whole.len && ((unsigned char)whole.data[at] & 0xc0) == 0x80)
			at++;
		buf__adds(text, NAME_CUT);
	}
	buf__add(text, whole.data + at, whole.len - at);
	buf__addc(text, '\0');
	buf__free(&whole);
}

void exemplar__add(const struct worst_fault *worst, const struct run_start *run, struct buf *out)
{
	const struct ft_fault *rec = &worst->rec;
	struct buf file = { 0 }, clean = { 0 };
	char comm[FT_COMM_LEN + 1] = "";

	memcpy(comm, rec->comm, FT_COMM_LEN);
	buf__add_text(&clean, comm);
	add_end_of_name(worst->file, EXEMPLAR_MAX - NAMES_LEN - count_digits(rec->pid) - clean.len,
			&file);
	buf__addf(out, " # {pid=\"%u\",comm=\"", rec->pid);
	label__add_value(comm, out);
	buf__adds(out, "\",file=\"");
	label__add_value(file.data, out);
	buf__adds(out, "\"} ");
	buf__add_fixed(out, rec->latency_ns, 9);
	buf__addc(out, ' ');
	buf__add_fixed(out, run->wall_ns + (rec->h.time_ns + rec->latency_ns - run->time_ns), 9);
	buf__free(&file);
	buf__free(&clean);
}
