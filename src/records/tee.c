/* SPDX-License-Identifier: GPL-2.0-only */
#include "tee.h"

#include <stddef.h>

/* Defines tee_NAME(), which calls the handler NAME of both consumers, if they have it. */
#define TEE(handler, type)                                                            \
	static void tee_##handler(void *ctx, const type *record)                      \
	{                                                                             \
		const struct record_tee *tee = ctx;                                   \
                                                                                      \
		for (size_t i = 0; i < 2; i++)                                        \
			if (tee->to[i].handlers->handler)                             \
				tee->to[i].handlers->handler(tee->to[i].ctx, record); \
	}

TEE(fault, struct fault_record)
TEE(throttled, struct fault_record)
TEE(name, struct ft_name)
TEE(code, struct ft_code)
TEE(cgroup, struct ft_cgroup)
TEE(stack, struct ft_stack)
TEE(stack_copy, struct ft_stack_copy)

struct record_consumer record_tee__consumer(struct record_tee *tee)
{
	static const struct record_handlers handlers = {
		.fault = tee_fault,
		.throttled = tee_throttled,
		.name = tee_name,
		.code = tee_code,
		.cgroup = tee_cgroup,
		.stack = tee_stack,
		.stack_copy = tee_stack_copy,
	};

	return (struct record_consumer) { &handlers, tee };
}
