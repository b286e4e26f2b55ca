/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two commands, from parsed options to an exit status.
 */
#ifndef TRACE_RUN_H
#define TRACE_RUN_H

#include "../options.h"

int run_trace(const struct options *opts);
int run_features(const struct options *opts);

#endif /* TRACE_RUN_H */
