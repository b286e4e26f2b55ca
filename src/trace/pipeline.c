/* SPDX-License-Identifier: GPL-2.0-only */
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "cached.h"
#include "fault_symbols.h"
#include "naming.h"
#include "sums.h"

/* One write(2) for so many bytes, or for what one poll brought. */
#define FLUSH_BYTES (256 * 1024)

/* A mapping's file is asked for at most ten times a second. */
#define CACHED_KEEP_NS 100000000ULL

struct pipeline {
	const struct options *opts;
	struct naming *naming;
	struct cached *cached;	       /* NULL: not asked for */
	struct stacks *stacks;	       /* NULL: not asked for */
	struct fault_symbols *symbols; /* NULL: not asked for */
	const struct run_start *start;
	struct output *out;
	struct run_end *end;
	unsigned long long nr_events;
	long long throttled_ns; /* that was told */
};

int pipeline__new(const struct options *opts, struct pipeline **ret)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	int err = p ? naming__new(&p->naming) : -ENOMEM;

	if (!err && opts->stack)
		err = stacks__new(&p->stacks);
	if (!err && options__wants_symbols(opts))
		err = fault_symbols__new(&p->symbols);
	if (!err && opts->residency)
		err = cached__new(false, CACHED_KEEP_NS, &p->cached);
	if (err) {
		pipeline__free(p);
		p = NULL;
	} else {
		p->opts = opts;
	}
	*ret = p;
	return err;
}

void pipeline__free(struct pipeline *p)
{
	if (!p)
		return;
	fault_symbols__free(p->symbols);
	stacks__free(p->stacks);
	cached__free(p->cached);
	naming__free(p->naming);
	free(p);
}

bool pipeline__done(const struct pipeline *p)
{
	return output__broken(p->out) ||
	       (p->opts->max_events && p->nr_events >= p->opts->max_events);
}

void pipeline__start(struct pipeline *p, const struct run_start *start, struct output *out,
		     struct code_map *map, struct run_end *end)
{
	if (p->stacks)
		stacks__use(p->stacks, map);
	if (p->symbols)
		fault_symbols__use(p->symbols, map);
	p->start = start;
	p->out = out;
	p->end = end;
	if (p->opts->sink->start)
		p->opts->sink->start(&out->buf, start);
}

static void look_at_file(struct pipeline *p, struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	fault->has_cached = cached__percent(p->cached, rec, fault->name, &fault->cached);
	fault->has_read_pages = (rec->vma & FT_VMA_FILE) && rec->read_pages != FT_UNKNOWN32;
	fault->read_pages = rec->read_pages;
}

/* It was told before, and is no fault more. */
static void on_throttled(struct pipeline *p, struct fault *fault)
{
	fault->throttled =
		(const struct ft_throttled *)((const struct ft_causes *)(fault->rec + 1) + 1);
	p->throttled_ns += (long long)(fault->throttled->ns * fault->rec->weight);
	if (p->opts->sink->throttled)
		p->opts->sink->throttled(&p->out->buf, p->start, fault);
}

static void on_fault(struct pipeline *p, const struct ft_fault *rec)
{
	struct fault fault = { .rec = rec };

	if (pipeline__done(p))
		return;
	fault.verdict = ft_classify(rec);
	if (rec->h.size >= sizeof(*rec) + sizeof(*fault.causes) && rec->latency_ns != FT_UNKNOWN64)
		fault.causes = (const struct ft_causes *)(rec + 1);
	fault.name = naming__of(p->naming, rec);
	if (!naming__wanted(p->opts->file, fault.name))
		return;
	if (p->stacks)
		fault.stack = stacks__find(p->stacks, rec->stack_id);
	if (p->symbols)
		fault_symbols__find(p->symbols, &fault);
	if (rec->h.type == FT_RECORD_THROTTLED) {
		on_throttled(p, &fault);
		return;
	}
	if (p->cached && fault_is_file(rec))
		look_at_file(p, &fault);
	p->nr_events++;
	run_end__add_fault(p->end, rec, fault.verdict.kind, rec->outcome == FT_OUTCOME_RESOLVED);
	if (p->opts->sink->fault)
		p->opts->sink->fault(&p->out->buf, p->start, &fault);
	if (p->opts->stack == STACK_DWARF)
		stacks__forget(p->stacks, rec->stack_id);
	if (p->out->buf.len >= FLUSH_BYTES)
		output__flush(p->out);
}

static bool is_fault(const struct ft_header *record)
{
	size_t size = sizeof(struct ft_fault);

	if (record->type == FT_RECORD_THROTTLED)
		size += sizeof(struct ft_causes) + sizeof(struct ft_throttled);
	else if (record->type != FT_RECORD_FAULT)
		return false;
	return record->size >= size;
}

void pipeline__record(void *ctx, const struct ft_header *record)
{
	struct pipeline *p = ctx;

	if (is_fault(record)) {
		on_fault(p, (const struct ft_fault *)record);
	} else if (record->type == FT_RECORD_NAME) {
		naming__learn(p->naming, (const struct ft_name *)record);
	} else if (p->stacks) {
		stacks__learn(p->stacks, record);
		stacks__tidy(p->stacks);
	}
}

void pipeline__end(struct pipeline *p)
{
	/* The kernel's sum has also those that --file refused. */
	if (p->opts->file && p->end->throttled_ns > 0)
		p->end->throttled_ns = p->throttled_ns;
	if (p->opts->sink->end)
		p->opts->sink->end(&p->out->buf, p->start, p->end);
	if (p->stacks && !p->opts->quiet)
		stacks__advise(p->stacks);
}
