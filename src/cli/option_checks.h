/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks which options fit together; a single setter cannot know. For options.c. */
#ifndef CLI_OPTION_CHECKS_H
#define CLI_OPTION_CHECKS_H

#include "option_rows.h"

/* Checks parsed options, and sets those that follow from others. 0, or -EINVAL after saying why. */
int options__check(struct parser *p);
/* Those of record alone. As options__check(). */
int check_record(const struct options *opts);

#endif /* CLI_OPTION_CHECKS_H */
