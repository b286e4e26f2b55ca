/* SPDX-License-Identifier: GPL-2.0-only */
/* The decoder: each record goes to the handler of its type, and none that is too short for what it says it holds. */
#include "../../src/records/record.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "random.h"
#include "test.h"

#define MAX_SIZE UINT16_MAX

struct seen {
	unsigned int faults, throttled, names, codes, cgroups, stacks, copies;
	bool has_causes;
	unsigned char sum; /* of all bytes that a handler may look at */
};

static void look(struct seen *seen, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		seen->sum += ((const unsigned char *)from)[i];
}

static void look_at_fault(struct seen *seen, const struct fault_record *fault)
{
	look(seen, fault->rec, sizeof(*fault->rec));
	if (fault->causes)
		look(seen, fault->causes, sizeof(*fault->causes));
	if (fault->throttled)
		look(seen, fault->throttled, sizeof(*fault->throttled));
	seen->has_causes = fault->causes != NULL;
}

static void on_fault(void *ctx, const struct fault_record *fault)
{
	struct seen *seen = ctx;

	look_at_fault(seen, fault);
	seen->faults++;
	CHECK(!fault->throttled);
}

static void on_throttled(void *ctx, const struct fault_record *fault)
{
	struct seen *seen = ctx;

	look_at_fault(seen, fault);
	seen->throttled++;
	CHECK(fault->causes && fault->throttled);
}

static void on_name(void *ctx, const struct ft_name *name)
{
	struct seen *seen = ctx;

	look(seen, name->text, name->len);
	seen->names++;
}

static void on_code(void *ctx, const struct ft_code *code)
{
	struct seen *seen = ctx;

	look(seen, code, sizeof(*code));
	seen->codes++;
}

static void on_cgroup(void *ctx, const struct ft_cgroup *cgroup)
{
	struct seen *seen = ctx;

	look(seen, cgroup, sizeof(*cgroup));
	seen->cgroups++;
}

static void on_stack(void *ctx, const struct ft_stack *stack)
{
	struct seen *seen = ctx;

	look(seen, stack->ips, stack->nr * sizeof(stack->ips[0]));
	seen->stacks++;
}

static void on_stack_copy(void *ctx, const struct ft_stack_copy *copy)
{
	struct seen *seen = ctx;

	look(seen, copy->bytes, copy->len);
	seen->copies++;
}

static const struct record_handlers handlers = {
	.fault = on_fault,
	.throttled = on_throttled,
	.name = on_name,
	.code = on_code,
	.cgroup = on_cgroup,
	.stack = on_stack,
	.stack_copy = on_stack_copy,
};

/* In memory that is no longer than the record says, so that the sanitizer sees who looks behind it. */
static struct seen decode(const void *record, size_t size)
{
	struct ft_header *copy = malloc(size);
	struct seen seen = { 0 };
	struct record_consumer consumer = { &handlers, &seen };

	memcpy(copy, record, size);
	copy->size = (__u16)size;
	record__decode(copy, &consumer);
	free(copy);
	return seen;
}

/* How many records of this type are handed on, one of each length up to size. */
static unsigned int nr_accepted(const struct ft_header *record, size_t size)
{
	unsigned int nr = 0;

	for (size_t len = sizeof(*record); len <= size; len++) {
		struct seen seen = decode(record, len);

		nr += seen.faults + seen.throttled + seen.names + seen.codes + seen.cgroups +
		      seen.stacks + seen.copies;
	}
	return nr;
}

static void test_faults(void)
{
	struct {
		struct ft_fault fault;
		struct ft_causes causes;
		struct ft_throttled throttled;
	} record = { .fault.h.type = FT_RECORD_FAULT };
	struct seen seen = decode(&record, sizeof(record.fault));

	CHECK(seen.faults == 1 && !seen.has_causes);
	seen = decode(&record, sizeof(record.fault) + sizeof(record.causes));
	CHECK(seen.faults == 1 && seen.has_causes);
	CHECK_EQ(nr_accepted(&record.fault.h, sizeof(record.fault)), 1);
	record.fault.h.type = FT_RECORD_THROTTLED;
	seen = decode(&record, sizeof(record));
	CHECK(seen.throttled == 1 && !seen.faults);
	CHECK_EQ(nr_accepted(&record.fault.h, sizeof(record)), 1);
	test_done("faults, their causes, and what throttled them");
}

static void test_names(void)
{
	struct ft_name name = { .h.type = FT_RECORD_NAME, .len = 10 };
	size_t size = offsetof(struct ft_name, text) + 10;

	CHECK_EQ(nr_accepted(&name.h, size), 1);
	name.len = FT_NAME_MAX + 1;
	CHECK_EQ(nr_accepted(&name.h, sizeof(name)), 0);
	test_done("names");
}

static void test_code(void)
{
	struct ft_code code = { .h.type = FT_RECORD_CODE };

	CHECK_EQ(nr_accepted(&code.h, sizeof(code)), 1);
	test_done("code");
}

static void test_cgroups(void)
{
	struct ft_cgroup cgroup = { .h.type = FT_RECORD_CGROUP };

	CHECK_EQ(nr_accepted(&cgroup.h, sizeof(cgroup)), 1);
	test_done("cgroups");
}

static void test_stacks(void)
{
	static struct ft_stack stack = { .h.type = FT_RECORD_STACK, .nr = 3 };
	static struct ft_stack_copy copy = { .h.type = FT_RECORD_STACK_COPY, .len = 100 };

	CHECK_EQ(nr_accepted(&stack.h, offsetof(struct ft_stack, ips) + 3 * sizeof(__u64)), 1);
	stack.nr = FT_STACK_MAX + 1;
	CHECK_EQ(nr_accepted(&stack.h, sizeof(stack)), 0);
	CHECK_EQ(nr_accepted(&copy.h, offsetof(struct ft_stack_copy, bytes) + 100), 1);
	copy.len = ~0ULL;
	CHECK_EQ(nr_accepted(&copy.h, 1024), 0);
	copy.len = FT_STACK_COPY_MAX + 1;
	CHECK_EQ(decode(&copy, sizeof(copy)).copies, 0);
	test_done("stacks, and copies of stacks");
}

/* Whatever the bytes are, no handler gets more than the record holds. */
static void test_random(void)
{
	struct random random = { 1 };
	unsigned int *bytes = malloc(MAX_SIZE + 1);
	unsigned int nr = 0;

	for (int round = 0; round < 20000; round++) {
		size_t size = sizeof(struct ft_header) + random_u32(&random) % 700;

		for (size_t i = 0; i <= size / sizeof(*bytes); i++)
			bytes[i] = random_u32(&random) & (i % 3 ? 0xff : ~0U);
		((struct ft_header *)bytes)->type = (__u16)(random_u32(&random) % 9);
		nr += decode(bytes, size).faults;
	}
	CHECK(nr > 100);
	free(bytes);
	test_done("random bytes");
}

int main(void)
{
	test_faults();
	test_names();
	test_code();
	test_cgroups();
	test_stacks();
	test_random();
	return test_status();
}
