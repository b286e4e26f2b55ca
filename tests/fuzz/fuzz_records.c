/* SPDX-License-Identifier: GPL-2.0-only */
/* Any records: what a handler gets is as long as it says. */
#include <stddef.h>

#include "../../bpf/contract/classify.h"
#include "../../src/records/record.h"
#include "fuzz.h"

static unsigned int sum;

/* Sanitizers see a read behind the end of the record. */
static void read_bytes(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sum += ((const uint8_t *)bytes)[i];
}

static void see_fault(void *ctx, const struct fault_record *fault)
{
	(void)ctx;
	read_bytes(fault->rec, sizeof(*fault->rec));
	if (fault->causes)
		read_bytes(fault->causes, sizeof(*fault->causes));
	if (fault->throttled)
		read_bytes(fault->throttled, sizeof(*fault->throttled));
	EXPECT(ft_classify(fault->rec).kind < FT_KIND_COUNT);
}

static void see_name(void *ctx, const struct ft_name *name)
{
	(void)ctx;
	read_bytes(name, offsetof(struct ft_name, text) + name->len);
}

static void see_code(void *ctx, const struct ft_code *code)
{
	(void)ctx;
	read_bytes(code, sizeof(*code));
}

static void see_cgroup(void *ctx, const struct ft_cgroup *cgroup)
{
	(void)ctx;
	read_bytes(cgroup, sizeof(*cgroup));
}

static void see_stack(void *ctx, const struct ft_stack *stack)
{
	(void)ctx;
	EXPECT(stack->nr <= FT_STACK_MAX);
	read_bytes(stack, offsetof(struct ft_stack, ips) + stack->nr * sizeof(stack->ips[0]));
}

static void see_stack_copy(void *ctx, const struct ft_stack_copy *copy)
{
	(void)ctx;
	EXPECT(copy->len <= FT_STACK_COPY_MAX);
	read_bytes(copy, offsetof(struct ft_stack_copy, bytes) + copy->len);
}

static const struct record_handlers handlers = {
	.fault = see_fault,
	.throttled = see_fault,
	.name = see_name,
	.code = see_code,
	.cgroup = see_cgroup,
	.stack = see_stack,
	.stack_copy = see_stack_copy,
};

/* Of a record only its size can be relied on: the ring's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct record_consumer consumer = { &handlers, NULL };
	struct ft_header *record;

	if (size < sizeof(*record))
		return 0;
	record = malloc(size);
	EXPECT(record);
	memcpy(record, data, size);
	if (record->size > size)
		record->size = (typeof(record->size))size;
	record__decode(record, &consumer);
	free(record);
	return 0;
}
