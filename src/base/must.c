/* SPDX-License-Identifier: GPL-2.0-only */
#include "must.h"

#include <stdlib.h>

#include "log.h"

void *must(void *memory)
{
	if (memory)
		return memory;
	log_no_memory();
	exit(EXIT_FAILURE);
}
