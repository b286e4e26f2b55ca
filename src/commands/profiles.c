/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `faulttrace top` with a profile. With frame pointers the kernel sums up faults by stack;
 * with --stack=dwarf it cannot tell stacks apart, and single faults are summed up here.
 */
#include <stdlib.h>
#include <string.h>

#include "../../bpf/contract/takes.h"
#include "../base/intern.h"
#include "../base/log.h"
#include "session.h"
#include "../faults/stacks.h"
#include "../faults/run_totals.h"
#include "../faults/aggregate.h"
#include "../symbols/symbols.h"
#include "commands.h"
#include "write_profile.h"

static bool done(const struct session *session)
{
	return output__broken(&session->out);
}

static void write_all(struct session *session, const struct profile *profile,
		      struct profile_files *files)
{
	const struct profile_request request = { session->opts, &session->start, &session->end,
						 profile };

	session->failed |= write_profile(&request, files, &session->out.buf);
}

/* ---- Summed up in the kernel ---------------------------------------------------- */

struct counting {
	struct aggregate *table;
	struct profile *profile;
	struct profile_files files;
	unsigned long long overflow;
};

static int begin_counting(struct session *session)
{
	struct counting *counting = session->ctx;

	aggregate__begin(counting->table, session->source, session->code_history,
			 session->start.time_ns);
	return profile_files__open(&counting->files, session->opts);
}

static unsigned long long when_to_read(const struct session *session)
{
	const struct counting *counting = session->ctx;

	return aggregate__due_ns(counting->table);
}

/* Adds the rows that were read last: their stacks have come meanwhile. */
static void add_rows(struct session *session)
{
	struct counting *counting = session->ctx;
	unsigned long long overflow = 0;
	struct fault_sums sums = { 0 };

	aggregate__profile(counting->table, counting->profile, &sums, &overflow);
	run_end__add(&session->end, &sums);
	counting->overflow += overflow;
}

static int read_table(struct session *session)
{
	struct counting *counting = session->ctx;

	add_rows(session);
	return aggregate__read(counting->table);
}

static void read_in_time(struct session *session)
{
	const struct counting *counting = session->ctx;

	if (aggregate__is_due(counting->table))
		read_table(session);
}

static void end_counting(struct session *session)
{
	struct counting *counting = session->ctx;

	if (!read_table(session)) {
		source__poll(session->source, &session->consumer);
		add_rows(session);
		write_all(session, counting->profile, &counting->files);
	}
	if (counting->overflow && !session->opts->quiet)
		log_note("hint: %llu of the faults had no stack: the table was full, use filters",
			 counting->overflow);
	if (!session->opts->quiet)
		aggregate__advise(counting->table);
}

static const struct session_ops counting_ops = {
	.begin = begin_counting,
	.collected = read_in_time,
	.when = when_to_read,
	.done = done,
	.end = end_counting,
};

static int run_counting(const struct options *opts)
{
	struct aggregate_options table_options = options__of_table(opts);
	struct counting counting = { .profile = profile__new(), .files = PROFILE_FILES_NONE };
	struct session session;
	int status = STATUS_FAILED;

	if (aggregate__new(&table_options, &counting.table))
		log_no_memory();
	else
		status = session__run(&session, opts, &counting_ops, &counting,
				      aggregate__consumer(counting.table));
	aggregate__free(counting.table);
	profile_files__close(&counting.files);
	profile__free(counting.profile);
	return status;
}

/* ---- Single faults -------------------------------------------------------------- */

/* Faults with equal members are one sample, interned by its bytes. */
struct sample {
	uint64_t stack;
	char comm[FT_COMM_LEN];
	uint32_t pid;
	uint16_t kind;
	uint16_t has_latency;
};
_Static_assert(sizeof(struct sample) == 32, "a sample has no padding");

struct weights {
	uint64_t of[PROFILE_WEIGHTS];
};

struct collecting {
	struct symbols *symbols;
	struct stacks *stacks;
	unsigned int page_shift;
	ft_kind_set kinds; /* that -k asks for */
	struct run_end *end;
	/* Samples wait here until there are many stacks. */
	struct intern samples;
	struct buf weights; /* struct weights of each sample */
	struct profile *profile;
	struct profile_files files;
	struct jit_advice jits;
};

static int begin_collecting(struct session *session)
{
	struct collecting *collecting = session->ctx;

	stacks__use(collecting->stacks, session->code_history);
	collecting->page_shift = source__info(session->source).page_shift;
	collecting->kinds = session->opts->filter.kinds;
	collecting->end = &session->end;
	return profile_files__open(&collecting->files, session->opts);
}

