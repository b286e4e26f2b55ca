/* SPDX-License-Identifier: GPL-2.0-only */
#include "record.h"

#include <stddef.h>

bool record__decode_fault(const struct ft_header *record, struct fault_record *ret)
{
	const struct ft_fault *rec = (const void *)record;
	const struct ft_causes *causes = (const void *)(rec + 1);
	size_t with_causes = sizeof(*rec) + sizeof(*causes);

	if ((record->type != FT_RECORD_FAULT && record->type != FT_RECORD_THROTTLED) ||
	    record->size < sizeof(*rec))
		return false;
	*ret = (struct fault_record) {
		.rec = rec,
		.causes = record->size >= with_causes ? causes : NULL,
	};
	if (record->type == FT_RECORD_FAULT)
		return true;
	ret->throttled = (const void *)(causes + 1);
	return record->size >= with_causes + sizeof(*ret->throttled);
}

static void decode_fault(const struct ft_header *record, const struct record_consumer *consumer)
{
	const struct record_handlers *handlers = consumer->handlers;
	struct fault_record fault;

	if (!record__decode_fault(record, &fault))
		return;
	if (fault.throttled && handlers->throttled)
		handlers->throttled(consumer->ctx, &fault);
	if (!fault.throttled && handlers->fault)
		handlers->fault(consumer->ctx, &fault);
}

static void decode_name(const struct ft_header *record, const struct record_consumer *consumer)
{
	const struct ft_name *name = (const void *)record;

	if (record->size >= offsetof(struct ft_name, text) && name->len <= FT_NAME_MAX &&
	    record->size >= offsetof(struct ft_name, text) + name->len && consumer->handlers->name)
		consumer->handlers->name(consumer->ctx, name);
}

static void decode_code(const struct ft_header *record, const struct record_consumer *consumer)
{
	if (record->size >= sizeof(struct ft_code) && consumer->handlers->code)
		consumer->handlers->code(consumer->ctx, (const void *)record);
}

static void decode_cgroup(const struct ft_header *record, const struct record_consumer *consumer)
{
	if (record->size >= sizeof(struct ft_cgroup) && consumer->handlers->cgroup)
		consumer->handlers->cgroup(consumer->ctx, (const void *)record);
}

static void decode_stack(const struct ft_header *record, const struct record_consumer *consumer)
{
	const struct ft_stack *stack = (const void *)record;

	if (record->size >= offsetof(struct ft_stack, ips) && stack->nr <= FT_STACK_MAX &&
	    record->size >= offsetof(struct ft_stack, ips) + stack->nr * sizeof(stack->ips[0]) &&
	    consumer->handlers->stack)
		consumer->handlers->stack(consumer->ctx, stack);
}

static void decode_stack_copy(const struct ft_header *record,
			      const struct record_consumer *consumer)
{
	const struct ft_stack_copy *copy = (const void *)record;

	if (record->size >= offsetof(struct ft_stack_copy, bytes) &&
	    copy->len <= FT_STACK_COPY_MAX &&
	    record->size >= offsetof(struct ft_stack_copy, bytes) + copy->len &&
	    consumer->handlers->stack_copy)
		consumer->handlers->stack_copy(consumer->ctx, copy);
}

void record__decode(const struct ft_header *record, const struct record_consumer *consumer)
{
	switch (record->type) {
	case FT_RECORD_FAULT:
	case FT_RECORD_THROTTLED: decode_fault(record, consumer); break;
	case FT_RECORD_NAME: decode_name(record, consumer); break;
	case FT_RECORD_CODE: decode_code(record, consumer); break;
	case FT_RECORD_CGROUP: decode_cgroup(record, consumer); break;
	case FT_RECORD_STACK: decode_stack(record, consumer); break;
	case FT_RECORD_STACK_COPY: decode_stack_copy(record, consumer); break;
	default: break;
	}
}
