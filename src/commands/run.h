/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands, from parsed options to an exit status.
 */
#ifndef COMMANDS_RUN_H
#define COMMANDS_RUN_H

#include "../options.h"

int run_trace(const struct options *opts);
/* hist and top */
int run_tables(const struct options *opts);
/* top with a profile */
int run_profile(const struct options *opts);
int run_map(const struct options *opts);
/* map -d, map -- CMD */
int run_account(const struct options *opts);
int run_features(const struct options *opts);

#endif /* COMMANDS_RUN_H */
