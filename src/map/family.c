/* SPDX-License-Identifier: GPL-2.0-only */
#include "family.h"

#include <stdlib.h>

#include "../base/must.h"

struct family_member *family__add(struct family *f, int pid)
{
	struct family_member *m;

	if (f->nr == FAMILY_MAX) {
		f->left_out++;
		return NULL;
	}
	m = must(calloc(1, sizeof(*m)));
	m->pid = pid;
	m->touches.page_size = f->page_size;
	f->members[f->nr++] = m;
	return m;
}

struct family_member *family__find(const struct family *f, int pid)
{
	for (size_t i = f->nr; i-- > 0;)
		if (f->members[i]->pid == pid)
			return f->members[i];
	return NULL;
}

void family_member__begin(struct family_member *m, unsigned long long now_ns)
{
	bool has_before = m->before.nr_rows;

	m->begin_ns = has_before ? m->before.begin_ns : now_ns;
	m->touches.before = has_before ? &m->before : NULL;
	m->touches.before_begin = m->begin_ns;
	m->touches.before_end = has_before ? m->before.end_ns : now_ns;
}

void family_member__exec(struct family_member *m, unsigned long long now_ns)
{
	uint64_t page_size = m->touches.page_size;

	map__free(&m->before);
	map__free(&m->after);
	touches__free(&m->touches);
	m->touches.page_size = page_size;
	m->before.knows_runs = true;
	m->trace = (struct map_trace) {
		.is_from_exec = true,
		.is_followed = m->trace.is_followed,
		.parent = m->trace.parent,
	};
	m->was_looked_at = false;
	family_member__begin(m, now_ns);
}

static void count(struct map_trace *trace, const struct ft_fault *rec)
{
	if (rec->outcome != FT_OUTCOME_RESOLVED)
		return;
	trace->faults++;
	if (rec->major != 1)
		return;
	trace->major++;
	if (rec->latency_ns != FT_UNKNOWN64)
		trace->major_ns += rec->latency_ns;
}

struct family_member *family__add_fault(struct family *f, const struct ft_fault *rec,
					const char *name)
{
	for (size_t i = f->nr; i-- > 0;) {
		struct family_member *m = f->members[i];

		if (m->pid != (int)rec->pid || !touches__add(&m->touches, rec, name))
			continue;
		count(&m->trace, rec);
		return m;
	}
	return NULL;
}

void family__free(struct family *f)
{
	for (size_t i = 0; i < f->nr; i++) {
		map__free(&f->members[i]->before);
		map__free(&f->members[i]->after);
		touches__free(&f->members[i]->touches);
		free(f->members[i]);
	}
	f->nr = 0;
}
