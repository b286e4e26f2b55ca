/* SPDX-License-Identifier: GPL-2.0-only */
#include "must.h"

#include <stdio.h>
#include <stdlib.h>

void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("faulttrace: cannot continue: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}
