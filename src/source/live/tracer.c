/* SPDX-License-Identifier: GPL-2.0-only */
#include "tracer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../base/log.h"
#include "../../host/clock.h"
#include "tracer_parts.h"

static const struct source_ops source_ops;

static void hand_on(void *ctx, const struct ft_header *record)
{
	const struct tracer *t = ctx;

	record__decode(record, t->consumer);
}

/* Takes a piece of the ring: one record, or a CPU's batch of faults, one behind the other. */
static void on_record(void *ctx, const void *data, size_t size)
{
	struct tracer *t = ctx;
	const struct ft_header *record = data;

	while (size >= sizeof(*record) && record->size >= sizeof(*record) && record->size <= size) {
		struct fault_record fault;
		bool is_fault = record__decode_fault(record, &fault);

		t->received += is_fault && !fault.throttled;
		if (is_fault && record->size <= t->fault_size)
			reorder__add(t->reorder, fault.rec);
		else
			hand_on(t, record);
		size -= record->size;
		record = (const void *)((const char *)record + record->size);
	}
}

static void explain_ring_failure(int err)
{
	log_error("cannot read the ring buffer: %s", strerror(-err));
	if (err == -ENOMEM)
		log_hint("a smaller --ring-size takes less");
}

int tracer__open(const struct tracer_options *opts, struct features *features,
		 const struct plan *plan, int command_pid, struct tracer **ret)
{
	struct tracer *t = calloc(1, sizeof(*t));
	int err;

	*ret = t;
	if (!t)
		return -ENOMEM;
	t->source.ops = &source_ops;
	t->opts = *opts;
	t->plan = plan;
	t->command_pid = command_pid;
	t->stats_fd = -1;
	t->cpu_watch = -1;
	t->nr_possible_cpus = (size_t)libbpf_num_possible_cpus();
	t->nr_batch_cpus =
		t->nr_possible_cpus < FT_BATCH_CPUS ? t->nr_possible_cpus : FT_BATCH_CPUS;
	t->fault_size = sizeof(struct ft_fault);
	if (opts->cause && t->opts.sends)
		t->fault_size += sizeof(struct ft_causes) + sizeof(struct ft_throttled);
	err = tracer__load(t, features);
	if (err)
		return err;
	err = reorder__new(opts->ring_bytes / t->fault_size, t->fault_size, hand_on, t,
			   &t->reorder);
	if (!err)
		err = ring_reader__new(bpf_map__fd(t->skel->maps.ring), opts->ring_bytes, &t->ring);
	if (err)
		explain_ring_failure(err);
	return err;
}

struct source *tracer__source(struct tracer *t)
{
	return &t->source;
}

static struct tracer *tracer_of(const struct source *source)
{
	_Static_assert(!offsetof(struct tracer, source), "a source is its tracer's first member");
	return (struct tracer *)source;
}

static struct source_info info(const struct source *source)
{
	const struct tracer *t = tracer_of(source);

	return (struct source_info) {
		.page_shift = t->skel->rodata->page_shift,
		.sees_lookup = t->plan->sees_attempts,
		.sees_throttling = t->sees_throttling,
		.sees_pages = t->skel->bss->layout.page_offset != 0,
	};
}

static int start(struct source *source)
{
	return tracer__attach(tracer_of(source));
}

/* Sends a CPU's batch. The program runs on that CPU; if it is offline, on the current one. */
static void flush_batch(const struct tracer *t, unsigned long long cpu)
{
	int fd = bpf_program__fd(t->skel->progs.flush);
	LIBBPF_OPTS(bpf_test_run_opts, there, .ctx_in = &cpu, .ctx_size_in = sizeof(cpu),
		    .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = (unsigned int)cpu);
	LIBBPF_OPTS(bpf_test_run_opts, here, .ctx_in = &cpu, .ctx_size_in = sizeof(cpu));

	if (bpf_prog_test_run_opts(fd, &there))
		bpf_prog_test_run_opts(fd, &here);
}

/* Flushes the faults that wait in batches into the ring. */
static void flush_batches(const struct tracer *t)
{
	volatile bool *waits = t->skel->data_batch->batch_waits;

	for (size_t cpu = 0; cpu < t->nr_batch_cpus; cpu++)
		if (waits[cpu])
			flush_batch(t, cpu);
}

static unsigned long long now(const struct source *source)
{
	(void)source;
	return clock_ns(CLOCK_MONOTONIC);
}

static size_t poll_records(struct source *source, const struct record_consumer *consumer)
{
	struct tracer *t = tracer_of(source);
	unsigned long long complete_ns = now(source);
	size_t n;

	t->consumer = consumer;
	/* Before the ring is read: a record that comes meanwhile may wake the reader again. */
	t->skel->bss->wake_pending = false;
	tracer__attach_to_new_cpus(t);
	flush_batches(t);
	n = ring_reader__consume(t->ring, on_record, t);
	reorder__hand_on(t->reorder, complete_ns);
	return n;
}

int tracer__fd(const struct tracer *t)
{
	return bpf_map__fd(t->skel->maps.ring);
}

void tracer__wake_me(struct tracer *t, bool at_once)
{
	t->skel->bss->reader_sleeps = at_once;
}

static bool rows_are_scarce(const struct source *source)
{
	return row_reader__are_scarce(tracer_of(source)->rows);
}

static int take_rows(struct source *source, row_fn row, void *ctx)
{
	return row_reader__take(tracer_of(source)->rows, row, ctx);
}

static void finish(struct source *source, const struct record_consumer *consumer,
		   struct source_totals *totals)
{
	struct tracer *t = tracer_of(source);

	t->skel->bss->finished = true;
	tracer__iterate(t->skel->progs.finish);
	/* With plan memcg, flush also sends the faults that have ended and wait to be settled. */
	flush_batches(t);
	tracer__total_programs(t);
	tracer__detach(t);
	if (t->totals.counters.in_progress)
		tracer__iterate(t->skel->progs.finish);
	while (poll_records(source, consumer) > 0)
		;
	reorder__hand_on(t->reorder, UINT64_MAX);
	tracer__total_faults(t);
	if (t->stats_fd >= 0)
		close(t->stats_fd);
	if (t->cpu_watch >= 0)
		close(t->cpu_watch);
	t->stats_fd = -1;
	*totals = t->totals;
}

static const struct source_ops source_ops = {
	.start = start,
	.poll = poll_records,
	.now = now,
	.take_rows = take_rows,
	.rows_are_scarce = rows_are_scarce,
	.info = info,
	.finish = finish,
};

void tracer__free(struct tracer *t)
{
	if (!t)
		return;
	tracer__detach(t);
	ring_reader__free(t->ring);
	row_reader__free(t->rows);
	reorder__free(t->reorder);
	faulttrace_bpf__destroy(t->skel);
	free(t);
}
