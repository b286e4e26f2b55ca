/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decoder of records: checks that a record is as long as its type and its own lengths say, and
 * calls the handler of its type. Handlers need not check lengths again.
 */
#ifndef RECORDS_RECORD_H
#define RECORDS_RECORD_H

#include <stdbool.h>

#include "../../bpf/contract/record.h"

/* A fault, and what follows it in its record. */
struct fault_record {
	const struct ft_fault *rec;
	const struct ft_causes *causes; /* NULL: not in the record */
	/* How memory.high delayed the thread after the fault; NULL: not in the record. */
	const struct ft_throttled *throttled;
};

/* A handler is NULL if its records are not wanted. */
struct record_handlers {
	void (*fault)(void *ctx, const struct fault_record *fault);
	/* Repeats a fault that was handed over before, now with fault->throttled. */
	void (*throttled)(void *ctx, const struct fault_record *fault);
	void (*name)(void *ctx, const struct ft_name *name);
	void (*code)(void *ctx, const struct ft_code *code);
	void (*cgroup)(void *ctx, const struct ft_cgroup *cgroup);
	void (*stack)(void *ctx, const struct ft_stack *stack);
	void (*stack_copy)(void *ctx, const struct ft_stack_copy *copy);
};

/* Receives the records of a source: handlers and their context. */
struct record_consumer {
	const struct record_handlers *handlers;
	void *ctx;
};

/* A record whose type is unknown, or which is too short for its type, is skipped. */
void record__decode(const struct ft_header *record, const struct record_consumer *consumer);

/* Decodes a record of a fault or of its delay. False: another type, or too short. */
bool record__decode_fault(const struct ft_header *record, struct fault_record *ret);

#endif /* RECORDS_RECORD_H */
