/* SPDX-License-Identifier: GPL-2.0-only */
/* How transparent huge pages are set up here. */
#ifndef HOST_THP_H
#define HOST_THP_H

#include <stdbool.h>

/* Is a read of untouched memory never answered with the huge zero page? false: not known. */
bool thp_zero_page_is_off(void);

#endif /* HOST_THP_H */
