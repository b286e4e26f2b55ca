/* SPDX-License-Identifier: GPL-2.0-only */
#include "thp.h"

#include <stdio.h>

#include "../base/cleanup.h"

bool thp_zero_page_is_off(void)
{
	FILE *f __cleanup_fclose = fopen("/sys/kernel/mm/transparent_hugepage/use_zero_page", "re");

	return f && getc(f) == '0';
}
