/* SPDX-License-Identifier: GPL-2.0-only */
#include "formats.h"

/* Not NULL: the call is a part of what is measured. */
static void null_fault(struct format *f, const struct fault *fault)
{
	(void)f;
	(void)fault;
}

const struct format_ops null_format = {
	.name = "null",
	.fault = null_fault,
};
