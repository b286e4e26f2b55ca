/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>

#include "../symbols/symbols.h"
#include "residency_cache.h"
#include "fault_symbols.h"
#include "mapping_names.h"
#include "run_totals.h"

/* Output is written when it has so many bytes, and after each poll. */
#define FLUSH_BYTES (256 * 1024)

/* The residency of a mapping's file is asked for at most ten times a second. */
#define CACHED_KEEP_NS 100000000ULL

struct stream {
	struct stream_options opts;
	struct mapping_names *naming;
	struct residency_cache *cached;	     /* NULL: not asked for */
	struct stacks *stacks;		     /* NULL: not asked for */
	struct symbols *symbols;	     /* NULL: neither stacks nor symbols are asked for */
	struct fault_symbols *fault_symbols; /* NULL: not asked for */
	const struct source *source;
	struct format *format;
	struct output *out;
	struct run_end *end;
	unsigned long long nr_events;
	long long throttled_ns; /* sum over the faults that were shown */
};

int stream__new(const struct stream_options *opts, struct stream **ret)
{
	struct stream *p = calloc(1, sizeof(*p));
	int err = p ? mapping_names__new(&p->naming) : -ENOMEM;

	if (!err && (opts->stacks || opts->symbols))
		err = symbols__new(&p->symbols);
	if (!err && opts->stacks)
		err = stacks__new(p->symbols, &p->stacks);
	if (!err && opts->symbols)
		err = fault_symbols__new(p->symbols, &p->fault_symbols);
	if (!err && opts->residency)
		err = residency_cache__new(false, CACHED_KEEP_NS, &p->cached);
	if (err) {
		stream__free(p);
		p = NULL;
	} else {
		p->opts = *opts;
	}
	*ret = p;
	return err;
}

void stream__free(struct stream *p)
{
	if (!p)
		return;
	fault_symbols__free(p->fault_symbols);
	stacks__free(p->stacks);
	symbols__free(p->symbols);
	residency_cache__free(p->cached);
	mapping_names__free(p->naming);
	free(p);
}

bool stream__done(const struct stream *p)
{
	return output__broken(p->out) || (p->opts.max_events && p->nr_events >= p->opts.max_events);
}

void stream__start(struct stream *p, const struct source *source, struct format *format,
		   struct output *out, struct code_history *map, struct run_end *end)
{
	if (p->stacks)
		stacks__use(p->stacks, map);
	if (p->fault_symbols)
		fault_symbols__use(p->fault_symbols, map);
	p->source = source;
	p->format = format;
	p->out = out;
	p->end = end;
	format__show(format, start);
}

static void look_at_file(struct stream *p, struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	fault->has_cached =
		residency_cache__percent(p->cached, (int)rec->pid, &rec->vma, fault->name,
					 source__now(p->source), &fault->cached);
	fault->has_read_pages = (rec->vma.facts & FT_VMA_FILE) && rec->read_pages != FT_UNKNOWN32;
	fault->read_pages = rec->read_pages;
}

/* Fills *fault: its kind, the name of its mapping, its stack, its symbols. False if it is not to be shown. */
static bool describe(struct stream *p, const struct fault_record *record, struct fault *fault)
{
	const struct ft_fault *rec = record->rec;

	if (stream__done(p))
		return false;
	*fault = (struct fault) {
		.rec = rec,
		.verdict = ft_classify(rec),
		.causes = rec->latency_ns != FT_UNKNOWN64 ? record->causes : NULL,
		.throttled = record->throttled,
		.name = mapping_names__of(p->naming, (int)rec->pid, &rec->vma),
	};
	if (!mapping_names__wanted(p->opts.file, fault->name))
		return false;
	if (p->stacks)
		fault->stack = stacks__find(p->stacks, rec->stack_id);
	if (p->fault_symbols)
		fault_symbols__find(p->fault_symbols, fault);
	if (p->opts.lines)
		fault_symbols__find_line(p->fault_symbols, fault);
	return true;
}

/* The fault was shown before, and is not counted again. */
static void on_throttled(void *ctx, const struct fault_record *record)
{
	struct stream *p = ctx;
	struct fault fault;

	if (!describe(p, record, &fault))
		return;
	p->throttled_ns += (long long)(fault.throttled->ns * fault.rec->weight);
	format__show(p->format, throttled, &fault);
}

static void on_fault(void *ctx, const struct fault_record *record)
{
	const struct ft_fault *rec = record->rec;
	struct stream *p = ctx;
	struct fault fault;

	if (!describe(p, record, &fault))
		return;
	if (p->cached && fault_is_file(rec))
		look_at_file(p, &fault);
	p->nr_events++;
	run_end__add_fault(p->end, rec, fault.verdict.kind, rec->outcome == FT_OUTCOME_RESOLVED);
	format__show(p->format, fault, &fault);
	if (p->opts.stacks_are_copies)
		stacks__forget(p->stacks, rec->stack_id);
	if (p->out->buf.len >= FLUSH_BYTES)
		output__flush(p->out);
}

static void on_name(void *ctx, const struct ft_name *record)
{
	const struct stream *p = ctx;

	mapping_names__learn(p->naming, record);
}

static void on_stack(void *ctx, const struct ft_stack *record)
{
	const struct stream *p = ctx;

	if (p->stacks)
		stacks__learn(p->stacks, record);
}

static void on_stack_copy(void *ctx, const struct ft_stack_copy *record)
{
	const struct stream *p = ctx;

	if (p->stacks)
		stacks__learn_copy(p->stacks, record);
}

struct record_consumer stream__consumer(struct stream *p)
{
	static const struct record_handlers handlers = {
		.fault = on_fault,
		.throttled = on_throttled,
		.name = on_name,
		.stack = on_stack,
		.stack_copy = on_stack_copy,
	};

	return (struct record_consumer) { &handlers, p };
}

/*
 * Evicts stacks here, and not when new ones come: the faults that refer to stacks are sorted first,
 * and are handed on at the end of a poll.
 */
void stream__collected(struct stream *p)
{
	if (p->stacks)
		stacks__tidy(p->stacks);
	output__flush(p->out);
}

void stream__end(struct stream *p)
{
	/* The kernel's sum includes the faults that --file refused. */
	if (p->opts.file && p->end->throttled_ns > 0)
		p->end->throttled_ns = p->throttled_ns;
	format__show(p->format, end, p->end);
	if (p->stacks && !p->opts.quiet)
		stacks__advise(p->stacks);
	if (p->symbols && !p->opts.quiet)
		symbols__advise(p->symbols);
}
