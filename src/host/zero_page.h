/* SPDX-License-Identifier: GPL-2.0-only */
/* Does a read of untouched anonymous memory map the shared zero page, as it mostly does? */
#ifndef HOST_ZERO_PAGE_H
#define HOST_ZERO_PAGE_H

#include <stdbool.h>

/* True if reads never map the zero page, but a page of their own. Tries it with a page of ours. */
bool zero_page_is_off(void);

/* The same for huge pages, which also have a setting. */
bool huge_zero_page_is_off(void);

#endif /* HOST_ZERO_PAGE_H */