static struct weights *weights_of(struct collecting *collecting, const struct sample *sample)
{
	uint32_t i = intern__add(&collecting->samples, sample, sizeof(*sample));
	static const struct weights none;

	if (collecting->weights.len / sizeof(none) <= i)
		buf__add(&collecting->weights, (const char *)&none, sizeof(none));
	return (struct weights *)collecting->weights.data + i;
}

static void add(struct collecting *collecting, const struct ft_fault *rec, unsigned int kind)
{
	struct sample sample = {
		.stack = stacks__settle(collecting->stacks, rec->stack_id),
		.pid = rec->pid,
		.kind = (uint16_t)kind,
		.has_latency = rec->latency_ns != FT_UNKNOWN64,
	};
	struct weights *weights;

	/* Bytes behind the end of a name may be anything: they are not copied. */
	memcpy(sample.comm, rec->comm, strnlen(rec->comm, sizeof(sample.comm) - 1));
	weights = weights_of(collecting, &sample);
	weights->of[PROFILE_COUNT] += rec->weight;
	weights->of[PROFILE_BYTES] += ft_fault_bytes(rec, collecting->page_shift) * rec->weight;
	if (sample.has_latency)
		weights->of[PROFILE_LATENCY] += rec->latency_ns * rec->weight;
}

static void on_fault(void *ctx, const struct fault_record *record)
{
	struct collecting *collecting = ctx;
	const struct ft_fault *rec = record->rec;
	unsigned int kind = ft_classify(rec).kind;
	bool wanted = ft_is_in_table(rec, kind, collecting->kinds);

	run_end__add_fault(collecting->end, rec, kind, wanted);
	if (wanted)
		add(collecting, rec, kind);
	else
		stacks__forget(collecting->stacks, rec->stack_id);
}

static void on_stack_copy(void *ctx, const struct ft_stack_copy *record)
{
	const struct collecting *collecting = ctx;

	stacks__learn_copy(collecting->stacks, record);
}

static const struct record_handlers collecting_handlers = {
	.fault = on_fault,
	.stack_copy = on_stack_copy,
};

/* Moves the samples to the profile, where processes share frames by their names. */
static void add_samples(struct collecting *collecting)
{
	const struct weights *weights = (const void *)collecting->weights.data;

	for (uint32_t i = 0; i < collecting->samples.nr; i++) {
		const struct sample *sample = intern__get(&collecting->samples, i);
		struct profile_faults faults = {
			.comm = sample->comm,
			.pid = sample->pid,
			.kind = (uint8_t)sample->kind,
		};

		const struct stack *stack = stacks__find(collecting->stacks, sample->stack);

		memcpy(faults.weights, weights[i].of, sizeof(faults.weights));
		if (!sample->has_latency)
			faults.weights[PROFILE_LATENCY] = FT_UNKNOWN64;
		profile__add_stack(collecting->profile, stack, &faults);
		jit_advice__count(&collecting->jits, stack ? stack->made_by : JIT_NONE,
				  weights[i].of[PROFILE_COUNT]);
	}
	intern__free(&collecting->samples);
	collecting->weights.len = 0;
}

static void add_in_time(struct session *session)
{
	struct collecting *collecting = session->ctx;

	if (!stacks__are_many(collecting->stacks))
		return;
	add_samples(collecting);
	stacks__tidy(collecting->stacks);
}

static void end_collecting(struct session *session)
{
	struct collecting *collecting = session->ctx;

	add_samples(collecting);
	write_all(session, collecting->profile, &collecting->files);
	if (!session->opts->quiet) {
		jit_advice__give(&collecting->jits);
		symbols__advise(collecting->symbols);
	}
}

static const struct session_ops collecting_ops = {
	.begin = begin_collecting,
	.collected = add_in_time,
	.done = done,
	.end = end_collecting,
};

static int run_collecting(const struct options *opts)
{
	struct collecting collecting = {
		.profile = profile__new(),
		.files = PROFILE_FILES_NONE,
		.jits.of_stacks = true,
	};
	struct session session;
	int status = STATUS_FAILED;

	if (symbols__new(&collecting.symbols) ||
	    stacks__new(collecting.symbols, &collecting.stacks))
		log_no_memory();
	else
		status = session__run(&session, opts, &collecting_ops, &collecting,
				      (struct record_consumer) { &collecting_handlers,
								 &collecting });
	stacks__free(collecting.stacks);
	symbols__free(collecting.symbols);
	intern__free(&collecting.samples);
	buf__free(&collecting.weights);
	profile_files__close(&collecting.files);
	profile__free(collecting.profile);
	return status;
}

int run_profile(const struct options *opts)
{
	return options__sums_up(opts) ? run_counting(opts) : run_collecting(opts);
}
