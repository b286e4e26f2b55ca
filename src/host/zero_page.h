/* SPDX-License-Identifier: GPL-2.0-only */
/* Does a read of untouched anonymous memory map the shared zero page, as it does nearly everywhere? */
#ifndef HOST_ZERO_PAGE_H
#define HOST_ZERO_PAGE_H

#include <stdbool.h>

/* Never: a read gets a page of its own. Found out by a read and a write of our own. */
bool zero_page_is_off(void);

/* The same for huge pages, which have a setting. */
bool huge_zero_page_is_off(void);

#endif /* HOST_ZERO_PAGE_H */
