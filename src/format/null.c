/* SPDX-License-Identifier: GPL-2.0-only */
#include "sinks.h"

/* Not NULL, so that records are fetched: that is what shall be measured. */
static void null_fault(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	(void)out;
	(void)run;
	(void)fault;
}

const struct sink_ops null_sink = {
	.name = "null",
	.help = "nothing at all, to measure the rest",
	.fault = null_fault,
};
